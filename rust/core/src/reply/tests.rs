//! One server's replies, walked through by calling functions.

mod properties;
mod responses;

use std::sync::Arc;

use serde_json::Value;

use super::*;
use crate::formats::{reasoning_format, tool_format};
use crate::frame::{self, Message, RowTokens, Sampling, StepEnd, Tokens};
use crate::prompt::{Delivery, Prepared, Tool};
use crate::stream::{Bytes, Vocabulary};

const END_OF_TURN: u32 = 256;
/// The time of every step, in unix seconds.
const NOW: u64 = 1_700_000_009;

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
        ignored: Vec::new(),
        input_items: Vec::new(),
    }
}

fn row(request: u64, choice: u64, text: &[u8], end: StepEnd) -> RowTokens {
    let stop = (end == StepEnd::StopId).then_some(END_OF_TURN);
    let ids = text.iter().map(|byte| u32::from(*byte)).chain(stop).collect();
    RowTokens { sequence: request << 16 | choice, ids, end, logprobs: Vec::new() }
}

fn step(replies: &mut Replies, rows: Vec<RowTokens>) -> Step {
    replies.advance(&frame::encode(1, 1, &Message::Tokens(Tokens { rows })), NOW).unwrap()
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

#[test]
fn choices_share_one_stream_and_end_it_together() {
    let mut replies = replies();
    let (_, mut wire) = replies.open(&Arc::new(Prepared { num_choices: 3, ..prepared(1, streamed()) }), 1);
    let rows = |text: &[u8], end| (0..3).map(|choice| row(1, choice, text, end)).collect::<Vec<_>>();
    for (text, end) in [(b"a", StepEnd::Running), (b"b", StepEnd::Length)] {
        let step = step(&mut replies, rows(text, end));
        assert_eq!((step.chunks.len(), step.num_tokens), (1, 3));
        wire.extend(&step.chunks[0].data);
    }
    let whole = folded(&wire);
    for (index, choice) in whole["choices"].as_array().unwrap().iter().enumerate() {
        assert_eq!((index_of(choice), &choice["finish_reason"]), (index, &Value::from("length")));
        assert_eq!(choice["message"]["content"], "ab");
    }
    assert_eq!(whole["usage"]["completion_tokens"], 6);
}

#[test]
fn a_stop_string_ends_the_reply_in_the_core_and_aborts_the_sequence() {
    for (include_stop, content) in [(false, "one "), (true, "one two")] {
        let strings = vec!["two".to_owned()];
        let mut replies = replies();
        replies.open(&Arc::new(Prepared { stop: strings, include_stop, ..prepared(1, Delivery::Chat) }), 1);
        let step = step(&mut replies, vec![row(1, 0, b"one two three", StepEnd::Running)]);
        let whole: Value = serde_json::from_slice(&step.chunks[0].data).unwrap();
        let choice = &whole["choices"][0];
        assert_eq!((&choice["message"]["content"], &choice["stop_reason"]), (&content.into(), &"two".into()));
        assert_eq!(choice["finish_reason"], "stop");
        assert_eq!(
            whole["usage"]["completion_tokens"], 7,
            "usage counts through the token that completed it"
        );
        let (_, message) = frame::decode(&step.abort).unwrap();
        assert_eq!(message, Message::Abort(frame::Abort { sequences: vec![1 << 16] }));
    }
}

#[test]
fn a_stop_string_is_not_looked_for_in_reasoning_or_markup() {
    let stop = vec!["e".to_owned(), "\n".to_owned()];
    let reply = b"<think>\nhere\n</think>\n\n<tool_call>\n{\"name\": \"e\"}\n</tool_call>\nafter";
    let whole = told(Prepared { stop, ..prepared(1, Delivery::Chat) }, &[reply], StepEnd::Running);
    let whole: Value = serde_json::from_slice(&whole).unwrap();
    let message = &whole["choices"][0]["message"];
    assert_eq!((&message["reasoning_content"], &message["content"]), (&"here".into(), &Value::Null));
    assert_eq!(message["tool_calls"][0]["function"]["name"], "e");
    assert_eq!(whole["choices"][0]["stop_reason"], "\n");
}

#[test]
fn an_own_stop_id_is_the_stop_reason_and_is_counted_but_not_told() {
    let own = Prepared { own_stop_ids: vec![END_OF_TURN], ..prepared(1, Delivery::Chat) };
    let whole: Value = serde_json::from_slice(&told(own, &[b"hi"], StepEnd::StopId)).unwrap();
    assert_eq!(whole["choices"][0]["stop_reason"], END_OF_TURN);
    assert_eq!(whole["choices"][0]["message"]["content"], "hi");
    assert_eq!(whole["usage"]["completion_tokens"], 3);
}

#[test]
fn usage_is_in_every_chunk_only_when_it_is_asked_for() {
    let delivery = |include_usage, continuous_usage| Delivery::ChatStream { include_usage, continuous_usage };
    let usages = |delivery| {
        let wire = told(prepared(1, delivery), &[b"a", b"b"], StepEnd::Length);
        let chunks = events(&wire).into_iter().flatten();
        chunks.map(|chunk| chunk.get("usage").map(|usage| usage["total_tokens"].as_u64())).collect::<Vec<_>>()
    };
    assert_eq!(usages(delivery(false, false)), [None; 4]);
    assert_eq!(
        usages(delivery(true, false)),
        [Some(None), Some(None), Some(None), Some(None), Some(Some(5))]
    );
    let so_far = [3, 4, 5, 5, 5].map(|total| Some(Some(total)));
    assert_eq!(usages(delivery(true, true)), so_far);
    assert_eq!(usages(delivery(false, true)), so_far[..4]);
}

#[test]
fn a_new_worker_is_handed_what_was_emitted_and_the_old_one_is_not_heard_any_more() {
    let mut replies = replies();
    let (first, _) = replies.open(&Arc::new(Prepared { num_choices: 2, ..prepared(1, streamed()) }), 1);
    replies.open(&Arc::new(prepared(2, streamed())), 1);
    step(&mut replies, vec![row(1, 0, b"ab", StepEnd::Running), row(1, 1, b"c", StepEnd::Length)]);
    let submits = replies.resubmit(2);
    assert_eq!(submits.iter().map(|(request, _)| *request).collect::<Vec<_>>(), [1, 2]);
    let (header, Message::Submit(again)) = frame::decode(&submits[0].1).unwrap() else { panic!("a submit") };
    let (_, Message::Submit(first)) = frame::decode(&first).unwrap() else { panic!("a submit") };
    assert_eq!((header.generation, first.rows.len(), again.rows.len()), (2, 2, 1));
    assert_eq!(again.rows[0].emitted_ids, [97, 98]);
    assert_eq!(frame::Submit { rows: Vec::new(), ..again }, frame::Submit { rows: Vec::new(), ..first });
    assert!(step(&mut replies, vec![row(1, 0, b"late", StepEnd::Running)]).chunks.is_empty());
}

#[test]
fn a_reply_that_fails_ends_its_stream_with_one_error_and_no_done() {
    for delivery in [streamed(), Delivery::Chat] {
        let mut replies = replies();
        replies.open(&Arc::new(prepared(1, delivery.clone())), 1);
        let fault = frame::Fault { request: 1, message: "no room".into() };
        let mut step = replies.advance(&frame::encode(1, 2, &Message::Error(fault)), NOW).unwrap();
        let chunk = step.chunks.remove(0);
        let error = crate::wire::Error::Internal { id: "chatcmpl-1".into() };
        assert!(chunk.finished && replies.num_live() == 0 && chunk.error.as_ref() == Some(&error));
        match delivery {
            Delivery::Chat => assert!(chunk.data.is_empty()),
            Delivery::ChatStream { .. } => {
                assert_eq!(chunk.data, [b"data: ", &error.to_json()[..], b"\n\n"].concat());
            }
            Delivery::Responses(_) | Delivery::Compaction(_) => panic!("it is chat"),
        }
        assert!(replies.fail(1, &error).chunks.is_empty() && replies.abort(1, 1).is_empty());
    }
}

#[test]
fn a_reply_that_the_server_gives_up_ends_with_that_error_and_is_aborted() {
    let mut replies = replies();
    replies.open(&Arc::new(prepared(1, streamed())), 1);
    let mut step = replies.fail(1, &crate::wire::Error::Draining);
    let chunk = step.chunks.remove(0);
    assert_eq!(chunk.data, [b"data: ", &crate::wire::Error::Draining.to_json()[..], b"\n\n"].concat());
    assert!(chunk.finished && chunk.error == Some(crate::wire::Error::Draining));
    let (_, message) = frame::decode(&step.abort).unwrap();
    assert_eq!(message, Message::Abort(frame::Abort { sequences: vec![1 << 16] }));
    assert_eq!(replies.num_live(), 0);
}

#[test]
fn a_heartbeat_of_a_chat_stream_is_a_comment_and_of_a_folded_one_nothing() {
    for (delivery, heartbeat) in [(streamed(), &b": heartbeat\n\n"[..]), (Delivery::Chat, b"")] {
        let mut replies = replies();
        replies.open(&Arc::new(prepared(1, delivery)), 1);
        assert_eq!(replies.heartbeat(1), heartbeat);
        assert!(replies.object(1).is_empty() && replies.heartbeat(2).is_empty());
    }
}

#[test]
fn a_sequence_that_is_aborted_as_it_completes_the_reply_ends_it_well() {
    let mut replies = replies();
    let stop = vec!["b".to_owned()];
    replies.open(&Arc::new(Prepared { stop, ..prepared(1, streamed()) }), 1);
    let chunk = step(&mut replies, vec![row(1, 0, b"ab", StepEnd::Aborted)]).chunks.remove(0);
    assert!(chunk.finished && chunk.error.is_none());
    assert!(chunk.data.ends_with(b"data: [DONE]\n\n"));
}

#[test]
fn two_choices_that_the_worker_gives_up_in_one_step_end_the_stream_with_one_error() {
    let mut replies = replies();
    replies.open(&Arc::new(Prepared { num_choices: 3, ..prepared(1, streamed()) }), 1);
    let rows = vec![
        row(1, 0, b"", StepEnd::Aborted),
        row(1, 1, b"late", StepEnd::Running),
        row(1, 2, b"", StepEnd::Aborted),
    ];
    let chunk = step(&mut replies, rows).chunks.remove(0);
    let error = crate::wire::Error::Internal { id: "chatcmpl-1".into() };
    assert_eq!(chunk.data, [b"data: ", &error.to_json()[..], b"\n\n"].concat());
    assert!(chunk.finished && chunk.num_tokens == 0 && replies.num_live() == 0);
}

#[test]
fn a_choice_that_is_finished_is_not_heard_any_more_and_the_others_go_on() {
    let mut replies = replies();
    let stop = vec!["b".to_owned()];
    replies.open(&Arc::new(Prepared { num_choices: 2, stop, ..prepared(1, streamed()) }), 1);
    step(&mut replies, vec![row(1, 0, b"ab", StepEnd::Running)]);
    for late in [
        row(1, 0, b"c", StepEnd::Running),
        row(1, 0, b"", StepEnd::Aborted),
        row(1, 9, b"d", StepEnd::Running),
    ] {
        let ignored = step(&mut replies, vec![late]);
        assert!(ignored.chunks.is_empty() && ignored.num_tokens == 0 && ignored.abort.is_empty());
    }
    let last = step(&mut replies, vec![row(1, 1, b"a", StepEnd::Length)]).chunks.remove(0);
    assert!(last.finished && last.error.is_none() && last.usage.completion_tokens == 3);
}

#[test]
fn a_client_that_leaves_aborts_the_choices_that_are_not_finished() {
    let mut replies = replies();
    replies.open(&Arc::new(Prepared { num_choices: 2, ..prepared(1, streamed()) }), 1);
    step(&mut replies, vec![row(1, 0, b"a", StepEnd::Length)]);
    let (_, message) = frame::decode(&replies.abort(1, 1)).unwrap();
    assert_eq!(message, Message::Abort(frame::Abort { sequences: vec![1 << 16 | 1] }));
    assert!(step(&mut replies, vec![row(1, 1, b"late", StepEnd::Running)]).chunks.is_empty());
}

/// A vocabulary with one token that cannot be read.
#[derive(Debug)]
struct Trap(Bytes);

impl Vocabulary for Trap {
    fn token_bytes(&self, id: u32) -> &[u8] {
        assert_ne!(id, u32::from(b'!'), "a bug of ours");
        self.0.token_bytes(id)
    }

    fn is_special(&self, id: u32) -> bool {
        self.0.is_special(id)
    }

    fn id_of(&self, token: &str) -> Option<u32> {
        self.0.id_of(token)
    }

    fn special_tokens(&self) -> Vec<String> {
        self.0.special_tokens()
    }
}

#[test]
fn a_panic_in_one_stream_ends_that_stream_alone() {
    let mut replies = Replies::new(Arc::new(Trap(Bytes::with(&[]))), None, None).unwrap();
    for request in 1..=3 {
        replies.open(&Arc::new(prepared(request, streamed())), 1);
    }
    let text = |request| row(request, 0, if request == 2 { b"a!" } else { b"ab" }, StepEnd::Running);
    let step = step(&mut replies, (1..=3).map(text).collect());
    let failed: Vec<bool> = step.chunks.iter().map(|chunk| chunk.error.is_some()).collect();
    assert_eq!((failed, replies.num_live()), (vec![false, true, false], 2));
    let (_, message) = frame::decode(&step.abort).unwrap();
    assert_eq!(message, Message::Abort(frame::Abort { sequences: vec![2 << 16] }));
    assert_eq!(events(&step.chunks[2].data)[0].as_ref().unwrap()["choices"][0]["delta"]["content"], "ab");
}

#[test]
fn what_is_no_frame_is_an_error_and_other_frames_say_nothing() {
    let mut replies = replies();
    assert!(replies.advance(b"hello", NOW).is_err());
    let state = frame::encode(1, 1, &Message::State(frame::StepState::default()));
    assert!(replies.advance(&state, NOW).unwrap().chunks.is_empty());
}
