//! A checkpoint's chat template: messages -> the text of the prompt.
//!
//! Templates are Jinja written for Python and run by minijinja. What they expect beyond it is here: Python's
//! methods and spellings, `raise_exception`, `strftime_now`, the `generation` tag. A template reads nothing
//! but its context, and is bounded in work and output.

use std::collections::HashSet;
use std::error::Error as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};
use serde_json::{Map, Value as Json};

use super::{bounds, source, value};

/// Instructions one rendering may take: thousands of times a long conversation's.
const MAX_FUEL: u64 = 200_000_000;
/// Bytes one rendering may give: more than any body the server accepts could need.
const MAX_OUTPUT_BYTES: usize = 64 << 20;
/// Marks the end of the message that is to be continued.
const CONTINUE_TAG: &str = "CONTINUE_FINAL_MESSAGE_TAG ";
const NAME: &str = "chat_template";

/// A compiled template and the tokens it may name.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    tokens: Map<String, Json>,
    /// The variables that it surely looks at.
    variables: HashSet<String>,
    /// Every word in its source.
    words: HashSet<String>,
}

/// What one rendering is given.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The conversation, as the template wants it.
    pub messages: Vec<Json>,
    /// The tools as sent; none when empty.
    pub tools: Vec<Json>,
    /// Whether the prompt ends where the assistant begins to speak.
    pub add_generation_prompt: bool,
    /// Whether the prompt ends inside the last message, to be continued.
    pub continue_final_message: bool,
    /// The template's own variables, such as `enable_thinking`.
    pub kwargs: Map<String, Json>,
    /// Unix time in seconds.
    pub now: u64,
}

/// Why a template gave no prompt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It said so itself (`raise_exception`); its own words.
    #[error("{0}")]
    Raised(String),
    /// It failed: an undefined value, a missing method, too much work.
    #[error("{0}")]
    Failed(String),
}

/// The words of `raise_exception`, carried through the engine's own error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Raised(String);

impl Template {
    /// Compiles a template. `tokens` are the special tokens it may name: `bos_token`, `eos_token` and so on.
    ///
    /// # Errors
    ///
    /// What does not parse, and in which line.
    pub fn new(source: &str, tokens: Map<String, Json>) -> Result<Self, String> {
        let mut environment = Environment::new();
        environment.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .build()
                .map_err(|error| error.to_string())?,
        );
        environment.set_fuel(Some(MAX_FUEL));
        add_python(&mut environment);
        bounds::add(&mut environment);
        environment
            .add_template_owned(NAME, source::prepared(source))
            .map_err(|error| format!("the chat template cannot be compiled: {error}"))?;
        let variables = environment.get_template(NAME).map(|template| template.undeclared_variables(false));
        let variables = variables.unwrap_or_default();
        let is_in_word = |character: char| character == '_' || character.is_alphanumeric();
        let words = source.split(|character| !is_in_word(character)).map(str::to_owned).collect();
        Ok(Self { environment, tokens, variables, words })
    }

    /// Whether a word stands in it. A variable whose name does not has no effect.
    #[must_use]
    pub fn mentions(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Whether it surely looks at a variable of this name. One that it sets from itself is not told from its own.
    #[must_use]
    pub fn looks_at(&self, variable: &str) -> bool {
        self.variables.contains(variable)
    }

    /// A special token the template may name, as text.
    #[must_use]
    pub fn token(&self, name: &str) -> Option<&str> {
        self.tokens.get(name)?.as_str()
    }

    /// The prompt's text.
    ///
    /// # Errors
    ///
    /// [`Refusal`], in the template's own words where it has some.
    pub fn render(&self, context: &Context) -> Result<String, Refusal> {
        if !context.continue_final_message {
            return self.render_messages(&context.messages, context);
        }
        let mut messages = context.messages.clone();
        let last = tag_last(&mut messages)?;
        cut_at_tag(&self.render_messages(&messages, context)?, &last)
    }

    fn render_messages(&self, messages: &[Json], context: &Context) -> Result<String, Refusal> {
        // The engine itself may panic: version 3.0.5 does on `''[::-1]`.
        let rendered = catch_unwind(AssertUnwindSafe(|| self.render_variables(messages, context)));
        rendered.unwrap_or_else(|_| Err(Refusal::Failed("the template engine failed on it".to_owned())))
    }

    fn render_variables(&self, messages: &[Json], context: &Context) -> Result<String, Refusal> {
        let template =
            self.environment.get_template(NAME).map_err(|error| Refusal::Failed(error.to_string()))?;
        let mut output = Bounded(Vec::new());
        template
            .render_captured_to(self.variables(messages, context), &mut output)
            .map_err(|e| refusal(&e))?;
        String::from_utf8(output.0).map_err(|error| Refusal::Failed(error.to_string()))
    }

    fn variables(&self, messages: &[Json], context: &Context) -> Value {
        let tools = match context.tools.as_slice() {
            [] => Value::from(()),
            tools => tools.iter().map(value::from_json).collect(),
        };
        let now = context.now;
        let own = |name: &str, value: Value| (name.to_owned(), value);
        let variables = vec![
            own("documents", Value::from(())),
            own("strftime_now", Value::from_function(move |format: &str| strftime(now, format))),
        ];
        let fixed = vec![
            own("messages", messages.iter().map(value::from_json).collect()),
            own("tools", tools),
            own("add_generation_prompt", Value::from(context.add_generation_prompt)),
        ];
        let given = self.tokens.iter().chain(&context.kwargs);
        let given = given.map(|(name, json)| (name.clone(), value::from_json(json)));
        Value::from_pairs(variables.into_iter().chain(given).chain(fixed))
    }
}

