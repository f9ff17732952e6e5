//! The messages of a request in the one shape that templates are given.
//!
//! What clients spell in several ways a template sees in one: content is text, arguments are an object where
//! they are one, a tool's answer has the tool's name.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::wire::{Assistant, Message, ToolCall};

/// The messages as JSON for a template.
#[must_use]
pub fn normalise(messages: &[Message]) -> Vec<Value> {
    let mut names = HashMap::new();
    messages.iter().map(|message| normalise_one(message, &mut names)).collect()
}

/// `names` maps the ids of the calls seen so far to their tools.
fn normalise_one<'a>(message: &'a Message, names: &mut HashMap<&'a str, &'a str>) -> Value {
    match message {
        Message::System { content, name } => spoken("system", content, name.as_deref()),
        Message::User { content, name } => spoken("user", content, name.as_deref()),
        Message::Assistant(assistant) => {
            let calls = assistant.tool_calls.iter();
            names.extend(calls.filter_map(|call| Some((call.id.as_deref()?, call.name.as_str()))));
            said(assistant)
        }
        Message::Tool { content, call_id, name } => {
            let called = call_id.as_deref().and_then(|id| names.get(id).copied());
            let mut message = spoken("tool", content, name.as_deref().or(called));
            if let Some(id) = call_id {
                message["tool_call_id"] = json!(id);
            }
            message
        }
    }
}

fn spoken(role: &str, content: &str, name: Option<&str>) -> Value {
    let mut message = json!({"role": role, "content": content});
    if let Some(name) = name {
        message["name"] = json!(name);
    }
    message
}

/// Reasoning goes under each of the names that templates look for.
fn said(assistant: &Assistant) -> Value {
    let content = assistant.content.as_deref().unwrap_or_default();
    let mut message = spoken("assistant", content, assistant.name.as_deref());
    if let Some(reasoning) = &assistant.reasoning {
        for name in ["reasoning_content", "reasoning", "thinking"] {
            message[name] = json!(reasoning);
        }
    }
    if !assistant.tool_calls.is_empty() {
        message["tool_calls"] = assistant.tool_calls.iter().map(called).collect();
    }
    message
}

fn called(call: &ToolCall) -> Value {
    let mut value = Map::new();
    if let Some(id) = &call.id {
        value.insert("id".to_owned(), json!(id));
    }
    value.insert("type".to_owned(), json!("function"));
    value.insert("function".to_owned(), json!({"name": call.name, "arguments": arguments(&call.arguments)}));
    Value::Object(value)
}

/// An object where the text is one; what a model wrote badly stays as it wrote it.
fn arguments(text: &str) -> Value {
    if text.trim().is_empty() {
        return json!({});
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Value::Object(object),
        Ok(_) | Err(_) => Value::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: &str, arguments: &str) -> ToolCall {
        ToolCall { id: Some(id.to_owned()), name: "f".to_owned(), arguments: arguments.to_owned() }
    }

    #[test]
    fn a_tool_round_trip_has_objects_for_arguments_and_names_for_answers() {
        let calls =
            vec![call("c1", "{\"b\": 1.0, \"a\": 1}"), call("c2", ""), call("c3", "[1]"), call("c4", "{bad")];
        let messages = [
            Message::Assistant(Assistant {
                tool_calls: calls,
                reasoning: Some("hm".to_owned()),
                ..Assistant::default()
            }),
            Message::Tool { content: "7".to_owned(), call_id: Some("c1".to_owned()), name: None },
            Message::Tool { content: "8".to_owned(), call_id: Some("c9".to_owned()), name: None },
        ];
        let seen = normalise(&messages);
        let arguments: Vec<String> =
            (0..4).map(|index| seen[0]["tool_calls"][index]["function"]["arguments"].to_string()).collect();
        assert_eq!(arguments, ["{\"b\":1.0,\"a\":1}", "{}", "\"[1]\"", "\"{bad\""]);
        assert_eq!((&seen[0]["content"], &seen[0]["reasoning_content"]), (&json!(""), &json!("hm")));
        assert_eq!(seen[1], json!({"role": "tool", "content": "7", "name": "f", "tool_call_id": "c1"}));
        assert_eq!(seen[2], json!({"role": "tool", "content": "8", "tool_call_id": "c9"}));
    }

    #[test]
    fn a_plain_message_has_nothing_but_role_and_content() {
        let messages = [Message::User { content: "hi".to_owned(), name: None }];
        assert_eq!(normalise(&messages), [json!({"role": "user", "content": "hi"})]);
    }
}
