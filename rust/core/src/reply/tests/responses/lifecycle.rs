//! The exact sequence of events of every kind of reply; a run of deltas counts as one.

use super::super::Trap;
use super::*;
use crate::stream::Bytes;
use crate::wire::Error;

fn sequence(shell: Shell, text: &str, end: StepEnd) -> Vec<String> {
    let pieces: Vec<&[u8]> = text.as_bytes().chunks(3).chain([&b""[..]]).collect();
    names(&Asked::whole(shell, &pieces, end).wire)
}

const MESSAGE: [&str; 6] = [
    "output_item.added",
    "content_part.added",
    "output_text.delta",
    "output_text.done",
    "content_part.done",
    "output_item.done",
];
const SUMMARY: [&str; 6] = [
    "output_item.added",
    "reasoning_summary_part.added",
    "reasoning_summary_text.delta",
    "reasoning_summary_text.done",
    "reasoning_summary_part.done",
    "output_item.done",
];
const FUNCTION_CALL: [&str; 4] = [
    "output_item.added",
    "function_call_arguments.delta",
    "function_call_arguments.done",
    "output_item.done",
];
const CUSTOM_CALL: [&str; 4] =
    ["output_item.added", "custom_tool_call_input.delta", "custom_tool_call_input.done", "output_item.done"];

/// A stream of these items, between what every stream begins and ends with.
fn lifecycle(items: &[&[&str]], end: &'static str) -> Vec<String> {
    let events = ["created", "in_progress"].into_iter().chain(items.concat()).chain([end]);
    events.map(str::to_owned).collect()
}

#[test]
fn the_sequence_of_text() {
    assert_eq!(sequence(shell(), "Hello there", StepEnd::StopId), lifecycle(&[&MESSAGE], "completed"));
}

#[test]
fn the_sequence_of_reasoning_and_text() {
    let reply = "<think>\nhmm hmm\n</think>\n\nHello";
    assert_eq!(sequence(shell(), reply, StepEnd::StopId), lifecycle(&[&SUMMARY, &MESSAGE], "completed"));
    for (reasoning, delta, done) in [
        (ReasoningEvents::Text, "reasoning_text.delta", "reasoning_text.done"),
        (ReasoningEvents::OpenResponses, "reasoning.delta", "reasoning.done"),
    ] {
        let text =
            ["output_item.added", "content_part.added", delta, done, "content_part.done", "output_item.done"];
        let told = sequence(Shell { reasoning, ..shell() }, reply, StepEnd::StopId);
        assert_eq!(told, lifecycle(&[&text, &MESSAGE], "completed"));
    }
}

#[test]
fn the_sequence_of_calls_between_texts() {
    let reply = "Look:\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"input\": \"abc\"}}\n</tool_call>\n\
                 <tool_call>\n{\"name\": \"g\"}\n</tool_call>\nDone.";
    let told = sequence(shell(), reply, StepEnd::StopId);
    assert_eq!(told, lifecycle(&[&MESSAGE, &FUNCTION_CALL, &FUNCTION_CALL, &MESSAGE], "completed"));
    let told = sequence(Shell { faces: faces(), ..shell() }, reply, StepEnd::StopId);
    assert_eq!(told, lifecycle(&[&MESSAGE, &CUSTOM_CALL, &FUNCTION_CALL, &MESSAGE], "completed"));
}

#[test]
fn the_sequence_of_a_reply_that_a_limit_ends() {
    let cut = |text: &str| sequence(shell(), text, StepEnd::Length);
    assert_eq!(cut("Hello"), lifecycle(&[&MESSAGE], "incomplete"));
    assert_eq!(cut("<think>\nhmm"), lifecycle(&[&SUMMARY], "incomplete"));
    assert_eq!(cut(""), lifecycle(&[], "incomplete"));
    let call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a";
    assert_eq!(cut(call), lifecycle(&[&FUNCTION_CALL], "incomplete"));
}

#[test]
fn a_call_is_incomplete_only_if_it_was_cut() {
    let status = |text: &str, end| {
        let wire = Asked::whole(shell(), &[text.as_bytes()], end).wire;
        let done = named(&wire, "response.output_item.done");
        done[0]["item"]["status"].as_str().unwrap().to_owned()
    };
    let call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call>";
    assert_eq!(status(call, StepEnd::StopId), "completed");
    assert_eq!(status(call, StepEnd::Length), "completed");
    assert_eq!(status(&call[..call.len() - 16], StepEnd::Length), "incomplete");
    let misspelt = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": \"\n\"}}\n</tool_call>\nand more";
    assert_eq!(status(misspelt, StepEnd::StopId), "completed");
}

#[test]
fn the_sequence_of_a_reply_that_says_nothing() {
    let mut message = MESSAGE.to_vec();
    message.remove(2);
    assert_eq!(sequence(shell(), "", StepEnd::StopId), lifecycle(&[&message], "completed"));
    let reply = "<think>\nhmm\n</think>\n\n";
    assert_eq!(sequence(shell(), reply, StepEnd::StopId), lifecycle(&[&SUMMARY, &message], "completed"));
}

