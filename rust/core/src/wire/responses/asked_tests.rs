//! Requests of the Responses API, field by field.
#![expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::wire::responses::History;
use crate::wire::testing::{self, wrong_types_are_named};

fn with(fields: Value) -> Result<Asked, Error> {
    let mut request = json!({"model": "m", "input": "hi"});
    for (name, value) in fields.as_object().unwrap() {
        request[name] = value.clone();
    }
    parse_responses(request.to_string().as_bytes())
}

fn ignored(fields: Value) -> Vec<String> {
    with(fields).unwrap().ignored.into_names()
}

/// Every field with a meaning.
const FIELDS: &[&str] = &[
    "model",
    "input",
    "instructions",
    "previous_response_id",
    "conversation",
    "include",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "max_tool_calls",
    "max_output_tokens",
    "reasoning",
    "reasoning_effort",
    "chat_template_kwargs",
    "text",
    "stream",
    "stream_options",
    "store",
    "background",
    "truncation",
    "service_tier",
    "metadata",
    "temperature",
    "top_p",
    "top_logprobs",
    "presence_penalty",
    "frequency_penalty",
    "safety_identifier",
    "prompt_cache_key",
    "user",
    "prompt",
    "top_k",
    "min_p",
    "seed",
    "stop",
    "n",
    "guided_json",
];

#[test]
fn the_smallest_request_is_stored_and_not_streamed() {
    let asked = with(json!({})).unwrap();
    assert_eq!((asked.store, asked.stream, asked.background), (true, false, false));
    assert!(asked.ignored.is_empty() && asked.references().is_empty());
    let empty = with(json!({"input": "", "max_output_tokens": 1})).unwrap();
    assert_eq!(empty.sampling.max_tokens, Some(1), "a client looks whether anyone is there");
}

#[test]
fn null_on_any_optional_field_means_absent() {
    let plain = with(json!({})).unwrap();
    for name in FIELDS.iter().filter(|name| !["model", "input"].contains(name)) {
        let asked = with(json!({ *name: null })).unwrap();
        assert_eq!(Asked { body_bytes: plain.body_bytes, ..asked }, plain, "{name}");
    }
}

#[test]
fn what_coding_agents_send_is_never_refused() {
    let function = json!({"type": "function", "name": "f", "strict": true, "parameters": {"type": "object"}});
    for fields in [
        json!({"tools": [], "tool_choice": "auto", "include": [], "reasoning": null, "parallel_tool_calls": false}),
        json!({"reasoning": {"effort": "medium", "context": "all_turns"}, "text": {"verbosity": "low"}}),
        json!({"client_metadata": {}, "prompt_cache_key": "k", "include": ["reasoning.encrypted_content"]}),
        json!({"tools": [function, {"type": "web_search", "external_web_access": false}, {"type": "tool_search"}]}),
        json!({"max_output_tokens": 128_000, "service_tier": "flex", "truncation": "auto", "top_logprobs": 3}),
    ] {
        assert!(with(fields).is_ok());
    }
}

