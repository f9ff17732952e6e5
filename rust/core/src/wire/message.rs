//! The messages of a chat request, as types.
//!
//! Lenient where clients differ (string or parts, `developer` for `system`, the deprecated `function` role,
//! arguments as text or object), strict about everything a template would stumble over.

use serde_json::Value;

use super::fields::Fields;
use super::{Error, body};

/// One message of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Instructions; the roles `system` and `developer`.
    System {
        /// Its text.
        content: String,
        /// Who speaks, where the client says so.
        name: Option<String>,
    },
    /// What the user says.
    User {
        /// Its text.
        content: String,
        /// Who speaks, where the client says so.
        name: Option<String>,
    },
    /// What the model said.
    Assistant(Assistant),
    /// What a tool answered; the roles `tool` and `function`.
    Tool {
        /// Its text.
        content: String,
        /// The call it answers; absent for the role `function`.
        call_id: Option<String>,
        /// The tool's name, where the client says so.
        name: Option<String>,
    },
}

/// A reply of the model, sent back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assistant {
    /// The answer's text; absent when it only called tools.
    pub content: Option<String>,
    /// What it thought (`reasoning_content` or `reasoning`): one text before all else, or segments, of which
    /// segment i came before call i and the last after all calls.
    pub reasoning: Vec<String>,
    /// The tools it called.
    pub tool_calls: Vec<ToolCall>,
    /// Who speaks, where the client says so.
    pub name: Option<String>,
}

/// A call the model made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolCall {
    /// Its id, where the client kept it.
    pub id: Option<String>,
    /// The tool's name.
    pub name: String,
    /// The arguments' JSON text as the model wrote it; an object sent as such is serialised.
    pub arguments: String,
}

const REASONING: &str = "a string, or an array of strings";
const ROLES: &str = "one of system, developer, user, assistant, tool";

/// Reads `messages`.
pub(super) fn messages(request: &Fields) -> Result<Vec<Message>, Error> {
    let expected = "a non-empty array of messages";
    let items = request.array("messages")?.ok_or_else(|| request.missing("messages", expected))?;
    if items.is_empty() {
        return Err(request.invalid("messages", expected));
    }
    let read = |(index, item)| message(&Fields::of(item, format!("messages[{index}]"), true)?);
    items.iter().enumerate().map(read).collect()
}

fn message(fields: &Fields) -> Result<Message, Error> {
    let role = fields.string("role")?.ok_or_else(|| fields.missing("role", ROLES))?;
    let name = fields.string("name")?.map(str::to_owned);
    match role {
        "system" | "developer" => Ok(Message::System { content: required_text(fields)?, name }),
        "user" => Ok(Message::User { content: required_text(fields)?, name }),
        "assistant" => assistant(fields, name),
        "tool" => {
            let id = fields.string("tool_call_id")?;
            let id = id.ok_or_else(|| fields.missing("tool_call_id", "the id of the call it answers"))?;
            Ok(Message::Tool { content: required_text(fields)?, call_id: Some(id.to_owned()), name })
        }
        "function" => Ok(Message::Tool { content: text(fields)?.unwrap_or_default(), call_id: None, name }),
        other => Err(Error::InvalidParam {
            param: fields.path("role"),
            expected: ROLES.to_owned(),
            got: format!("\"{}\"", body::shorten(other)),
        }),
    }
}

fn assistant(fields: &Fields, name: Option<String>) -> Result<Message, Error> {
    let refusal = fields.string("refusal")?.map(str::to_owned);
    let reasoning = match reasoning(fields, "reasoning_content")? {
        Some(reasoning) => reasoning,
        None => reasoning(fields, "reasoning")?.unwrap_or_default(),
    };
    if fields.has("audio") {
        return Err(not_text(fields.path("audio")));
    }
    Ok(Message::Assistant(Assistant {
        content: text(fields)?.or(refusal),
        reasoning,
        tool_calls: tool_calls(fields)?,
        name,
    }))
}