#[test]
fn the_sequence_of_a_reply_that_fails() {
    let mut asked = Asked::of(response(shell()));
    asked.say(b"Hello", StepEnd::Running);
    let chunk = asked.replies.fail(1, &Error::Draining).chunks.remove(0);
    asked.take(chunk);
    let mut expected = lifecycle(&[&MESSAGE[..3], &["error"]], "failed");
    assert_eq!(names(&asked.wire), expected);
    assert!(asked.wire.ends_with(b"data: [DONE]\n\n"));
    expected.drain(2..5);
    let mut asked = Asked::of(response(shell()));
    let chunk = asked.replies.fail(1, &Error::Draining).chunks.remove(0);
    asked.take(chunk);
    assert_eq!(names(&asked.wire), expected);
}

#[test]
fn the_sequence_of_a_reply_that_a_bug_of_ours_ends() {
    let mut replies = Replies::new(Arc::new(Trap(Bytes::with(&[]))), None, None).unwrap();
    let (_, mut wire) = replies.open(&Arc::new(response(shell())), 1);
    for text in [&b"Hello"[..], b"a!"] {
        let chunk = step(&mut replies, vec![row(1, 0, text, StepEnd::Running)]).chunks.remove(0);
        wire.extend(chunk.data);
    }
    assert_eq!(names(&wire), lifecycle(&[&MESSAGE[..3], &["error"]], "failed"));
    let numbers: Vec<u64> =
        events(&wire).iter().map(|(_, event)| event["sequence_number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (0..7).collect::<Vec<_>>());
}

#[test]
fn the_sequence_of_a_reply_in_the_background() {
    let told = sequence(Shell { background: true, ..shell() }, "Hello", StepEnd::StopId);
    let mut expected = lifecycle(&[&MESSAGE], "completed");
    expected.insert(1, "queued".into());
    assert_eq!(told, expected);
    let polled = Shell { background: true, stream: false, ..shell() };
    assert_eq!(sequence(polled, "Hello", StepEnd::StopId), expected, "it may be streamed later");
}

#[test]
fn the_sequence_of_a_reply_that_is_cancelled() {
    let mut asked = Asked::of(response(Shell { background: true, store: true, ..shell() }));
    asked.say(b"Hello", StepEnd::Running);
    let mut step = asked.replies.cancel(1);
    assert!(!step.abort.is_empty() && asked.replies.num_live() == 0);
    asked.take(step.chunks.remove(0));
    let mut expected = lifecycle(&[&MESSAGE[..3]], "failed");
    expected.insert(1, "queued".into());
    assert_eq!(names(&asked.wire), expected);
    let record = object(&asked.chunk.record);
    assert_eq!((&record["status"], &record["error"]), (&"cancelled".into(), &Value::Null));
    assert_eq!(record["output"][0]["status"], "incomplete");
    assert!(asked.chunk.finished && asked.chunk.error.is_none());
    assert!(asked.replies.cancel(1).chunks.is_empty());
}

#[test]
fn a_heartbeat_is_the_state_told_again_with_the_next_number() {
    let mut asked = Asked::of(response(shell()));
    asked.say(b"Hello", StepEnd::Running);
    let heartbeat = asked.replies.heartbeat(1);
    asked.wire.extend(heartbeat);
    asked.say(b" there", StepEnd::StopId);
    let events = events(&asked.wire);
    let (name, heartbeat) = &events[5];
    assert_eq!(name, "response.in_progress");
    assert_eq!(heartbeat["response"], events[1].1["response"]);
    let numbers = events.iter().map(|(_, event)| event["sequence_number"].as_u64().unwrap());
    assert!(numbers.eq(0..events.len() as u64));

    let mut queued = Asked::of(response(Shell { background: true, ..shell() }));
    let heartbeat = queued.replies.heartbeat(1);
    assert_eq!(names(&heartbeat), ["queued"]);
    let mut folded = Asked::of(response(Shell { stream: false, ..shell() }));
    assert!(folded.replies.heartbeat(1).is_empty());
}

#[test]
fn a_live_response_is_told_as_it_stands() {
    let mut asked = Asked::of(response(Shell { background: true, ..shell() }));
    let queued = object(&asked.replies.object(1));
    assert_eq!((&queued["status"], &queued["output"]), (&"queued".into(), &json!([])));
    asked.say(b"<think>\nhmm\n</think>\n\nHello", StepEnd::Running);
    let running = object(&asked.replies.object(1));
    assert_eq!((&running["status"], &running["usage"]), (&"in_progress".into(), &Value::Null));
    assert_eq!(running["output"][1]["content"][0]["text"], "Hello");
    assert_eq!(running["output"][1]["status"], "in_progress");
    asked.say(b"", StepEnd::StopId);
    assert!(asked.replies.object(1).is_empty());
}
