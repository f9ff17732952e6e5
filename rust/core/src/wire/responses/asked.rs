//! A request of the Responses API: parsed once, into a type that cannot be wrong.
//!
//! What needs the store is named, and found by the server: earlier turns, a conversation, items by their ids.

use serde_json::{Map, Value};

use super::echo;
use super::item::{Entry, Item, items};
use super::tool::Tools;
use super::tool_choice::{Choice, choice};
use crate::wire::fields::Fields;
use crate::wire::format;
use crate::wire::kwargs::{effort, template_kwargs};
use crate::wire::sampling::sampling;
use crate::wire::{Effort, Error, Ignored, SamplingRequest, body, unbuilt};

/// What a client asked for.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the request")]
pub struct Asked {
    /// Bytes of the body that it was read from.
    pub body_bytes: usize,
    /// The model's name; absent means the one served.
    pub model: Option<String>,
    /// The response to go on from.
    pub previous_response_id: Option<String>,
    /// The conversation to go on.
    pub conversation: Option<String>,
    /// Whether the reply is told as events.
    pub stream: bool,
    /// Whether the response is kept.
    pub store: bool,
    /// Whether nobody waits for the reply.
    pub background: bool,
    /// Whether there is an `input` at all.
    pub(super) has_input: bool,
    pub(super) input: Vec<Entry>,
    pub(super) instructions: Option<String>,
    pub(super) tools: Tools,
    pub(super) choice: Choice,
    pub(super) sampling: SamplingRequest,
    pub(super) template_kwargs: Map<String, Value>,
    pub(super) effort: Option<Effort>,
    /// Whether reasoning is to be told sealed, too.
    pub(super) sealed: bool,
    /// Whether a summary of the reasoning was asked for, which only some settings tell.
    pub(super) summary: bool,
    pub(super) ignored: Ignored,
    /// See `Shell::echo`; null where the model's defaults are not filled in yet.
    pub(super) echo: Map<String, Value>,
}

/// Reads a request's body.
///
/// # Errors
///
/// One of the 400s of [`Error`], naming the first field at fault.
pub fn parse_responses(bytes: &[u8]) -> Result<Asked, Error> {
    let body = body::parse(bytes)?;
    let request = Fields::root(&body);
    let mut ignored = Ignored::default();
    let model = request.string("model")?.map(str::to_owned);
    let previous_response_id = request.string("previous_response_id")?.map(str::to_owned);
    let conversation = conversation(&request)?;
    if previous_response_id.is_some() && conversation.is_some() {
        return Err(request.invalid("conversation", "absent when \"previous_response_id\" is sent"));
    }
    let input = match request.value("input") {
        Some(input) => items(input, "input", &mut ignored)?,
        None => Vec::new(),
    };
    let instructions = request.string("instructions")?.map(str::to_owned);
    let tools = Tools::read(request.array("tools")?.unwrap_or_default(), "tools", &mut ignored)?;
    let choice = choice(&request, &mut ignored)?;
    let sampling = sampling(&request, &["max_output_tokens"])?;
    if sampling.num_choices != 1 {
        return Err(request.invalid("n", "1: a response is one reply"));
    }
    let store = request.boolean("store")?.unwrap_or(true);
    let background = request.boolean("background")?.unwrap_or(false);
    if background && !store {
        return Err(request.invalid("background", "false when \"store\" is false"));
    }
    let stream = request.boolean("stream")?.unwrap_or(false);
    let (effort, summary) = reasoning(&request, &mut ignored)?;
    let template_kwargs = template_kwargs(&request)?;
    text(&request, &mut ignored)?;
    let sealed = include(&request, &mut ignored)?;
    hints(&request, &mut ignored)?;
    metadata(&request)?;
    unbuilt::check_extensions(&request)?;
    let echo = echo::asked(&request, &tools, &choice, conversation.as_deref());
    ignored.extend(request.unread());
    Ok(Asked {
        body_bytes: bytes.len(),
        model,
        previous_response_id,
        conversation,
        stream,
        store,
        background,
        has_input: request.has("input"),
        input,
        instructions,
        tools,
        choice,
        sampling,
        template_kwargs,
        effort,
        sealed,
        summary,
        ignored,
        echo,
    })
}

impl Asked {
    /// Ids of the stored items that the input names, in their order.
    #[must_use]
    pub fn references(&self) -> Vec<&str> {
        let references = self.input.iter().filter_map(|entry| match &entry.item {
            Item::Reference(id) => Some(id.as_str()),
            Item::System(_)
            | Item::User(_)
            | Item::Said(_)
            | Item::Reasoning { .. }
            | Item::Call(_)
            | Item::Output { .. }
            | Item::Tools(_)
            | Item::Compaction(_)
            | Item::Unknown { .. } => None,
        });
        references.collect()
    }
}