/// Filters, tests and functions that differ between Python and the engine.
fn add_python(environment: &mut Environment<'static>) {
    environment.add_filter(
        "tojson",
        |value: &Value, ascii: Option<bool>, indent: Option<Value>, kwargs: Kwargs| {
            value::tojson(value, ascii, indent.as_ref(), &kwargs)
        },
    );
    environment.add_filter("safe", |value: Value| value);
    environment.add_filter(source::LOOPABLE, loopable);
    environment.add_filter(
        "indent",
        |text: &str, width: Option<usize>, first: Option<bool>, blank: Option<bool>, kwargs: Kwargs| {
            indent(text, width, first, blank, &kwargs)
        },
    );
    environment.add_test("iterable", is_iterable);
    environment.add_test("number", value::is_number);
    environment.add_test("sequence", |value: &Value| is_iterable(value));
    environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, "raised").with_source(Raised(message)))
    });
}

/// A string's characters; anything else as it is.
fn loopable(value: Value) -> Result<Value, Error> {
    bounds::check_listed(&value)?;
    Ok(match value.as_str() {
        Some(text) => text.chars().map(Value::from).collect(),
        None => value,
    })
}

/// Whether Python could loop over it; an undefined value there is an empty one.
fn is_iterable(value: &Value) -> bool {
    use ValueKind::{Bytes, Iterable, Map, Seq, String, Undefined};
    matches!(value.kind(), Undefined | String | Bytes | Seq | Map | Iterable)
}

