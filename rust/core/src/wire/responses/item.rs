//! The items of an input, as types: lenient where clients differ, strict about what a conversation needs.
//!
//! Clients replay a turn in three shapes (whole, without ids and status, as easy messages), and leave types out;
//! all of them are the same items here. What an item was sent as is kept beside it, completed, so that it can be
//! stored, listed and replayed.

use serde_json::{Map, Value, json};

use super::part;
use super::tool::Tools;
use crate::wire::fields::Fields;
use crate::wire::{Error, Ignored};

/// What an item says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// Instructions; the roles `system` and `developer`.
    System(String),
    /// What the user says.
    User(String),
    /// What the model said.
    Said(String),
    /// What the model thought: sealed, or plain, or both.
    Reasoning { sealed: Option<String>, plain: Option<String> },
    /// A tool that the model called.
    Call(Call),
    /// What a tool answered.
    Output { call_id: String, content: String },
    /// Tools that are declared on the way (`additional_tools`).
    Tools(Tools),
    /// What was said before, sealed.
    Compaction(String),
    /// The id of a stored item.
    Reference(String),
    /// A type that is not known here; the call it belongs to.
    Unknown { call_id: Option<String> },
}

/// A tool that the model called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) namespace: Option<String>,
    /// As the client knows it.
    pub(super) name: String,
    /// JSON text; of a custom tool, its `input` as the one argument.
    pub(super) arguments: String,
}

/// An item, where it stood, and what is kept of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) item: Item,
    /// Such as `input[3]`.
    pub(super) path: String,
    /// The item in its full stored form, but for an `id` that the client left out; none where it is not stored.
    pub(super) kept: Option<Map<String, Value>>,
}

/// Reads an array of items, or a string, which the user says; `name` is the field that they are in.
pub(super) fn items(value: &Value, name: &str, ignored: &mut Ignored) -> Result<Vec<Entry>, Error> {
    match value {
        Value::String(_) => Ok(vec![entry(value, name.to_owned(), ignored)?]),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.map(|(index, item)| entry(item, format!("{name}[{index}]"), ignored)).collect()
        }
        other => Err(Error::InvalidParam {
            param: name.to_owned(),
            expected: "a string or an array of items".to_owned(),
            got: crate::wire::body::kind(other),
        }),
    }
}

/// Reads one item, which stands at `path`.
pub(super) fn entry(value: &Value, path: String, ignored: &mut Ignored) -> Result<Entry, Error> {
    if let Value::String(text) = value {
        let content = part::kept(Some(value), "input_text");
        let kept = kept("message", &Map::new(), [("role", json!("user")), ("content", content)]);
        return Ok(Entry { item: Item::User(text.clone()), path, kept: Some(kept) });
    }
    let fields = Fields::of(value, path, true)?;
    fields.string("id")?;
    fields.string("status")?;
    let (item, kept) = read(&fields, kind(&fields)?, ignored)?;
    Ok(Entry { item, path: fields.place().to_owned(), kept })
}

/// An item's type; where it is left out, what its fields make it.
fn kind<'a>(fields: &Fields<'a>) -> Result<&'a str, Error> {
    if let Some(kind) = fields.string("type")? {
        return Ok(kind);
    }
    let by_field = [
        ("role", "message"),
        ("output", "function_call_output"),
        ("arguments", "function_call"),
        ("input", "custom_tool_call"),
        ("call_id", "function_call"),
        ("summary", "reasoning"),
        ("encrypted_content", "reasoning"),
        ("content", "message"),
        ("id", "item_reference"),
    ];
    let found = by_field.into_iter().find(|(field, _)| fields.has(field));
    found.map(|(_, kind)| kind).ok_or_else(|| fields.missing("type", "an item's type, such as \"message\""))
}

type Read = (Item, Option<Map<String, Value>>);

