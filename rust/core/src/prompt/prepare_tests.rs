//! Requests against a checkpoint whose tokens are bytes.
#![expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::prompt::testing::Folder;
use crate::prompt::{Delivery, Source};

fn model(folder: &Folder) -> Model {
    Model::load(&folder.source(), vec!["tiny".to_owned(), "alias".to_owned()]).unwrap()
}

fn ticket() -> Ticket {
    Ticket { request: 1, id: "chatcmpl-1".to_owned(), created: 1_768_435_200, seed: 7, max_model_len: 512 }
}

fn prepare(fields: Value) -> Result<Prepared, Error> {
    let mut request = json!({"model": "tiny", "messages": [{"role": "user", "content": "hi"}]});
    for (name, value) in fields.as_object().unwrap() {
        request[name] = value.clone();
    }
    model(&Folder::new()).prepare_chat(request.to_string().as_bytes(), ticket())
}

/// `<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n` with each marker one token.
const HI_LEN: usize = 1 + 5 + 2 + 1 + 1 + 1 + 10;

#[test]
fn the_prompt_is_the_templates_with_markers_as_single_tokens() {
    let prepared = prepare(json!({})).unwrap();
    assert_eq!(prepared.prompt_ids.len(), HI_LEN);
    assert_eq!((prepared.prompt_ids[0], prepared.prompt_ids[8]), (256, 257));
    assert!(prepared.prompt_tail.ends_with("<|im_start|>assistant\n"));
    assert_eq!((prepared.delivery, prepared.num_choices), (Delivery::Chat, 1));
    assert_eq!((prepared.sampling.seed, prepared.sampling.stop_ids), (7, vec![257]));
}

#[test]
fn the_reply_gets_the_room_that_is_left_and_no_more() {
    let max_tokens = |fields| prepare(fields).unwrap().sampling.max_tokens as usize;
    assert_eq!(max_tokens(json!({})), 512 - HI_LEN);
    assert_eq!(max_tokens(json!({"max_tokens": 128_000})), 512 - HI_LEN);
    assert_eq!(max_tokens(json!({"max_tokens": 5})), 5);
    let sampling = prepare(json!({"min_tokens": 100_000})).unwrap().sampling;
    assert_eq!(sampling.min_tokens, sampling.max_tokens);
}

#[test]
fn a_prompt_without_room_for_one_token_is_too_long() {
    let folder = Folder::new();
    for (max_model_len, fits) in [(HI_LEN + 1, true), (HI_LEN, false), (1, false)] {
        let body = json!({"messages": [{"role": "user", "content": "hi"}]}).to_string();
        let prepared = model(&folder).prepare_chat(body.as_bytes(), Ticket { max_model_len, ..ticket() });
        match prepared {
            Ok(prepared) => assert!(fits && prepared.sampling.max_tokens == 1),
            Err(error) => assert_eq!((fits, error), (false, room(HI_LEN, max_model_len).unwrap_err())),
        }
    }
    let long = prepare(json!({"messages": [{"role": "user", "content": "x".repeat(1000)}]})).unwrap_err();
    assert_eq!(long.face().code, "context_length_exceeded");
    let longer =
        prepare(json!({"messages": [{"role": "user", "content": "x".repeat(100_000)}]})).unwrap_err();
    assert_eq!(
        longer.to_string(),
        "the prompt has more than 512 tokens, but this model's context is 512 tokens"
    );
    folder.write_text("chat_template.jinja", "{{ raise_exception('rendered') }}");
    let many = json!({"messages": vec![json!({"role": "user", "content": ""}); 513]}).to_string();
    let many = model(&folder).prepare_chat(many.as_bytes(), ticket()).unwrap_err();
    assert_eq!(many, longer, "messages that cannot fit are not rendered");
}

#[test]
fn the_model_is_named_as_the_client_names_it() {
    assert_eq!(prepare(json!({"model": "alias"})).unwrap().model, "alias");
    assert_eq!(prepare(json!({"model": null})).unwrap().model, "tiny");
    let error = prepare(json!({"model": "gpt-4o"})).unwrap_err();
    assert_eq!(error.to_string(), "the model \"gpt-4o\" does not exist; this server has \"tiny\", \"alias\"");
    let long = prepare(json!({"model": "m".repeat(1 << 20)})).unwrap_err();
    assert!(long.to_string().len() < 200, "a name of a mebibyte is not sent back");
}

#[test]
fn own_stop_ids_join_the_checkpoints_unless_those_are_ignored() {
    let prepared = prepare(json!({"stop_token_ids": [10, 257]})).unwrap();
    assert_eq!((prepared.sampling.stop_ids, prepared.own_stop_ids), (vec![257, 10], vec![10, 257]));
    let ignoring = prepare(json!({"ignore_eos": true, "stop_token_ids": [10]})).unwrap().sampling;
    assert_eq!((ignoring.stop_ids, ignoring.ignore_eos), (vec![10], true));
    assert_eq!(prepare(json!({"stop_token_ids": [259]})).unwrap_err().face().param, Some("stop_token_ids"));
}