/// Jinja's `indent`: every line but the first, and blank lines not, unless asked.
fn indent(
    text: &str,
    width: Option<usize>,
    first: Option<bool>,
    blank: Option<bool>,
    kwargs: &Kwargs,
) -> Result<String, Error> {
    let width = width.or(kwargs.get("width")?).unwrap_or(4);
    let first = first.or(kwargs.get("first")?).unwrap_or(false);
    let blank = blank.or(kwargs.get("blank")?).unwrap_or(false);
    kwargs.assert_all_used()?;
    let margin = " ".repeat(width.min(1024));
    let lines = text.split('\n').enumerate().map(|(index, line)| {
        let indented = if index == 0 { first } else { blank || !line.is_empty() };
        if indented { format!("{margin}{line}") } else { line.to_owned() }
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// `strftime_now`: the time of the request, in UTC.
pub(super) fn strftime(now: u64, format: &str) -> Result<String, Error> {
    let invalid = |error: jiff::Error| Error::new(ErrorKind::InvalidOperation, error.to_string());
    let seconds = i64::try_from(now).unwrap_or(i64::MAX);
    let time = jiff::Timestamp::from_second(seconds).map_err(invalid)?;
    jiff::fmt::strtime::format(format, &time.to_zoned(jiff::tz::TimeZone::UTC)).map_err(invalid)
}

/// Puts the tag behind the last message's text and gives that text back.
fn tag_last(messages: &mut [Json]) -> Result<String, Refusal> {
    let content = messages.last_mut().and_then(|message| message.get_mut("content"));
    let text = match content {
        Some(Json::String(text)) => Some(text),
        Some(Json::Array(parts)) => match parts.iter_mut().rev().find_map(|part| part.get_mut("text")) {
            Some(Json::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    };
    let text = text.ok_or_else(|| Refusal::Raised("the last message has no text to continue".to_owned()))?;
    let content = text.clone();
    text.push_str(CONTINUE_TAG);
    Ok(content)
}

/// The prompt up to the tag. A template that trims messages also lost the tag's own space: then the message
/// ends trimmed.
fn cut_at_tag(rendered: &str, content: &str) -> Result<String, Refusal> {
    let tag = CONTINUE_TAG.trim_end();
    let Some(at) = rendered.rfind(tag) else {
        let reason = "the template does not print the last message, so it cannot be continued";
        return Err(Refusal::Failed(reason.to_owned()));
    };
    let prompt = &rendered[..at];
    let kept_space = rendered[at..].starts_with(CONTINUE_TAG);
    let prompt = if kept_space || content.is_empty() { prompt } else { prompt.trim_end() };
    Ok(prompt.to_owned())
}

fn refusal(error: &Error) -> Refusal {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(raised) = cause.downcast_ref::<Raised>() {
            return Refusal::Raised(raised.0.clone());
        }
        source = cause.source();
    }
    Refusal::Failed(error.to_string())
}

/// Output that ends with an error instead of filling the memory.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT_BYTES {
            return Err(std::io::Error::other("the rendered prompt is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn render(source: &str, context: &Context) -> Result<String, Refusal> {
        let tokens = json!({"bos_token": "<s>"}).as_object().cloned().unwrap();
        Template::new(source, tokens).unwrap().render(context)
    }

    fn conversation(messages: Json) -> Context {
        Context { messages: serde_json::from_value(messages).unwrap(), ..Context::default() }
    }

    #[test]
    fn a_refusal_keeps_the_templates_words_even_from_inside_a_macro() {
        let source = "{% macro m() %}{{ raise_exception('roles must alternate') }}{% endmacro %}{{ m() }}";
        let refused = render(source, &Context::default());
        assert_eq!(refused, Err(Refusal::Raised("roles must alternate".to_owned())));
    }

    #[test]
    fn a_template_that_never_ends_is_stopped() {
        let source = "{% for a in range(10000) %}{% for b in range(100000) %}{% for c in range(100000) %}{% endfor %}{% endfor %}{% endfor %}";
        let environment = Template::new(source, Map::new()).map(|mut template| {
            template.environment.set_fuel(Some(10_000));
            template
        });
        assert!(matches!(environment.unwrap().render(&Context::default()), Err(Refusal::Failed(_))));
    }

    #[test]
    fn a_template_that_the_engine_fails_on_is_refused() {
        for source in ["{{ ''[::-1] }}", "{{ [][::-1] }}"] {
            assert!(matches!(render(source, &Context::default()), Err(Refusal::Failed(_)) | Ok(_)));
        }
    }

    #[test]
    fn output_is_bounded() {
        let mut context = conversation(json!([{"content": "x".repeat(1 << 20)}]));
        context.now = 0;
        let source = "{% for n in range(1000) %}{{ messages[0].content }}{% endfor %}";
        assert!(matches!(render(source, &context), Err(Refusal::Failed(_))));
    }

    #[test]
    fn generation_tags_print_their_body_and_keep_sets_inside() {
        let source = "a {%- generation %} b{% set x = 1 %} {%- endgeneration -%} {{ x is defined }}";
        assert_eq!(render(source, &Context::default()).unwrap(), "a bFalse");
    }

    #[test]
    fn a_loop_over_a_text_knows_its_last_character() {
        let source = "{% for c in 'aé' %}{{ c }}{{ '.' if loop.last }}{{ loop.length }}{% endfor %}";
        assert_eq!(render(source, &Context::default()).unwrap(), "a2é.2");
        let source =
            "{% for c in nothing %}x{% else %}none{% endfor %}{% for k in {'a': 1} %}{{ k }}{% endfor %}";
        assert_eq!(render(source, &Context::default()).unwrap(), "nonea");
    }

    #[test]
    fn nothing_outside_can_be_reached() {
        for source in
            ["{% include 'x' %}", "{% import 'x' as x %}", "{% extends '/etc/passwd' %}", "{{ open('x') }}"]
        {
            assert!(matches!(render(source, &Context::default()), Err(Refusal::Failed(_))), "{source}");
        }
        let big = "{{ 'x' * 100000000000 }}";
        assert!(matches!(render(big, &Context::default()), Err(Refusal::Failed(_))));
    }

    #[test]
    fn the_time_is_the_requests() {
        let context = Context { now: 1_768_435_200, ..Context::default() };
        assert_eq!(
            render("{{ strftime_now('%d %B %Y, %A') }}", &context).unwrap(),
            "15 January 2026, Thursday"
        );
    }

    #[test]
    fn none_is_not_iterable_and_undefined_is() {
        let source =
            "{{ tools is iterable }} {{ nothing is iterable }} {{ 'a' is iterable }} {{ {} is sequence }}";
        assert_eq!(render(source, &Context::default()).unwrap(), "False True True True");
    }

    #[test]
    fn a_variable_of_the_client_cannot_replace_the_messages() {
        let mut context = conversation(json!([{"content": "true"}]));
        context.kwargs =
            json!({"messages": [], "bos_token": "b", "flag": false}).as_object().cloned().unwrap();
        assert_eq!(render("{{ messages[0].content }}{{ flag }}", &context).unwrap(), "trueFalse");
    }

    #[test]
    fn a_message_to_continue_ends_the_prompt() {
        let mut context = conversation(json!([{"content": "Sure, "}]));
        context.continue_final_message = true;
        assert_eq!(render("[{{ messages[-1].content }}]<end>", &context).unwrap(), "[Sure, ");
        assert_eq!(render("[{{ messages[-1].content | trim }}]<end>", &context).unwrap(), "[Sure,");
        assert!(render("nothing", &context).is_err());
    }

    #[test]
    fn a_template_that_does_not_parse_says_where() {
        let error = Template::new("\n{% if %}", Map::new()).unwrap_err();
        assert!(error.contains("chat_template:2"), "{error}");
    }
}
