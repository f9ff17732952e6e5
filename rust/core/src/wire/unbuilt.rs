//! Fields whose effect this server does not have yet: the one place where they are listed.
//!
//! A value that changes nothing passes, any other is refused with what to send instead: to take a field and
//! not do what it says would be worse. Building an effect deletes its row.

use serde_json::Value;

use super::Error;
use super::fields::Fields;

/// One field and what of it passes. Absent and null always do.
struct Row {
    field: &'static str,
    takes: Takes,
    instead: &'static str,
}

/// A field's type, and its values that change nothing.
enum Takes {
    /// True or false, one of which changes nothing.
    Flag { neutral: bool },
    /// A number in a range, one of which changes nothing.
    Number { from: f64, to: f64, neutral: f64 },
    /// One of these words; the first `neutral` of them change nothing.
    Word { words: &'static [&'static str], neutral: usize },
    /// An array; the empty one, and one that holds just this word, change nothing.
    Array { neutral: &'static str },
    /// An object; the empty one changes nothing.
    Object,
    /// Text; the empty one changes nothing.
    Text,
    /// Any value; all of them have an effect.
    Anything,
    /// Read and judged where the field is used.
    Elsewhere,
}

const LEAVE_OUT: &str = "leave it out";
const NO_CONSTRAINT: &str =
    "constrained output is not there yet; leave it out and ask for the shape in words";

/// Chat Completions' own.
const CHAT: &[Row] = &[
    row("audio", Takes::Anything, "this server speaks text; leave it out"),
    row(
        "function_call",
        Takes::Word { words: &["auto", "none"], neutral: 2 },
        "use \"tools\" and \"tool_choice\"",
    ),
    row("functions", Takes::Array { neutral: "" }, "declare functions in \"tools\""),
    row("logprobs", Takes::Flag { neutral: false }, "send false or leave it out"),
    row("modalities", Takes::Array { neutral: "text" }, "send [\"text\"] or leave it out"),
    row("parallel_tool_calls", Takes::Elsewhere, "send true or leave it out"),
    row("prediction", Takes::Anything, LEAVE_OUT),
    row("response_format", Takes::Elsewhere, NO_CONSTRAINT),
    row(
        "service_tier",
        Takes::Word { words: &["auto", "default", "flex", "scale", "priority"], neutral: 2 },
        "there is one tier; send \"auto\" or leave it out",
    ),
    row(
        "store",
        Takes::Flag { neutral: false },
        "chat completions are not stored; send false or leave it out",
    ),
    row("stream_options.include_obfuscation", Takes::Elsewhere, "send false or leave it out"),
    row("tool_choice", Takes::Elsewhere, "send \"auto\" or \"none\""),
    row(
        "tools[].function.strict",
        Takes::Elsewhere,
        "arguments are not constrained; send false or leave it out",
    ),
    row("top_logprobs", Takes::Number { from: 0.0, to: 20.0, neutral: 0.0 }, "send 0 or leave it out"),
    row(
        "verbosity",
        Takes::Word { words: &["medium", "low", "high"], neutral: 1 },
        "send \"medium\" or leave it out",
    ),
    row("web_search_options", Takes::Anything, "this server cannot search; leave it out"),
];

/// What clients of other servers send, in any dialect.
const EXTENSIONS: &[Row] = &[
    row("add_special_tokens", Takes::Flag { neutral: false }, "the chat template writes them; leave it out"),
    row("allowed_token_ids", Takes::Array { neutral: "" }, LEAVE_OUT),
    row("bad_words", Takes::Array { neutral: "" }, LEAVE_OUT),
    row("best_of", Takes::Number { from: 1.0, to: 128.0, neutral: 1.0 }, "use \"n\""),
    row("chat_template", Takes::Text, "set it when the server starts (--chat-template)"),
    row("dry_multiplier", Takes::Number { from: 0.0, to: 100.0, neutral: 0.0 }, LEAVE_OUT),
    row("dynatemp_range", Takes::Number { from: 0.0, to: 100.0, neutral: 0.0 }, LEAVE_OUT),
    row("ebnf", Takes::Text, NO_CONSTRAINT),
    row("echo", Takes::Flag { neutral: false }, LEAVE_OUT),
    row("grammar", Takes::Anything, NO_CONSTRAINT),
    row("guided_choice", Takes::Anything, NO_CONSTRAINT),
    row("guided_grammar", Takes::Anything, NO_CONSTRAINT),
    row("guided_json", Takes::Anything, NO_CONSTRAINT),
    row("guided_regex", Takes::Anything, NO_CONSTRAINT),
    row("include_reasoning", Takes::Flag { neutral: true }, "send true or leave it out"),
    row("json_schema", Takes::Anything, NO_CONSTRAINT),
    row("length_penalty", Takes::Number { from: 0.0, to: 100.0, neutral: 1.0 }, LEAVE_OUT),
    row("logit_bias", Takes::Object, LEAVE_OUT),
    row("mirostat", Takes::Number { from: 0.0, to: 2.0, neutral: 0.0 }, LEAVE_OUT),
    row("prompt_logprobs", Takes::Anything, LEAVE_OUT),
    row("regex", Takes::Text, NO_CONSTRAINT),
    row("repetition_detection", Takes::Anything, LEAVE_OUT),
    row("return_token_ids", Takes::Flag { neutral: false }, LEAVE_OUT),
    row("return_tokens_as_token_ids", Takes::Flag { neutral: false }, LEAVE_OUT),
    row("separate_reasoning", Takes::Flag { neutral: true }, "send true or leave it out"),
    row("skip_special_tokens", Takes::Flag { neutral: true }, "send true or leave it out"),
    row("spaces_between_special_tokens", Takes::Flag { neutral: true }, "send true or leave it out"),
    row("stop_regex", Takes::Anything, "use \"stop\""),
    row("stream_reasoning", Takes::Flag { neutral: true }, "send true or leave it out"),
    row("structured_outputs", Takes::Anything, NO_CONSTRAINT),
    row("thinking_token_budget", Takes::Anything, LEAVE_OUT),
    row("truncate_prompt_tokens", Takes::Anything, "shorten the messages; leave it out"),
    row("typical_p", Takes::Number { from: 0.0, to: 1.0, neutral: 1.0 }, LEAVE_OUT),
    row("use_beam_search", Takes::Flag { neutral: false }, LEAVE_OUT),
    row("xtc_probability", Takes::Number { from: 0.0, to: 1.0, neutral: 0.0 }, LEAVE_OUT),
];