/// `conversation`: an id, or an object with one.
fn conversation(request: &Fields) -> Result<Option<String>, Error> {
    let expected = "a conversation's id, or an object with its \"id\"";
    let id = match request.value("conversation") {
        None => return Ok(None),
        Some(Value::String(id)) => Some(id.as_str()),
        Some(Value::Object(_)) => match request.object("conversation")? {
            Some(fields) => fields.string("id")?,
            None => None,
        },
        Some(_) => None,
    };
    let id = id.filter(|id| !id.is_empty()).ok_or_else(|| request.invalid("conversation", expected))?;
    Ok(Some(id.to_owned()))
}

/// `reasoning`, or `reasoning_effort` as chat has it: how hard to think, and whether a summary was asked for.
fn reasoning(request: &Fields, ignored: &mut Ignored) -> Result<(Option<Effort>, bool), Error> {
    let flat = effort(request, "reasoning_effort")?;
    let Some(reasoning) = request.object("reasoning")? else { return Ok((flat, false)) };
    let effort = effort(&reasoning, "effort")?.or(flat);
    let summary = [reasoning.string("summary")?, reasoning.string("generate_summary")?];
    ignored.extend(reasoning.unread());
    Ok((effort, summary.iter().flatten().any(|summary| *summary != "none")))
}

/// `text`: plain, until output can be constrained.
fn text(request: &Fields, ignored: &mut Ignored) -> Result<(), Error> {
    let Some(text) = request.object("text")? else { return Ok(()) };
    if let Some(format) = text.object("format")? {
        format::plain(&format, &["json_object", "json_schema"])?;
    }
    if let Some(verbosity) = text.string("verbosity")? {
        if !["low", "medium", "high"].contains(&verbosity) {
            return Err(text.invalid("verbosity", "one of low, medium, high"));
        }
        if verbosity != "medium" {
            ignored.push(text.path("verbosity"));
        }
    }
    ignored.extend(text.unread());
    Ok(())
}

/// `include`: whether reasoning is to be sealed; all else that can be included there is not.
fn include(request: &Fields, ignored: &mut Ignored) -> Result<bool, Error> {
    let mut sealed = false;
    for (index, name) in request.array("include")?.unwrap_or_default().iter().enumerate() {
        match name.as_str() {
            Some("reasoning.encrypted_content") => sealed = true,
            Some(other) => ignored.push(format!("include[{index}]={other}")),
            None => return Err(request.invalid("include", "an array of strings")),
        }
    }
    Ok(sealed)
}

/// Fields that ask for what is so anyway, or for what there is not.
fn hints(request: &Fields, ignored: &mut Ignored) -> Result<(), Error> {
    for name in ["user", "safety_identifier", "prompt_cache_key"] {
        request.string(name)?;
    }
    let neutral = |name: &str, words: &[&str]| -> Result<bool, Error> {
        Ok(request.string(name)?.is_none_or(|word| words.contains(&word)))
    };
    if !neutral("service_tier", &["auto", "default"])? {
        ignored.push("service_tier");
    }
    match request.string("truncation")? {
        None | Some("disabled") => {}
        Some("auto") => ignored.push("truncation"),
        Some(_) => return Err(request.invalid("truncation", "\"auto\" or \"disabled\"")),
    }
    if request.boolean("parallel_tool_calls")? == Some(false) {
        ignored.push("parallel_tool_calls");
    }
    // It bounds the calls of tools that the server runs, of which there are none.
    request.integer("max_tool_calls", 1..=i64::MAX)?;
    if request.integer("top_logprobs", 0..=20)?.is_some_and(|count| count > 0) {
        ignored.push("top_logprobs");
    }
    if let Some(options) = request.object("stream_options")? {
        if options.boolean("include_obfuscation")? == Some(true) {
            ignored.push(options.path("include_obfuscation"));
        }
        ignored.extend(options.unread());
    }
    if request.has("prompt") {
        let reason = "no prompts are kept here; send \"instructions\" and \"input\"".to_owned();
        return Err(Error::UnsupportedParam { param: "prompt".to_owned(), reason });
    }
    Ok(())
}

/// `metadata`, which is told again: at most 16 strings, with names of 64 characters and values of 512.
pub(super) fn metadata<'a>(request: &Fields<'a>) -> Result<Option<&'a Map<String, Value>>, Error> {
    let Some(pairs) = request.map("metadata")? else { return Ok(None) };
    let fits = |(name, value): (&String, &Value)| {
        name.chars().count() <= 64 && value.as_str().is_some_and(|text| text.chars().count() <= 512)
    };
    if pairs.len() > 16 || !pairs.iter().all(fits) {
        let expected = "an object of at most 16 strings of at most 512 characters, with names of at most 64";
        return Err(request.invalid("metadata", expected));
    }
    Ok(Some(pairs))
}

#[cfg(test)]
#[path = "asked_tests.rs"]
mod tests;
