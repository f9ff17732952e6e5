//! One server's replies, walked through by calling functions.

use std::sync::Arc;

use serde_json::Value;

use super::*;
use crate::formats::{reasoning_format, tool_format};
use crate::frame::{self, Message, RowTokens, Sampling, StepEnd, Tokens};
use crate::prompt::{Delivery, Prepared, Tool};
use crate::stream::Bytes;

const END_OF_TURN: u32 = 256;

fn replies() -> Replies {
    let vocabulary = Arc::new(Bytes::with(&["<|im_end|>"]));
    Replies::new(vocabulary, reasoning_format("qwen3"), tool_format("hermes")).unwrap()
}

fn streamed() -> Delivery {
    Delivery::ChatStream { include_usage: true, continuous_usage: false }
}

fn prepared(request: u64, delivery: Delivery) -> Prepared {
    Prepared {
        request,
        id: format!("chatcmpl-{request}"),
        created: 1_700_000_000,
        model: "m".into(),
        prompt_ids: Arc::from([1, 2, 3]),
        prompt_tail: "<|im_start|>assistant\n".into(),
        sampling: Sampling::default(),
        num_choices: 1,
        stop: Vec::new(),
        include_stop: false,
        own_stop_ids: Vec::new(),
        tools: Arc::from([Tool { name: "f".into(), parameters: Value::Null }]),
        delivery,
    }
}

fn row(request: u64, choice: u64, text: &[u8], end: StepEnd) -> RowTokens {
    let stop = (end == StepEnd::StopId).then_some(END_OF_TURN);
    let ids = text.iter().map(|byte| u32::from(*byte)).chain(stop).collect();
    RowTokens { sequence: request << 16 | choice, ids, end, logprobs: Vec::new() }
}

fn step(replies: &mut Replies, rows: Vec<RowTokens>) -> Step {
    replies.advance(&frame::encode(1, 1, &Message::Tokens(Tokens { rows }))).unwrap()
}

/// The JSON of every event; `None` for `[DONE]`.
fn events(wire: &[u8]) -> Vec<Option<Value>> {
    let text = std::str::from_utf8(wire).unwrap();
    let events = text.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap());
    events.map(|data| (data != "[DONE]").then(|| serde_json::from_str(data).unwrap())).collect()
}

#[test]
fn a_plain_reply_is_streamed_exactly_as_the_wire_says() {
    let mut replies = replies();
    let (_, first) = replies.open(&Arc::new(prepared(1, streamed())), 1);
    let head = r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":["#;
    let rest = r#","logprobs":null,"finish_reason":null}],"usage":null}"#;
    let role = format!("{head}{{\"index\":0,\"delta\":{{\"role\":\"assistant\",\"content\":\"\"}}{rest}\n\n");
    assert_eq!(String::from_utf8(first).unwrap(), role);

    let data = step(&mut replies, vec![row(1, 0, "hé".as_bytes(), StepEnd::Running)]).chunks.remove(0).data;
    let content = format!("{head}{{\"index\":0,\"delta\":{{\"content\":\"hé\"}}{rest}\n\n");
    assert_eq!(String::from_utf8(data).unwrap(), content);

    let last = step(&mut replies, vec![row(1, 0, b"", StepEnd::StopId)]).chunks.remove(0);
    let finish =
        r#"{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop","stop_reason":null}],"usage":null}"#;
    let usage = r#"],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"completion_tokens_details":{"reasoning_tokens":0}}}"#;
    let wire = format!("{head}{finish}\n\n{head}{usage}\n\ndata: [DONE]\n\n");
    assert_eq!(String::from_utf8(last.data).unwrap(), wire);
    assert!(last.finished && last.error.is_none() && last.finish_reasons == ["stop"]);
    assert_eq!(replies.num_live(), 0);
}

