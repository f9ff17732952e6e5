//! What a response says of its request: every field of `OpenAI`'s object that the request decides.
//!
//! | field | in the request | where it is absent |
//! |---|---|---|
//! | `model` | as asked | the name served |
//! | `previous_response_id`, `instructions`, `max_output_tokens`, `max_tool_calls`, `safety_identifier`, `prompt_cache_key` | as asked | null: the schema wants the key |
//! | `tools` | those that are offered, each with its `description`, `parameters` and `strict` | `[]` |
//! | `tool_choice`, `truncation`, `parallel_tool_calls`, `service_tier` | as asked | `OpenAI`'s defaults |
//! | `text` | `format`, and `verbosity` if asked | plain text |
//! | `temperature`, `top_p`, the penalties | as asked | what the model draws with |
//! | `top_logprobs`, `store`, `background`, `metadata` | as asked | 0, true, false, `{}` |
//! | `reasoning` | `effort` and `summary` | both null |
//! | `conversation`, `user` | as asked | absent: they are no fields of the schema |

use serde_json::{Map, Value, json};

use super::tool::Tools;
use super::tool_choice::Choice;
use crate::frame::Sampling;
use crate::wire::fields::Fields;

/// The fields, in the order they are told; null where the model decides.
pub(super) fn asked(
    request: &Fields,
    tools: &Tools,
    choice: &Choice,
    conversation: Option<&str>,
) -> Map<String, Value> {
    let or = |name: &str, default: Value| request.value(name).cloned().unwrap_or(default);
    let mut echo = Map::new();
    let mut tell = |name: &str, value: Value| echo.insert(name.to_owned(), value);
    tell("model", Value::Null);
    tell("previous_response_id", or("previous_response_id", Value::Null));
    tell("instructions", or("instructions", Value::Null));
    tell("tools", Value::Array(tools.echo.clone()));
    tell("tool_choice", choice.echo(request));
    tell("truncation", or("truncation", json!("disabled")));
    tell("parallel_tool_calls", or("parallel_tool_calls", json!(true)));
    tell("text", text(request));
    for name in ["temperature", "top_p", "presence_penalty", "frequency_penalty"] {
        tell(name, or(name, Value::Null));
    }
    tell("top_logprobs", or("top_logprobs", json!(0)));
    tell("reasoning", reasoning(request));
    for name in ["max_output_tokens", "max_tool_calls"] {
        tell(name, or(name, Value::Null));
    }
    tell("store", or("store", json!(true)));
    tell("background", or("background", json!(false)));
    tell("service_tier", or("service_tier", json!("default")));
    tell("metadata", or("metadata", json!({})));
    for name in ["safety_identifier", "prompt_cache_key"] {
        tell(name, or(name, Value::Null));
    }
    if let Some(user) = request.value("user") {
        tell("user", user.clone());
    }
    if let Some(id) = conversation {
        tell("conversation", json!({ "id": id }));
    }
    echo
}

/// The same, with what the model decided.
pub(super) fn decided(mut echo: Map<String, Value>, model: &str, sampling: &Sampling) -> Map<String, Value> {
    echo.insert("model".to_owned(), json!(model));
    for (name, number) in [
        ("temperature", sampling.temperature),
        ("top_p", sampling.top_p),
        ("presence_penalty", sampling.presence_penalty),
        ("frequency_penalty", sampling.frequency_penalty),
    ] {
        if let Some(value @ Value::Null) = echo.get_mut(name) {
            *value = shortest(number);
        }
    }
    echo
}

/// 0.6 as 0.6, and not as the nearest number of 64 bits.
fn shortest(number: f32) -> Value {
    number.to_string().parse::<f64>().map_or(Value::Null, |number| json!(number))
}

fn text(request: &Fields) -> Value {
    let verbosity =
        request.value("text").and_then(|text| text.get("verbosity")).filter(|word| !word.is_null());
    let mut text = json!({"format": {"type": "text"}});
    if let Some(verbosity) = verbosity {
        text["verbosity"] = verbosity.clone();
    }
    text
}

fn reasoning(request: &Fields) -> Value {
    let own = request.value("reasoning");
    let own = |name: &str| own.and_then(|own| own.get(name)).filter(|value| !value.is_null()).cloned();
    let effort = own("effort").or_else(|| request.value("reasoning_effort").cloned());
    let summary = own("summary").or_else(|| own("generate_summary"));
    json!({"effort": effort, "summary": summary})
}