fn read(fields: &Fields, kind: &str, ignored: &mut Ignored) -> Result<Read, Error> {
    let sent = fields.map_of();
    match kind {
        "message" => message(fields),
        "input_text" | "text" | "input_image" | "input_file" | "input_audio" | "input_video" => {
            let text = part::bare(fields)?;
            let parts = part::kept(Some(&json!(text)), "input_text");
            let kept = kept("message", &Map::new(), [("role", json!("user")), ("content", parts)]);
            Ok((Item::User(text), Some(kept)))
        }
        "output_text" | "refusal" => {
            let text = part::bare(fields)?;
            let parts = part::kept(Some(&json!([sent])), "output_text");
            let kept = kept("message", &Map::new(), [("role", json!("assistant")), ("content", parts)]);
            Ok((Item::Said(text), Some(kept)))
        }
        "reasoning" => reasoning(fields),
        "function_call" => {
            let arguments = arguments(fields)?;
            let call = call(fields, arguments.clone())?;
            Ok((Item::Call(call), Some(kept(kind, sent, [("arguments", json!(arguments))]))))
        }
        "custom_tool_call" => {
            let input = required(fields, "input", "the text that the tool was given")?;
            let call = call(fields, json!({ "input": input }).to_string())?;
            Ok((Item::Call(call), Some(kept(kind, sent, []))))
        }
        "function_call_output" | "custom_tool_call_output" => {
            let call_id = non_empty(fields, "call_id", "the id of the call it answers")?.to_owned();
            let content = part::output(fields)?;
            Ok((Item::Output { call_id, content }, Some(kept(kind, sent, []))))
        }
        "additional_tools" => {
            let tools = fields.array("tools")?.ok_or_else(|| fields.missing("tools", "an array of tools"))?;
            let tools = Tools::read(tools, &fields.path("tools"), ignored)?;
            Ok((Item::Tools(tools), Some(kept(kind, sent, []))))
        }
        "compaction" | "compaction_summary" => {
            let sealed = required(fields, "encrypted_content", "what a compaction gave")?;
            Ok((Item::Compaction(sealed.to_owned()), Some(kept(kind, sent, []))))
        }
        "item_reference" => {
            let id = non_empty(fields, "id", "the id of a stored item")?;
            Ok((Item::Reference(id.to_owned()), None))
        }
        unknown => {
            ignored.push(format!("{}={unknown}", fields.path("type")));
            let call_id = fields.map_of().get("call_id").and_then(Value::as_str);
            Ok((Item::Unknown { call_id: call_id.map(str::to_owned) }, None))
        }
    }
}

const ROLES: &str = "one of user, assistant, system, developer";

fn message(fields: &Fields) -> Result<Read, Error> {
    let role = fields.string("role")?.ok_or_else(|| fields.missing("role", ROLES))?;
    let (item, kind): (fn(String) -> Item, _) = match role {
        "system" | "developer" => (Item::System, "input_text"),
        "user" => (Item::User, "input_text"),
        "assistant" => (Item::Said, "output_text"),
        _ => return Err(fields.invalid("role", ROLES)),
    };
    let text = part::content(fields)?;
    let content = part::kept(fields.value("content"), kind);
    let kept = kept("message", fields.map_of(), [("content", content)]);
    Ok((item(text), Some(kept)))
}

fn reasoning(fields: &Fields) -> Result<Read, Error> {
    let sealed = fields.string("encrypted_content")?.map(str::to_owned);
    let summary = part::texts_of(fields, "summary")?;
    let content = match fields.value("content") {
        Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
        Some(_) | None => part::texts_of(fields, "content")?,
    };
    let summary_kept = fields.value("summary").cloned().unwrap_or_else(|| json!([]));
    let mut kept = kept("reasoning", fields.map_of(), [("summary", summary_kept)]);
    if fields.value("content").is_some_and(Value::is_string) {
        kept.insert("content".to_owned(), part::kept(fields.value("content"), "reasoning_text"));
    }
    Ok((Item::Reasoning { sealed, plain: content.or(summary) }, Some(kept)))
}

fn call(fields: &Fields, arguments: String) -> Result<Call, Error> {
    Ok(Call {
        id: non_empty(fields, "call_id", "the call's id")?.to_owned(),
        namespace: fields.string("namespace")?.filter(|name| !name.is_empty()).map(str::to_owned),
        name: non_empty(fields, "name", "the tool's name")?.to_owned(),
        arguments,
    })
}

/// JSON text; an object sent as such is serialised.
fn arguments(fields: &Fields) -> Result<String, Error> {
    let expected = "a string of JSON, or an object";
    match fields.value("arguments") {
        None if fields.is_sent("arguments") => Ok("{}".to_owned()),
        None => Err(fields.missing("arguments", expected)),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(object @ Value::Object(_)) => Ok(object.to_string()),
        Some(_) => Err(fields.invalid("arguments", expected)),
    }
}

fn required<'a>(fields: &Fields<'a>, name: &str, expected: &str) -> Result<&'a str, Error> {
    fields.string(name)?.ok_or_else(|| fields.missing(name, expected))
}

fn non_empty<'a>(fields: &Fields<'a>, name: &str, expected: &str) -> Result<&'a str, Error> {
    match required(fields, name, expected)? {
        "" => Err(fields.invalid(name, expected)),
        text => Ok(text),
    }
}

/// An item as it is stored: as sent, without nulls, with its type, its status, and some fields in their full form.
fn kept<const N: usize>(
    kind: &str,
    sent: &Map<String, Value>,
    full: [(&str, Value); N],
) -> Map<String, Value> {
    let mut kept = Map::new();
    let id = sent.get("id").filter(|id| id.as_str().is_some_and(|id| !id.is_empty()));
    kept.extend(id.map(|id| ("id".to_owned(), id.clone())));
    kept.insert("type".to_owned(), json!(kind));
    kept.insert("status".to_owned(), json!("completed"));
    let others =
        sent.iter().filter(|(name, value)| !value.is_null() && !["id", "type"].contains(&name.as_str()));
    kept.extend(others.map(|(name, value)| (name.clone(), value.clone())));
    kept.extend(full.map(|(name, value)| (name.to_owned(), value)));
    kept
}

#[cfg(test)]
#[path = "item_tests.rs"]
mod tests;