/// Reasoning as one text, or as segments; none when there is nothing in it.
fn reasoning(fields: &Fields, name: &'static str) -> Result<Option<Vec<String>>, Error> {
    let segments = match fields.value(name) {
        None => return Ok(None),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(segments)) => {
            let segments = segments.iter().map(|segment| segment.as_str().map(str::to_owned));
            segments.collect::<Option<_>>().ok_or_else(|| fields.invalid(name, REASONING))?
        }
        Some(_) => return Err(fields.invalid(name, REASONING)),
    };
    Ok(Some(if segments.iter().all(String::is_empty) { Vec::new() } else { segments }))
}

fn tool_calls(fields: &Fields) -> Result<Vec<ToolCall>, Error> {
    let calls = fields.array("tool_calls")?.unwrap_or_default();
    let path = fields.path("tool_calls");
    let mut read = Vec::with_capacity(calls.len() + 1);
    for (index, call) in calls.iter().enumerate() {
        let call = Fields::of(call, format!("{path}[{index}]"), true)?;
        if call.string("type")?.is_some_and(|kind| kind != "function") {
            return Err(call.invalid("type", "\"function\""));
        }
        let function = call.object("function")?;
        let function =
            function.ok_or_else(|| call.missing("function", "an object with name and arguments"))?;
        read.push(called(&function, call.string("id")?)?);
    }
    if let Some(function) = fields.object("function_call")? {
        read.push(called(&function, None)?);
    }
    Ok(read)
}

fn called(function: &Fields, id: Option<&str>) -> Result<ToolCall, Error> {
    let name = function.string("name")?.ok_or_else(|| function.missing("name", "the tool's name"))?;
    if name.is_empty() {
        return Err(function.invalid("name", "the tool's name"));
    }
    let arguments = match function.value("arguments") {
        None => "{}".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(object @ Value::Object(_)) => object.to_string(),
        Some(_) => return Err(function.invalid("arguments", "a string of JSON, or an object")),
    };
    Ok(ToolCall { id: id.map(str::to_owned), name: name.to_owned(), arguments })
}

fn required_text(fields: &Fields) -> Result<String, Error> {
    text(fields)?.ok_or_else(|| fields.missing("content", "a string or an array of text parts"))
}

/// `content`: a string, or text parts, which are joined by line breaks.
fn text(fields: &Fields) -> Result<Option<String>, Error> {
    match fields.value("content") {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Array(parts)) => {
            let path = fields.path("content");
            let texts =
                parts.iter().enumerate().map(|(index, part)| text_part(part, format!("{path}[{index}]")));
            Ok(Some(texts.collect::<Result<Vec<_>, _>>()?.join("\n")))
        }
        Some(_) => Err(fields.invalid("content", "a string or an array of parts")),
    }
}

fn text_part(part: &Value, path: String) -> Result<String, Error> {
    if let Value::String(text) = part {
        return Ok(text.clone());
    }
    let part = Fields::of(part, path, true)?;
    let field = match part.string("type")? {
        Some("text") => "text",
        Some("refusal") => "refusal",
        Some("image_url" | "input_audio" | "file" | "video_url" | "audio_url" | "image") => {
            return Err(not_text(part.path("type")));
        }
        Some(_) => return Err(part.invalid("type", "\"text\"")),
        None => return Err(part.missing("type", "\"text\"")),
    };
    let text = part.string(field)?.ok_or_else(|| part.missing(field, "a string"))?;
    Ok(text.to_owned())
}

/// Texts that say something, joined.
pub(crate) fn joined(texts: &[&str], between: &str) -> String {
    texts.iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join(between)
}

fn not_text(param: String) -> Error {
    Error::UnsupportedParam { param, reason: "this model reads text only; send text parts".to_owned() }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]
mod tests {
    use super::*;
    use crate::wire::testing::user;
    use serde_json::json;

    fn read(items: Value) -> Result<Vec<Message>, Error> {
        messages(&Fields::root(json!({ "messages": items }).as_object().unwrap()))
    }

    fn refused(items: Value) -> String {
        read(items).unwrap_err().to_string()
    }