#[test]
fn tools_are_shown_unless_the_choice_is_none() {
    let tools = json!([{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]);
    let text = |fields: Value| prepare(fields).unwrap();
    let with = text(json!({ "tools": tools }));
    assert_eq!(with.tools[0].name, "f");
    let none = text(json!({"tools": tools, "tool_choice": "none"}));
    assert!(none.tools.is_empty());
    let shown = r#"{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}"#;
    assert_eq!(with.prompt_ids.len(), none.prompt_ids.len() + shown.len() + 1);
}

#[test]
fn the_tail_reaches_back_to_the_last_turn() {
    let thinking = prepare(json!({"chat_template_kwargs": {"enable_thinking": true}})).unwrap();
    assert_eq!(thinking.prompt_tail, "<|im_start|>assistant\n<think>\n");
    let folder = Folder::new();
    folder.write("config.json", &json!({"max_position_embeddings": 100_000}));
    let body = json!({"messages": [{"role": "assistant", "content": format!("<think>{}", "ï".repeat(3000))}], "continue_final_message": true});
    let model = Model::load(&folder.source(), vec!["tiny".to_owned()]).unwrap();
    let prepared = model
        .prepare_chat(body.to_string().as_bytes(), Ticket { max_model_len: 100_000, ..ticket() })
        .unwrap();
    assert!(prepared.prompt_tail.starts_with("<|im_start|>assistant\n<think>ïï"));
    assert!(prepared.prompt_tail.ends_with('ï'));
}

#[test]
fn the_tail_begins_where_the_turn_does_if_the_format_says_what_begins_one() {
    let (folder, turn) = (Folder::new(), "<|open|>message role=\"assistant\"<|sep|><|open|>think<|sep|>");
    let template = "<|open|>message role=\"user\"<|sep|>{{ messages[0].content }}<|close|>message<|sep|>";
    folder.write_text("chat_template.jinja", &format!("{template}{turn}"));
    let body = json!({"messages": [{"role": "user", "content": "<|open|>response<|sep|>"}]}).to_string();
    let prepared = model(&folder).prepare_chat(body.as_bytes(), ticket()).unwrap();
    assert_eq!(prepared.prompt_tail, turn);
}

#[test]
fn what_a_user_wrote_is_not_in_the_tail_where_turns_have_no_special_tokens() {
    let folder = Folder::new();
    folder.write_text("chat_template.jinja", "<|im_start|>[INST] {{ messages[0].content }} [/INST]");
    let content = "What does <think> mean? I see it in many of the replies that I get from you.";
    let body = json!({"messages": [{"role": "user", "content": content}]}).to_string();
    let tail = model(&folder).prepare_chat(body.as_bytes(), ticket()).unwrap().prompt_tail;
    assert!(tail.ends_with(" [/INST]") && !tail.contains("<think>"), "{tail}");
}

#[test]
fn a_template_that_refuses_is_the_clients_error_in_its_own_words() {
    let folder = Folder::new();
    folder.write_text(
        "chat_template.jinja",
        "{{ raise_exception('only ' + 'x' * 3 if false else 'no system role') }}",
    );
    let body = json!({"messages": [{"role": "system", "content": "secret"}]}).to_string();
    let error = model(&folder).prepare_chat(body.as_bytes(), ticket()).unwrap_err();
    assert_eq!(error.to_string(), "the chat template refused the messages: no system role");
    folder.write_text("chat_template.jinja", "{{ messages.nothing.here }}");
    let error = model(&folder).prepare_chat(body.as_bytes(), ticket()).unwrap_err();
    assert_eq!(error.face().code, "template_refused");
    folder.write_text("chat_template.jinja", "");
    let error = model(&folder).prepare_chat(body.as_bytes(), ticket()).unwrap_err();
    assert!(error.to_string().ends_with("the prompt it gives is empty"));
}

#[test]
fn a_model_without_a_template_says_what_it_needs() {
    let folder = Folder::new();
    folder.write("tokenizer_config.json", &json!({}));
    let body = json!({"messages": [{"role": "user", "content": "hi"}]}).to_string();
    let error = model(&folder).prepare_chat(body.as_bytes(), ticket()).unwrap_err();
    assert!(error.to_string().contains("--chat-template"));
    let source = Source { chat_template: Some("{{ messages[0].content }}".to_owned()), ..folder.source() };
    let model = Model::load(&source, vec!["tiny".to_owned()]).unwrap();
    assert_eq!(
        model.prepare_chat(body.as_bytes(), ticket()).unwrap().prompt_ids.as_ref(),
        [u32::from(b'h'), u32::from(b'i')]
    );
}

static MODEL: LazyLock<Model> = LazyLock::new(|| model(&Folder::new()));

proptest! {
    #[test]
    fn any_text_is_the_bytes_of_its_tokens(content in "\\PC{0,60}") {
        let body = json!({"messages": [{"role": "user", "content": content}], "chat_template_kwargs": {}}).to_string();
        let prepared = MODEL.prepare_chat(body.as_bytes(), ticket()).unwrap();
        let bytes = MODEL.checkpoint().tokenizer.decode(&prepared.prompt_ids);
        prop_assert!(String::from_utf8(bytes).unwrap().contains(&content));
    }
}