const fn row(field: &'static str, takes: Takes, instead: &'static str) -> Row {
    Row { field, takes, instead }
}

/// The refusal of a field in the table.
pub(super) fn refuse(field: &str) -> Error {
    refuse_at(field, field.to_owned())
}

/// The refusal of a field in the table, as the client spelled its place.
pub(super) fn refuse_at(field: &str, param: String) -> Error {
    let row = rows().find(|row| row.field == field);
    Error::UnsupportedParam { param, reason: row.map_or(LEAVE_OUT, |row| row.instead).to_owned() }
}

/// Every row of both tables.
fn rows() -> impl Iterator<Item = &'static Row> {
    CHAT.iter().chain(EXTENSIONS)
}

/// Checks every field of both tables, for a chat request.
pub(super) fn check(request: &Fields) -> Result<(), Error> {
    rows().filter(|row| request.has(row.field)).try_for_each(|row| check_row(row, request))
}

/// Checks the fields that mean the same in every dialect.
pub(super) fn check_extensions(request: &Fields) -> Result<(), Error> {
    EXTENSIONS.iter().filter(|row| request.has(row.field)).try_for_each(|row| check_row(row, request))
}

fn check_row(row: &Row, request: &Fields) -> Result<(), Error> {
    let name = row.field;
    let passes = match &row.takes {
        Takes::Flag { neutral } => request.boolean(name)? == Some(*neutral),
        Takes::Number { from, to, neutral } => {
            let range = *from..=*to;
            let expected = format!("a number from {from} to {to}");
            request.number(name, &expected, |number| range.contains(&number))? == Some(*neutral)
        }
        Takes::Word { words, neutral } => {
            let word = request.string(name)?.unwrap_or_default();
            if !words.contains(&word) {
                return Err(request.invalid(name, format!("one of {}", words.join(", "))));
            }
            words[..*neutral].contains(&word)
        }
        Takes::Array { neutral } => match request.array(name)?.unwrap_or_default() {
            [] => true,
            [Value::String(word)] => word == neutral,
            _ => false,
        },
        Takes::Object => request.map(name)?.is_none_or(serde_json::Map::is_empty),
        Takes::Text => request.string(name)?.is_none_or(str::is_empty),
        Takes::Anything => false,
        Takes::Elsewhere => true,
    };
    if passes { Ok(()) } else { Err(refuse(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judge(field: &str, value: Value) -> Result<(), Error> {
        let mut request = serde_json::Map::new();
        request.insert(field.to_owned(), value);
        check(&Fields::root(&request))
    }

    #[test]
    fn values_without_effect_pass_and_others_are_refused_by_name() {
        for row in rows() {
            assert_eq!(judge(row.field, Value::Null), Ok(()));
            let (neutral, effect, wrong) = match &row.takes {
                Takes::Flag { neutral } => (json!(neutral), json!(!neutral), json!("x")),
                Takes::Number { from, to, neutral } => {
                    (json!(neutral), json!(f64::midpoint(*from, *to)), json!(to + 1.0))
                }
                Takes::Word { words, .. } => (json!(words[0]), json!(words.last()), json!("x")),
                Takes::Array { neutral } => (json!([neutral]), json!(["a", "b"]), json!({})),
                Takes::Object => (json!({}), json!({"a": 1}), json!([])),
                Takes::Text => (json!(""), json!("a"), json!(1)),
                Takes::Anything => (Value::Null, json!({}), Value::Null),
                Takes::Elsewhere => continue,
            };
            assert_eq!(judge(row.field, neutral.clone()), Ok(()), "{}", row.field);
            if !wrong.is_null() {
                assert_eq!(
                    judge(row.field, wrong).unwrap_err().face().code,
                    "invalid_value",
                    "{}",
                    row.field
                );
            }
            if row.field != "function_call" {
                let error = judge(row.field, effect).unwrap_err();
                assert_eq!((error.face().code, error.face().param), ("unsupported_value", Some(row.field)));
            }
        }
    }

    #[test]
    fn each_field_has_one_row() {
        let mut names: Vec<_> = rows().map(|row| row.field).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rows().count());
    }
}