    #[test]
    fn the_shapes_clients_send_are_all_read() {
        let read = read(json!([
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "cache_control": {}},
            {"role": "assistant", "content": null, "refusal": null, "audio": null, "reasoning": "hm", "function_call": null,
             "tool_calls": [{"id": "c1", "type": "function", "index": 0, "function": {"name": "f", "arguments": "{\"x\": 1}"}},
                            {"function": {"name": "g", "arguments": {"y": 1.5}}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "7"},
            {"role": "function", "name": "g", "content": null},
            {"role": "assistant", "content": "", "tool_calls": null},
            {"role": "user", "content": "c", "name": "ann"},
        ]))
        .unwrap();
        assert_eq!(read[0], Message::System { content: "Be brief.".to_owned(), name: None });
        assert_eq!(read[1], user("a\nb"));
        let Message::Assistant(assistant) = &read[2] else { panic!("{:?}", read[2]) };
        assert_eq!((&assistant.content, &assistant.reasoning), (&None, &vec!["hm".to_owned()]));
        let calls: Vec<_> =
            assistant.tool_calls.iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect();
        assert_eq!(calls, [("f", "{\"x\": 1}"), ("g", "{\"y\":1.5}")]);
        assert_eq!(
            read[4],
            Message::Tool { content: String::new(), call_id: None, name: Some("g".to_owned()) }
        );
        assert_eq!(
            read[5],
            Message::Assistant(Assistant { content: Some(String::new()), ..Assistant::default() })
        );
    }

    #[test]
    fn reasoning_is_one_text_or_segments() {
        let reasoning = |value: Value| match &read(json!([{"role": "assistant", "reasoning_content": value}]))
            .unwrap()[..]
        {
            [Message::Assistant(assistant)] => assistant.reasoning.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(reasoning(json!("a")), ["a"]);
        assert_eq!(reasoning(json!(["", "b"])), ["", "b"]);
        for nothing in [json!(""), json!([]), json!([""]), Value::Null] {
            assert!(reasoning(nothing).is_empty());
        }
        for wrong in [json!(3), json!([3])] {
            let sentence = refused(json!([{"role": "assistant", "reasoning_content": wrong}]));
            assert!(
                sentence.starts_with(
                    "\"messages[0].reasoning_content\" must be a string, or an array of strings"
                )
            );
        }
    }

    #[test]
    fn a_wrong_message_is_named_with_its_place() {
        for (items, sentence) in [
            (json!([]), "\"messages\" must be a non-empty array of messages, got an array of 0"),
            (json!("hi"), "\"messages\" must be an array, got \"hi\""),
            (json!([7]), "\"messages[0]\" must be an object, got a number"),
            (
                json!([{"content": "x"}]),
                "\"messages[0].role\" is required: expected one of system, developer, user, assistant, tool",
            ),
            (
                json!([{"role": "robot"}]),
                "\"messages[0].role\" must be one of system, developer, user, assistant, tool, got \"robot\"",
            ),
            (
                json!([{"role": "user"}]),
                "\"messages[0].content\" is required: expected a string or an array of text parts",
            ),
            (
                json!([{"role": "user", "content": 3}]),
                "\"messages[0].content\" must be a string or an array of parts, got a number",
            ),
            (
                json!([{"role": "user", "content": [{"text": "secret"}]}]),
                "\"messages[0].content[0].type\" is required: expected \"text\"",
            ),
            (
                json!([{"role": "user", "content": "a"}, {"role": "tool", "content": "a"}]),
                "\"messages[1].tool_call_id\" is required: expected the id of the call it answers",
            ),
            (
                json!([{"role": "assistant", "tool_calls": [{"function": {"name": ""}}]}]),
                "\"messages[0].tool_calls[0].function.name\" must be the tool's name, got a string of 0 characters",
            ),
            (
                json!([{"role": "assistant", "tool_calls": [{"id": 1, "function": {"name": "f"}}]}]),
                "\"messages[0].tool_calls[0].id\" must be a string, got a number",
            ),
        ] {
            assert_eq!(refused(items), sentence);
        }
        let missing = messages(&Fields::root(&serde_json::Map::new())).unwrap_err();
        assert_eq!(missing.face().param, Some("messages"));
    }

    #[test]
    fn parts_that_are_not_text_are_refused_by_their_type() {
        for kind in ["image_url", "input_audio", "file"] {
            let error =
                read(json!([{"role": "user", "content": [{"type": "text", "text": ""}, {"type": kind}]}]))
                    .unwrap_err();
            assert_eq!(error.face().param, Some("messages[0].content[1].type"));
            assert_eq!(error.face().code, "unsupported_value");
        }
    }
}
