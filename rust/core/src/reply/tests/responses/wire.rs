//! The bytes of every event and object, field by field.

use super::*;
use crate::wire::Error;
use crate::wire::responses::{CompactShell, Sealed, unseal};

/// A response in progress, as the first events tell it.
const SHELL: &str = r#"{"id":"resp_1","object":"response","created_at":1700000000,"status":"in_progress","completed_at":null,"error":null,"incomplete_details":null,"output":[],"model":"m","tools":[],"store":false,"metadata":{},"usage":null}"#;

/// A whole response, whose status and what follows it up to `output` are given.
fn whole(state: &str, output: &str, usage: [u64; 3]) -> String {
    let [input, output_tokens, reasoning] = usage;
    format!(
        r#"{{"id":"resp_1","object":"response","created_at":1700000000,{state},"output":[{output}],"model":"m","tools":[],"store":false,"metadata":{{}},"usage":{{"input_tokens":{input},"input_tokens_details":{{"cached_tokens":0,"cache_write_tokens":0}},"output_tokens":{output_tokens},"output_tokens_details":{{"reasoning_tokens":{reasoning}}},"total_tokens":{}}}}}"#,
        input + output_tokens
    )
}

const COMPLETED: &str =
    r#""status":"completed","completed_at":1700000009,"error":null,"incomplete_details":null"#;
const INCOMPLETE: &str = r#""status":"incomplete","completed_at":null,"error":null,"incomplete_details":{"reason":"max_output_tokens"}"#;

