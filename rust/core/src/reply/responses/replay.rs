//! A stored response, told again as the events that it would have been told with, or as one that failed.

use serde_json::{Map, Value};

use super::events::Events;
use super::item::Item;
use super::name;
use super::object::{Object, problem};
use super::output::Output;
use crate::reply::sse;
use crate::wire::Error;
use crate::wire::responses::ReasoningEvents;

/// Bytes that are no response of ours, and what they lack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no stored response: {0}")]
pub struct NoRecord(String);

/// The events of a response that is over, each text in one delta. Reasoning that is told as text has the names
/// of `reasoning`.
///
/// # Errors
///
/// [`NoRecord`] for what is no response, or one that is not over.
pub fn replay(record: &[u8], reasoning: ReasoningEvents) -> Result<Vec<u8>, NoRecord> {
    let record = read(record)?;
    let object = Object::of_record(&record).ok_or_else(|| lacking("id or created_at"))?;
    let status = record.get("status").and_then(Value::as_str);
    let end = match status {
        Some("completed") => name::COMPLETED,
        Some("incomplete") => name::INCOMPLETE,
        Some("failed" | "cancelled") => name::FAILED,
        Some(_) | None => return Err(lacking("a status that ends it")),
    };
    let (mut output, mut out) = (Output::new(true, reasoning), Vec::new());
    let was_queued = record.get("background") == Some(&Value::Bool(true));
    output.events.begin(&object, was_queued, &mut out);
    if was_queued {
        output.events.in_progress(&object, &mut out);
    }
    for item in items(&record)? {
        output.tell_again(item, end == name::FAILED, &mut out);
    }
    if let Some(error) = record.get("error").filter(|error| !error.is_null()) {
        tell_error(&mut output.events, error, &mut out);
    }
    let mut whole = Vec::new();
    sse::json(&record, &mut whole);
    output.events.end(end, &whole, &mut out);
    Ok(out)
}

/// A response that was not over when its server ended, as one that failed.
///
/// # Errors
///
/// [`NoRecord`] for what is no response.
pub fn failed(record: &[u8], error: &Error) -> Result<Vec<u8>, NoRecord> {
    let mut record = read(record)?;
    record.insert("status".to_owned(), "failed".into());
    record.insert("completed_at".to_owned(), Value::Null);
    record.insert("error".to_owned(), problem(error));
    record.insert("incomplete_details".to_owned(), Value::Null);
    for item in record.get_mut("output").and_then(Value::as_array_mut).into_iter().flatten() {
        if item.get("status").is_some_and(|status| status == "in_progress") {
            item["status"] = "incomplete".into();
        }
    }
    let mut out = Vec::new();
    sse::json(&record, &mut out);
    Ok(out)
}

fn read(record: &[u8]) -> Result<Map<String, Value>, NoRecord> {
    serde_json::from_slice(record).map_err(|error| NoRecord(error.to_string()))
}

fn items(record: &Map<String, Value>) -> Result<Vec<Item>, NoRecord> {
    let output = record.get("output").ok_or_else(|| lacking("output"))?;
    serde_json::from_value(output.clone()).map_err(|error| NoRecord(error.to_string()))
}

fn tell_error(events: &mut Events, error: &Value, out: &mut Vec<u8>) {
    let word = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    events.problem("server_error", word("code"), word("message"), None, out);
}

fn lacking(what: &str) -> NoRecord {
    NoRecord(format!("it lacks {what}"))
}
