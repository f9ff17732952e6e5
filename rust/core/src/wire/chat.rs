//! A chat completion request: parsed once, into a type that cannot be wrong.

use serde_json::Value;

use super::fields::Fields;
use super::format;
use super::kwargs::{effort, template_kwargs};
use super::message::messages;
use super::request::{Ignored, Request};
use super::sampling::{CHAT_LIMITS, sampling};
use super::tool::{ToolDeclaration, tools};
use super::{Error, body, unbuilt};
use crate::prompt::Delivery;

/// Reads a request's body.
///
/// # Errors
///
/// One of the 400s of [`Error`], naming the first field at fault.
pub fn parse_chat(bytes: &[u8]) -> Result<(Request, Delivery), Error> {
    let body = body::parse(bytes)?;
    let request = Fields::root(&body);
    let mut ignored = Ignored::default();
    let model = request.string("model")?.map(str::to_owned);
    let messages = messages(&request)?;
    let tools = tools(&request)?;
    let sampling = sampling(&request, CHAT_LIMITS)?;
    let delivery = delivery(&request)?;
    let continue_final_message = request.boolean("continue_final_message")?.unwrap_or(false);
    let add_generation_prompt = request.boolean("add_generation_prompt")?.unwrap_or(!continue_final_message);
    if continue_final_message && add_generation_prompt {
        let expected = "false when \"continue_final_message\" is true";
        return Err(request.invalid("add_generation_prompt", expected));
    }
    let template_kwargs = template_kwargs(&request)?;
    let effort = effort(&request, "reasoning_effort")?;
    response_format(&request)?;
    parallel_tool_calls(&request, &tools)?;
    hints(&request, &mut ignored)?;
    unbuilt::check(&request)?;
    ignored.extend(request.unread());
    let request = Request {
        model,
        messages,
        tools,
        sampling,
        add_generation_prompt,
        continue_final_message,
        template_kwargs,
        effort,
        ignored,
        conversation: "messages",
    };
    Ok((request, delivery))
}

fn delivery(request: &Fields) -> Result<Delivery, Error> {
    let stream = request.boolean("stream")?.unwrap_or(false);
    let (mut include_usage, mut continuous_usage) = (false, false);
    if let Some(options) = request.object("stream_options")? {
        include_usage = options.boolean("include_usage")?.unwrap_or(false);
        continuous_usage = options.boolean("continuous_usage_stats")?.unwrap_or(false);
        if options.boolean("include_obfuscation")? == Some(true) {
            return Err(unbuilt::refuse("stream_options.include_obfuscation"));
        }
    }
    Ok(if stream { Delivery::ChatStream { include_usage, continuous_usage } } else { Delivery::Chat })
}

fn response_format(request: &Fields) -> Result<(), Error> {
    let known = ["json_object", "json_schema", "structural_tag", "grammar", "regex"];
    request.object("response_format")?.map_or(Ok(()), |format| format::plain(&format, &known))
}

/// Without tools there are no calls to be parallel.
fn parallel_tool_calls(request: &Fields, tools: &[ToolDeclaration]) -> Result<(), Error> {
    match request.boolean("parallel_tool_calls")? {
        Some(false) if !tools.is_empty() => Err(unbuilt::refuse("parallel_tool_calls")),
        Some(_) | None => Ok(()),
    }
}