/// The stream of events whose fields after their number are given, begun as every response is.
fn stream(rest: &[(&str, String)]) -> String {
    let shell = format!(r#""response":{SHELL}"#);
    let begin = [("response.created", shell.clone()), ("response.in_progress", shell)];
    let events = begin.iter().chain(rest).enumerate().map(|(number, (name, fields))| {
        format!("event: {name}\ndata: {{\"type\":\"{name}\",\"sequence_number\":{number},{fields}}}\n\n")
    });
    events.collect::<String>() + "data: [DONE]\n\n"
}

fn told(shell: Shell, pieces: &[&[u8]], end: StepEnd) -> String {
    String::from_utf8(Asked::whole(shell, pieces, end).wire).unwrap()
}

/// An event of the item at `index`.
fn of(id: &str, index: usize, fields: &str) -> String {
    format!(r#""item_id":"{id}","output_index":{index},{fields}"#)
}

fn item_event(index: usize, item: &str) -> String {
    format!(r#""output_index":{index},"item":{item}"#)
}

fn message(id: &str, status: &str, content: &str) -> String {
    format!(
        r#"{{"type":"message","id":"{id}","status":"{status}","role":"assistant","content":[{content}]}}"#
    )
}

fn text_part(text: &str) -> String {
    format!(r#"{{"type":"output_text","annotations":[],"logprobs":[],"text":"{text}"}}"#)
}

/// The events of a message with one delta per piece.
fn message_events(index: usize, pieces: &[&str], status: &str) -> Vec<(&'static str, String)> {
    let (id, text) = (id("message", index), pieces.concat());
    let part = |text: &str| of(&id, index, &format!(r#""content_index":0,"part":{}"#, text_part(text)));
    let delta = |piece: &&str| {
        (
            "response.output_text.delta",
            of(&id, index, &format!(r#""content_index":0,"delta":"{piece}","logprobs":[]"#)),
        )
    };
    let mut events = vec![
        ("response.output_item.added", item_event(index, &message(&id, "in_progress", ""))),
        ("response.content_part.added", part("")),
    ];
    events.extend(pieces.iter().map(delta));
    events.extend([
        (
            "response.output_text.done",
            of(&id, index, &format!(r#""content_index":0,"text":"{text}","logprobs":[]"#)),
        ),
        ("response.content_part.done", part(&text)),
        ("response.output_item.done", item_event(index, &message(&id, status, &text_part(&text)))),
    ]);
    events
}

fn end(name: &'static str, response: &str) -> (&'static str, String) {
    (name, format!(r#""response":{response}"#))
}

#[test]
fn text_is_told_exactly_as_the_wire_says() {
    let mut events = message_events(0, &["h\u{e9}", " \\u2028!"], "completed");
    let item = message(&id("message", 0), "completed", &text_part("h\u{e9} \\u2028!"));
    events.push(end("response.completed", &whole(COMPLETED, &item, [3, 9, 0])));
    let pieces: [&[u8]; 3] = ["h\u{e9}".as_bytes(), " \u{2028}!".as_bytes(), b""];
    assert_eq!(told(shell(), &pieces, StepEnd::StopId), stream(&events));
}

#[test]
fn an_object_is_the_response_of_the_last_event() {
    let pieces: [&[u8]; 1] = [b"hi"];
    let item = message(&id("message", 0), "completed", &text_part("hi"));
    let object = told(Shell { stream: false, ..shell() }, &pieces, StepEnd::StopId);
    assert_eq!(object, whole(COMPLETED, &item, [3, 3, 0]));
}

#[test]
fn a_reply_that_a_limit_ends_is_incomplete_and_so_is_what_it_was_saying() {
    let mut events = message_events(0, &["hi"], "incomplete");
    let item = message(&id("message", 0), "incomplete", &text_part("hi"));
    events.push(end("response.incomplete", &whole(INCOMPLETE, &item, [3, 2, 0])));
    assert_eq!(told(shell(), &[b"hi"], StepEnd::Length), stream(&events));
}

#[test]
fn a_reply_that_says_nothing_has_an_empty_message() {
    let mut events = message_events(0, &[], "completed");
    let item = message(&id("message", 0), "completed", &text_part(""));
    events.push(end("response.completed", &whole(COMPLETED, &item, [3, 1, 0])));
    assert_eq!(told(shell(), &[b""], StepEnd::StopId), stream(&events));
    let cut = [end("response.incomplete", &whole(INCOMPLETE, "", [3, 0, 0]))];
    assert_eq!(told(shell(), &[b""], StepEnd::Length), stream(&cut));
}

#[test]
fn reasoning_is_told_as_a_summary() {
    let rs = id("reasoning", 0);
    let item = |summary: &str| format!(r#"{{"type":"reasoning","id":"{rs}","summary":[{summary}]}}"#);
    let part = |text: &str| format!(r#"{{"type":"summary_text","text":"{text}"}}"#);
    let at = |fields: &str| of(&rs, 0, &format!(r#""summary_index":0,{fields}"#));
    let mut events = vec![
        ("response.output_item.added", item_event(0, &item(""))),
        ("response.reasoning_summary_part.added", at(&format!(r#""part":{}"#, part("")))),
        ("response.reasoning_summary_text.delta", at(r#""delta":"hmm""#)),
        ("response.reasoning_summary_text.done", at(r#""text":"hmm""#)),
        ("response.reasoning_summary_part.done", at(&format!(r#""part":{}"#, part("hmm")))),
        ("response.output_item.done", item_event(0, &item(&part("hmm")))),
    ];
    events.extend(message_events(1, &["hi"], "completed"));
    let said = message(&id("message", 1), "completed", &text_part("hi"));
    let output = format!("{},{said}", item(&part("hmm")));
    let reply = b"<think>\nhmm\n</think>\n\nhi";
    let Asked { wire, chunk, .. } = Asked::whole(shell(), &[reply], StepEnd::StopId);
    let usage = [3, reply.len() as u64 + 1, chunk.usage.reasoning_tokens];
    assert!(usage[2] >= 3, "a token per byte");
    events.push(end("response.completed", &whole(COMPLETED, &output, usage)));
    assert_eq!(String::from_utf8(wire).unwrap(), stream(&events));
}

#[test]
fn reasoning_is_told_as_text_under_either_name() {
    for (reasoning, name) in [
        (ReasoningEvents::Text, "response.reasoning_text"),
        (ReasoningEvents::OpenResponses, "response.reasoning"),
    ] {
        let rs = id("reasoning", 0);
        let item = |content: &str| {
            format!(r#"{{"type":"reasoning","id":"{rs}","summary":[],"content":[{content}]}}"#)
        };
        let part = |text: &str| format!(r#"{{"type":"reasoning_text","text":"{text}"}}"#);
        let at = |fields: &str| of(&rs, 0, &format!(r#""content_index":0,{fields}"#));
        let (delta, done) = (format!("{name}.delta"), format!("{name}.done"));
        let mut events = vec![
            ("response.output_item.added", item_event(0, &item(""))),
            ("response.content_part.added", at(&format!(r#""part":{}"#, part("")))),
            (delta.as_str(), at(r#""delta":"hmm""#)),
            (done.as_str(), at(r#""text":"hmm""#)),
            ("response.content_part.done", at(&format!(r#""part":{}"#, part("hmm")))),
            ("response.output_item.done", item_event(0, &item(&part("hmm")))),
        ];
        events.extend(message_events(1, &["hi"], "completed"));
        let reply = b"<think>\nhmm\n</think>\n\nhi";
        let wire = told(Shell { reasoning, ..shell() }, &[reply], StepEnd::StopId);
        let expected = stream(&events);
        assert!(wire.starts_with(expected.strip_suffix("data: [DONE]\n\n").unwrap()), "{wire}");
    }
}

#[test]
fn reasoning_that_was_cut_says_so() {
    let wire = Asked::whole(shell(), &[b"<think>\nhmm"], StepEnd::Length).wire;
    let done = named(&wire, "response.output_item.done");
    let item = json!({"type": "reasoning", "id": id("reasoning", 0), "status": "incomplete",
        "summary": [{"type": "summary_text", "text": "hmm"}]});
    assert_eq!(done[0]["item"], item);
}

/// A call's item; its text is the last field.
fn call(kind: &str, index: usize, status: &str, rest: &str) -> String {
    format!(r#"{{"type":"{kind}","id":"{}","status":"{status}",{rest}}}"#, id(kind, index))
}

#[test]
fn calls_are_told_in_the_shape_that_their_tools_were_declared_in() {
    let reply = br#"<tool_call>
{"name": "f", "arguments": {"input": "a\nb"}}
</tool_call>
<tool_call>
{"name": "g", "arguments": {"a": 0.10}}
</tool_call>"#;
    for faces in [Vec::new(), faces()] {
        let (custom, named_apart) = (!faces.is_empty(), !faces.is_empty());
        let wire = told(Shell { faces, ..shell() }, &[reply], StepEnd::StopId);
        let parsed = named(wire.as_bytes(), "response.output_item.added");
        let ids: Vec<&str> = parsed.iter().map(|event| event["item"]["call_id"].as_str().unwrap()).collect();
        assert_ne!(ids[0], ids[1]);
        let (kind, name, key) =
            if custom { ("custom_tool_call", "patch", "input") } else { ("function_call", "f", "arguments") };
        let first = |status: &str, text: &str| {
            let rest = format!(r#""call_id":"{}","name":"{name}","{key}":"{text}""#, ids[0]);
            call(kind, 0, status, &rest)
        };
        let named = if named_apart { r#""name":"spawn","namespace":"agents""# } else { r#""name":"g""# };
        let second = |status: &str, text: &str| {
            call(
                "function_call",
                1,
                status,
                &format!(r#""call_id":"{}",{named},"arguments":"{text}""#, ids[1]),
            )
        };
        let (events_of, text) = if custom {
            ("response.custom_tool_call_input", r"a\nb")
        } else {
            ("response.function_call_arguments", r#"{\"input\": \"a\\nb\"}"#)
        };
        let (delta, done) = (format!("{events_of}.delta"), format!("{events_of}.done"));
        let arguments = r#"{\"a\": 0.10}"#;
        let usage = [3, reply.len() as u64 + 1, 0];
        let output = format!("{},{}", first("completed", text), second("completed", arguments));
        let events = [
            ("response.output_item.added", item_event(0, &first("in_progress", ""))),
            (delta.as_str(), of(&id(kind, 0), 0, &format!(r#""delta":"{text}""#))),
            (done.as_str(), of(&id(kind, 0), 0, &format!(r#""{key}":"{text}""#))),
            ("response.output_item.done", item_event(0, &first("completed", text))),
            ("response.output_item.added", item_event(1, &second("in_progress", ""))),
            (
                "response.function_call_arguments.delta",
                of(&id("function_call", 1), 1, &format!(r#""delta":"{arguments}""#)),
            ),
            (
                "response.function_call_arguments.done",
                of(&id("function_call", 1), 1, &format!(r#""arguments":"{arguments}""#)),
            ),
            ("response.output_item.done", item_event(1, &second("completed", arguments))),
            end("response.completed", &whole(COMPLETED, &output, usage)),
        ];
        assert_eq!(wire, stream(&events));
    }
}

#[test]
fn a_failure_is_told_to_every_kind_of_client_and_then_by_the_response() {
    let mut asked = Asked::of(response(shell()));
    asked.say(b"hi", StepEnd::Running);
    let error = Error::WorkerLost { id: "resp_1".into() };
    let chunk = asked.replies.fail(1, &error).chunks.remove(0);
    asked.take(chunk);
    let said = message(&id("message", 0), "incomplete", &text_part("hi"));
    let message = error.to_string();
    let state = format!(
        r#""status":"failed","completed_at":null,"error":{{"code":"server_error","message":"{message}"}},"incomplete_details":null"#
    );
    let mut events = message_events(0, &["hi"], "");
    events.truncate(3);
    events.push((
        "error",
        format!(
            r#""code":"worker_lost","message":"{message}","param":null,"error":{{"type":"server_error","code":"worker_lost","message":"{message}","param":null}}"#
        ),
    ));
    events.push(end("response.failed", &whole(&state, &said, [3, 2, 0])));
    assert_eq!(String::from_utf8(asked.wire).unwrap(), stream(&events));
}

#[test]
fn a_response_that_is_not_over_has_every_field_and_null_for_what_is_not_known() {
    let mut asked = Asked::of(response(Shell { background: true, ..shell() }));
    let queued = SHELL.replace("in_progress", "queued");
    let begun = |name: &str, number: u64, shell: &str| {
        format!(
            "event: {name}\ndata: {{\"type\":\"{name}\",\"sequence_number\":{number},\"response\":{shell}}}\n\n"
        )
    };
    let first = begun("response.created", 0, &queued) + &begun("response.queued", 1, &queued);
    assert_eq!(String::from_utf8(asked.wire.clone()).unwrap(), first);
    assert_eq!(String::from_utf8(asked.replies.object(1)).unwrap(), queued);
    assert_eq!(String::from_utf8(asked.replies.heartbeat(1)).unwrap(), begun("response.queued", 2, &queued));
    asked.say(b"hi", StepEnd::Running);
    let started = begun("response.in_progress", 3, SHELL);
    assert!(String::from_utf8(asked.wire.clone()).unwrap()[first.len()..].starts_with(&started));
    let said = format!("\"output\":[{}]", message(&id("message", 0), "in_progress", &text_part("hi")));
    let running = SHELL.replace("\"output\":[]", &said);
    assert_eq!(String::from_utf8(asked.replies.object(1)).unwrap(), running);
}

#[test]
fn a_cancelled_response_has_no_error_and_is_not_complete() {
    let mut asked = Asked::of(response(Shell { background: true, ..shell() }));
    asked.say(b"hi", StepEnd::Running);
    let chunk = asked.replies.cancel(1).chunks.remove(0);
    let state = r#""status":"cancelled","completed_at":null,"error":null,"incomplete_details":null"#;
    let said = message(&id("message", 0), "incomplete", &text_part("hi"));
    let record = whole(state, &said, [3, 2, 0]);
    let last = format!(
        "event: response.failed\ndata: {{\"type\":\"response.failed\",\"sequence_number\":6,\"response\":{record}}}\n\ndata: [DONE]\n\n"
    );
    assert_eq!(String::from_utf8(chunk.data).unwrap(), last);
}

#[test]
fn reasoning_is_sealed_where_it_was_asked_for_once_it_is_done() {
    for reasoning in [ReasoningEvents::Summary, ReasoningEvents::Text] {
        let shell = Shell { seal: Some([7; 32]), reasoning, ..shell() };
        let reply = b"<think>\nhmm\n</think>\n\nhi";
        let wire = Asked::whole(shell, &[reply], StepEnd::StopId).wire;
        let added = &named(&wire, "response.output_item.added")[0]["item"];
        assert!(added.get("encrypted_content").is_none());
        let done = &named(&wire, "response.output_item.done")[0]["item"];
        let sealed = done["encrypted_content"].as_str().unwrap();
        assert_eq!(unseal(&[7; 32], Sealed::Reasoning, sealed).as_deref(), Some("hmm"));
        assert_eq!(named(&wire, "response.completed")[0]["response"]["output"][0], *done);
    }
}

#[test]
fn a_compaction_is_what_was_kept_and_a_seal_of_the_reply() {
    let kept = vec![json!({"type": "message", "id": "msg_a", "role": "user"})];
    let delivery = Delivery::Compaction(Arc::new(CompactShell { kept, key: [7; 32] }));
    let mut asked = Asked::of(Prepared { delivery, ..response(shell()) });
    asked.say(b"<think>\nhmm\n</think>\n\nA sum", StepEnd::Running);
    asked.say(b"mary.", StepEnd::StopId);
    let object: Value = serde_json::from_slice(&asked.wire).unwrap();
    let sealed = object["output"][1]["encrypted_content"].as_str().unwrap();
    assert_eq!(unseal(&[7; 32], Sealed::Compaction, sealed).as_deref(), Some("A summary."));
    let summary =
        format!(r#"{{"type":"compaction","id":"{}","encrypted_content":"{sealed}"}}"#, id("compaction", 1));
    let kept = r#"{"type":"message","id":"msg_a","role":"user"}"#;
    let usage = object["usage"].to_string();
    assert!(usage.starts_with(r#"{"input_tokens":3,"input_tokens_details":{"cached_tokens":0,"#));
    let whole = format!(
        r#"{{"id":"resp_1","object":"response.compaction","created_at":1700000000,"output":[{kept},{summary}],"usage":{usage}}}"#
    );
    assert_eq!(String::from_utf8(asked.wire).unwrap(), whole);
    assert!(asked.chunk.record.is_empty());
}
