//! What the tests of several dialects send, and the messages that they expect.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Assistant, Error, Message, ToolCall};

/// Any JSON; its texts are often one of `words`, its names often one of `fields` or `names`.
pub(super) fn any_json(
    words: &'static [&'static str],
    fields: &'static [&'static str],
    names: &'static [&'static str],
) -> impl Strategy<Value = Value> {
    let word = |words: &'static [&'static str]| prop::sample::select(words).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        word(words).prop_map(Value::from),
    ];
    let key = prop_oneof![word(fields), word(names), ".{0,4}"];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Gives each field values of every type: most are refused, and the field is named. `refusal` reads a request with
/// these fields.
pub(super) fn wrong_types_are_named(fields: &[&str], refusal: impl Fn(Value) -> Option<Error>) {
    for name in fields {
        let wrong = [json!({"a": {"b": 7}}), json!([[7]]), json!("\u{0}wrong"), json!(-7.5), json!(true)];
        let errors: Vec<Error> =
            wrong.into_iter().filter_map(|value| refusal(json!({ *name: value }))).collect();
        assert!(errors.len() >= 3, "{name} takes nearly anything");
        for error in errors {
            let param = error.face().param.unwrap_or_default().to_owned();
            assert_eq!(error.face().status, 400);
            assert!(param.starts_with(name), "{name}: {error}");
        }
    }
}

pub(crate) fn system(content: &str) -> Message {
    Message::System { content: content.to_owned(), name: None }
}

pub(crate) fn user(content: &str) -> Message {
    Message::User { content: content.to_owned(), name: None }
}

pub(crate) fn answer(id: &str, content: &str) -> Message {
    Message::Tool { content: content.to_owned(), call_id: Some(id.to_owned()), name: None }
}

pub(crate) fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: Some(id.to_owned()), name: name.to_owned(), arguments: arguments.to_owned() }
}

pub(crate) fn turn(reasoning: &[&str], content: Option<&str>, tool_calls: Vec<ToolCall>) -> Message {
    Message::Assistant(Assistant {
        content: content.map(str::to_owned),
        reasoning: reasoning.iter().map(ToString::to_string).collect(),
        tool_calls,
        name: None,
    })
}