/// Fields that ask for nothing a reply would show; their types are checked all the same.
fn hints(request: &Fields, ignored: &mut Ignored) -> Result<(), Error> {
    for name in ["user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "cache_salt"] {
        if request.string(name)?.is_some() {
            ignored.push(name);
        }
    }
    let metadata = request.map("metadata")?;
    if metadata.is_some_and(|pairs| !pairs.values().all(Value::is_string)) {
        return Err(request.invalid("metadata", "an object whose values are strings"));
    }
    if metadata.is_some() {
        ignored.push("metadata");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::testing::{self, wrong_types_are_named};
    use proptest::prelude::*;
    use serde_json::json;

    fn told(fields: &Value) -> Result<(Request, Delivery), Error> {
        let mut request = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
        for (name, value) in fields.as_object().unwrap() {
            request[name] = value.clone();
        }
        parse_chat(request.to_string().as_bytes())
    }

    fn with(fields: &Value) -> Result<Request, Error> {
        told(fields).map(|(request, _)| request)
    }

    #[test]
    fn the_smallest_request_leaves_everything_open() {
        let request = with(&json!({})).unwrap();
        assert_eq!(request.model.as_deref(), Some("m"));
        assert_eq!(told(&json!({})).unwrap().1, Delivery::Chat);
        assert!(request.add_generation_prompt && !request.continue_final_message);
        assert!(request.template_kwargs.is_empty() && request.tools.is_empty());
    }

    #[test]
    fn null_on_any_optional_field_means_absent() {
        let plain = with(&json!({})).unwrap();
        for name in FIELDS.iter().filter(|name| !["model", "messages"].contains(name)) {
            assert_eq!(with(&json!({ *name: null })).unwrap(), plain, "{name}");
        }
    }

    #[test]
    fn fields_without_effect_are_ignored_by_name() {
        let ignored = |fields| with(&fields).unwrap().ignored.into_names();
        assert!(ignored(json!({"stream": true, "seed": 7, "store": false, "n": 2})).is_empty());
        let names = ["user", "metadata", "x_vendor", "request_id"];
        let sent =
            json!({"x_vendor": {"a": [1]}, "nothing": null, "request_id": "r", "user": "u", "metadata": {}});
        assert_eq!(ignored(sent), names);
    }

    #[test]
    fn a_stream_has_its_usage_on_request() {
        let options =
            json!({"stream": true, "stream_options": {"include_usage": true, "include_obfuscation": false}});
        let delivery = Delivery::ChatStream { include_usage: true, continuous_usage: false };
        assert_eq!(told(&options).unwrap().1, delivery);
    }

    #[test]
    fn template_variables_pass_and_the_servers_own_do_not() {
        let request = with(
            &json!({"reasoning_effort": "none", "chat_template_kwargs": {"enable_thinking": true, "x": [1]}}),
        )
        .unwrap();
        assert_eq!(Value::Object(request.template_kwargs), json!({"enable_thinking": true, "x": [1]}));
        assert_eq!(request.effort.map(|effort| effort.word).as_deref(), Some("none"));
        for name in ["messages", "tools", "add_generation_prompt"] {
            let error = with(&json!({"chat_template_kwargs": { name: [] }})).unwrap_err();
            assert_eq!(error.face().param, Some(format!("chat_template_kwargs.{name}").as_str()));
        }
    }

    #[test]
    fn continuing_a_message_and_opening_one_exclude_each_other() {
        assert!(!with(&json!({"continue_final_message": true})).unwrap().add_generation_prompt);
        assert!(with(&json!({"continue_final_message": true, "add_generation_prompt": true})).is_err());
    }

    #[test]
    fn what_is_not_built_is_named() {
        let tools = json!([{"type": "function", "function": {"name": "f"}}]);
        for (fields, param) in [
            (json!({"response_format": {"type": "json_object"}}), "response_format"),
            (json!({"parallel_tool_calls": false, "tools": tools}), "parallel_tool_calls"),
            (json!({"stream_options": {"include_obfuscation": true}}), "stream_options.include_obfuscation"),
            (json!({"logprobs": true}), "logprobs"),
            (json!({"guided_json": {}}), "guided_json"),
            (json!({"store": true}), "store"),
        ] {
            let error = with(&fields).unwrap_err();
            assert_eq!((error.face().code, error.face().param), ("unsupported_value", Some(param)));
        }
        assert!(with(&json!({"response_format": {"type": "text"}, "parallel_tool_calls": false})).is_ok());
    }

    /// Every field with a meaning, for the tests that send wrong things.
    const FIELDS: &[&str] = &[
        "model",
        "messages",
        "n",
        "stream",
        "stream_options",
        "stop",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "repetition_penalty",
        "logit_bias",
        "logprobs",
        "top_logprobs",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "response_format",
        "stop_token_ids",
        "ignore_eos",
        "min_tokens",
        "include_stop_str_in_output",
        "skip_special_tokens",
        "add_generation_prompt",
        "continue_final_message",
        "chat_template_kwargs",
        "reasoning_effort",
        "user",
        "store",
        "metadata",
        "service_tier",
        "prediction",
        "modalities",
        "audio",
        "web_search_options",
        "functions",
        "function_call",
        "verbosity",
        "prompt_cache_key",
        "safety_identifier",
        "documents",
        "structured_outputs",
        "best_of",
    ];

    #[test]
    fn a_wrong_type_in_any_field_names_it() {
        wrong_types_are_named(FIELDS, |fields| with(&fields).err());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let words = &["user", "system", "assistant", "tool", "function", "text", "auto"];
        let names = &[
            "role",
            "content",
            "tool_calls",
            "type",
            "text",
            "function",
            "name",
            "arguments",
            "parameters",
            "id",
        ];
        testing::any_json(words, FIELDS, names)
    }

    proptest! {
        #[test]
        fn any_json_is_a_request_or_the_clients_error(json in any_json()) {
            if let Err(error) = parse_chat(json.to_string().as_bytes()) {
                prop_assert_eq!(error.face().status, 400);
            }
        }

        #[test]
        fn any_field_with_any_value_is_a_request_or_the_clients_error(
            name in prop::sample::select(FIELDS), value in any_json()
        ) {
            if let Err(error) = with(&json!({ name: value })) {
                prop_assert_eq!(error.face().status, 400);
            }
        }
    }
}