#[test]
fn what_has_no_effect_is_named_and_what_is_so_anyway_is_not() {
    assert!(ignored(json!({"truncation": "disabled", "service_tier": "default", "parallel_tool_calls": true,
        "max_tool_calls": 3, "user": "u", "safety_identifier": "s", "prompt_cache_key": "k", "metadata": {"a": "b"},
        "include": ["reasoning.encrypted_content"], "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "reasoning": {"effort": "low", "summary": "auto"}, "top_logprobs": 0}))
        .is_empty());
    for (fields, name) in [
        (json!({"truncation": "auto"}), "truncation"),
        (json!({"service_tier": "priority"}), "service_tier"),
        (json!({"parallel_tool_calls": false}), "parallel_tool_calls"),
        (json!({"top_logprobs": 5}), "top_logprobs"),
        (json!({"include": ["file_search_call.results"]}), "include[0]=file_search_call.results"),
        (json!({"text": {"verbosity": "high"}}), "text.verbosity"),
        (json!({"text": {"vendor": 1}}), "text.vendor"),
        (json!({"reasoning": {"context": "all_turns"}}), "reasoning.context"),
        (json!({"stream_options": {"include_obfuscation": true}}), "stream_options.include_obfuscation"),
        (json!({"tool_choice": {"type": "web_search"}}), "tool_choice.type=web_search"),
        (json!({"context_management": []}), "context_management"),
        (json!({"max_tokens": 7}), "max_tokens"),
    ] {
        assert_eq!(ignored(fields), [name]);
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    for (fields, param, code) in [
        (
            json!({"text": {"format": {"type": "json_schema", "name": "n", "schema": {}}}}),
            "text.format",
            "unsupported_value",
        ),
        (json!({"text": {"format": {"type": "json_object"}}}), "text.format", "unsupported_value"),
        (json!({"text": {"format": {}}}), "text.format.type", "missing_required_parameter"),
        (json!({"tool_choice": "required"}), "tool_choice", "unsupported_value"),
        (json!({"tool_choice": {"type": "function", "name": "f"}}), "tool_choice", "unsupported_value"),
        (
            json!({"tool_choice": {"type": "allowed_tools", "mode": "required", "tools": []}}),
            "tool_choice.mode",
            "unsupported_value",
        ),
        (
            json!({"tool_choice": {"type": "allowed_tools"}}),
            "tool_choice.tools",
            "missing_required_parameter",
        ),
        (json!({"tool_choice": "maybe"}), "tool_choice", "invalid_value"),
        (json!({"prompt": {"id": "p"}}), "prompt", "unsupported_value"),
        (json!({"n": 2}), "n", "invalid_value"),
        (json!({"max_output_tokens": 0}), "max_output_tokens", "invalid_value"),
        (json!({"background": true, "store": false}), "background", "invalid_value"),
        (
            json!({"previous_response_id": "resp_1", "conversation": "conv_1"}),
            "conversation",
            "invalid_value",
        ),
        (json!({"conversation": {}}), "conversation", "invalid_value"),
        (json!({"truncation": "some"}), "truncation", "invalid_value"),
        (json!({"include": [1]}), "include", "invalid_value"),
        (json!({"metadata": {"a": 1}}), "metadata", "invalid_value"),
        (json!({"guided_json": {}}), "guided_json", "unsupported_value"),
    ] {
        let error = with(fields).unwrap_err();
        assert_eq!((error.face().param, error.face().code), (Some(param), code), "{error}");
    }
}

#[test]
fn what_needs_the_store_is_named() {
    let asked = with(json!({"conversation": {"id": "conv_1"}, "input": [{"id": "rs_1"}, "hi",
        {"type": "item_reference", "id": "msg_1"}]}));
    let asked = asked.unwrap();
    assert_eq!((asked.conversation.as_deref(), asked.references()), (Some("conv_1"), vec!["rs_1", "msg_1"]));
    let asked = with(json!({"previous_response_id": "resp_1", "input": null})).unwrap();
    assert_eq!(asked.previous_response_id.as_deref(), Some("resp_1"));
}

#[test]
fn every_field_of_the_schema_is_echoed_and_no_other_unless_it_was_used() {
    let names = [
        "model",
        "previous_response_id",
        "instructions",
        "tools",
        "tool_choice",
        "truncation",
        "parallel_tool_calls",
        "text",
        "temperature",
        "top_p",
        "presence_penalty",
        "frequency_penalty",
        "top_logprobs",
        "reasoning",
        "max_output_tokens",
        "max_tool_calls",
        "store",
        "background",
        "service_tier",
        "metadata",
        "safety_identifier",
        "prompt_cache_key",
    ];
    let sampling =
        crate::frame::Sampling { temperature: 0.6, top_p: 0.95, ..crate::frame::Sampling::default() };
    let echo = echo::decided(with(json!({})).unwrap().echo, "m", &sampling);
    assert_eq!(echo.keys().collect::<Vec<_>>(), names);
    assert_eq!(
        Value::Object(echo),
        json!({"model": "m", "previous_response_id": null, "instructions": null,
        "tools": [], "tool_choice": "auto", "truncation": "disabled", "parallel_tool_calls": true,
        "text": {"format": {"type": "text"}}, "temperature": 0.6, "top_p": 0.95, "presence_penalty": 0.0,
        "frequency_penalty": 0.0, "top_logprobs": 0, "reasoning": {"effort": null, "summary": null},
        "max_output_tokens": null, "max_tool_calls": null, "store": true, "background": false,
        "service_tier": "default", "metadata": {}, "safety_identifier": null, "prompt_cache_key": null})
    );
    let sent = json!({"instructions": "i", "tool_choice": {"type": "allowed_tools", "tools": []},
        "parallel_tool_calls": false, "text": {"verbosity": "low"}, "temperature": 0.25, "top_logprobs": 3,
        "reasoning": {"effort": "low"}, "max_output_tokens": 5, "store": false, "metadata": {"a": "b"},
        "user": "u", "conversation": "conv_1", "safety_identifier": "s", "truncation": "auto"});
    let echo = echo::decided(with(sent.clone()).unwrap().echo, "m", &sampling);
    for name in [
        "instructions",
        "parallel_tool_calls",
        "temperature",
        "top_logprobs",
        "max_output_tokens",
        "store",
        "metadata",
        "user",
        "safety_identifier",
        "truncation",
    ] {
        assert_eq!(echo[name], sent[name], "{name}");
    }
    assert_eq!(echo["tool_choice"], json!({"type": "allowed_tools", "tools": [], "mode": "auto"}));
    assert_eq!(echo["text"], json!({"format": {"type": "text"}, "verbosity": "low"}));
    assert_eq!(echo["reasoning"], json!({"effort": "low", "summary": null}));
    assert_eq!(echo["conversation"], json!({"id": "conv_1"}));
}

#[test]
fn a_wrong_type_in_any_field_names_it() {
    wrong_types_are_named(FIELDS, |fields| with(fields).err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let words = &[
        "message",
        "user",
        "assistant",
        "developer",
        "function_call",
        "function_call_output",
        "reasoning",
        "item_reference",
        "custom_tool_call",
        "input_text",
        "output_text",
        "input_image",
        "function",
        "custom",
        "namespace",
        "web_search",
        "auto",
        "data:,",
        "c1",
    ];
    let names = &[
        "type",
        "role",
        "content",
        "text",
        "id",
        "call_id",
        "name",
        "arguments",
        "output",
        "summary",
        "tools",
        "encrypted_content",
        "input",
        "parameters",
        "image_url",
        "effort",
        "format",
    ];
    testing::any_json(words, FIELDS, names)
}

/// A 400 with the field at fault, or a request with all that it says.
fn judge(asked: Result<Asked, Error>) -> Result<(), TestCaseError> {
    let policy = crate::prompt::Policy::default();
    let composed = asked.and_then(|asked| asked.compose(&History::default(), "resp_1", &policy));
    if let Err(error) = composed {
        prop_assert_eq!(error.face().status, 400);
        prop_assert!(error.face().param.is_some(), "{}", error);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_json_is_a_request_or_the_clients_error_with_its_field(json in any_json()) {
        if json.is_object() {
            judge(parse_responses(json.to_string().as_bytes()))?;
        }
    }

    #[test]
    fn any_field_with_any_value_is_a_request_or_the_clients_error_with_its_field(
        name in prop::sample::select(FIELDS), value in any_json()
    ) {
        judge(with(json!({ name: value })))?;
    }

    #[test]
    fn any_input_is_a_request_or_the_clients_error_with_its_field(
        items in prop::collection::vec(any_json(), 0..5)
    ) {
        judge(with(json!({ "input": items })))?;
    }
}