/// What a client makes of a stream: the object it would have got without streaming.
fn folded(wire: &[u8]) -> Value {
    let mut events = events(wire);
    assert_eq!(events.pop(), Some(None), "a stream ends with [DONE]");
    let mut chunks: Vec<Value> = events.into_iter().map(Option::unwrap).collect();
    let usage = chunks.pop().unwrap();
    assert_eq!(usage["choices"], serde_json::json!([]));
    let mut whole = usage.clone();
    whole["object"] = "chat.completion".into();
    for chunk in &chunks {
        assert!(chunk["usage"].is_null() && chunk["object"] == "chat.completion.chunk");
        for choice in chunk["choices"].as_array().unwrap() {
            let index = index_of(choice);
            let choices = whole["choices"].as_array_mut().unwrap();
            if choice["delta"].get("role").is_some() {
                assert_eq!(index, choices.len(), "role chunks come first, in order, once");
                choices.push(
                    serde_json::json!({"index": index, "message": {"role": "assistant", "content": ""},
                    "logprobs": null}),
                );
                continue;
            }
            merge(&mut choices[index], choice);
        }
    }
    for choice in whole["choices"].as_array_mut().unwrap() {
        let message = &mut choice["message"];
        if message["content"] == "" && message.get("tool_calls").is_some() {
            message["content"] = Value::Null;
        }
    }
    whole
}

fn index_of(value: &Value) -> usize {
    usize::try_from(value["index"].as_u64().unwrap()).unwrap()
}

fn merge(whole: &mut Value, choice: &Value) {
    assert!(whole.get("finish_reason").is_none(), "nothing follows the finish");
    if !choice["finish_reason"].is_null() {
        assert_eq!(choice["delta"], serde_json::json!({}));
        whole["finish_reason"] = choice["finish_reason"].clone();
        whole["stop_reason"] = choice["stop_reason"].clone();
        return;
    }
    let message = &mut whole["message"];
    for (key, value) in choice["delta"].as_object().unwrap() {
        if key != "tool_calls" {
            assert_ne!(value, "", "no delta is empty");
            message[key] =
                format!("{}{}", message[key].as_str().unwrap_or(""), value.as_str().unwrap()).into();
            continue;
        }
        if message.get("tool_calls").is_none() {
            message["tool_calls"] = serde_json::json!([]);
        }
        let (calls, call) = (message["tool_calls"].as_array_mut().unwrap(), &value[0]);
        let index = index_of(call);
        if index == calls.len() {
            assert_eq!(call["function"]["arguments"], "");
            let mut call = call.clone();
            call.as_object_mut().unwrap().shift_remove("index");
            calls.push(call);
        } else {
            let keys: Vec<_> = call.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["index", "function"]);
            let so_far = &mut calls[index]["function"]["arguments"];
            let more = call["function"]["arguments"].as_str().unwrap();
            assert_ne!(more, "", "no delta is empty");
            *so_far = format!("{}{more}", so_far.as_str().unwrap()).into();
        }
    }
}

fn told(prepared: Prepared, pieces: &[&[u8]], end: StepEnd) -> Vec<u8> {
    let (mut replies, request) = (replies(), prepared.request);
    let (_, mut wire) = replies.open(&Arc::new(prepared), 1);
    for (at, piece) in pieces.iter().enumerate() {
        let end = if at + 1 == pieces.len() { end } else { StepEnd::Running };
        for chunk in step(&mut replies, vec![row(request, 0, piece, end)]).chunks {
            wire.extend(chunk.data);
        }
    }
    assert_eq!(replies.num_live(), 0);
    wire
}

#[test]
fn a_stream_folds_into_the_object_that_is_sent_without_streaming() {
    let reply = "<think>\nhmm\n</think>\n\nLook:\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 0.10}}\n</tool_call>\
                 \n<tool_call>\n{\"name\": \"g\"}\n</tool_call>\nDone.";
    for size in 1..=reply.len() {
        let pieces: Vec<&[u8]> = reply.as_bytes().chunks(size).collect();
        let streamed = folded(&told(prepared(1, streamed()), &pieces, StepEnd::StopId));
        let whole: Value =
            serde_json::from_slice(&told(prepared(1, Delivery::Chat), &pieces, StepEnd::StopId)).unwrap();
        assert_eq!(streamed, whole);
        let message = &whole["choices"][0]["message"];
        assert_eq!(message["reasoning_content"], "hmm");
        assert_eq!(message["content"], "Look:\nDone.");
        assert_eq!(message["tool_calls"][0]["function"]["arguments"], "{\"a\": 0.10}");
        assert_eq!(message["tool_calls"][1]["function"]["arguments"], "{}");
        assert_eq!(whole["choices"][0]["finish_reason"], "tool_calls");
    }
}
