//! Any reply, in any pieces: a stream folds into the object, and every dialect says the same.

use proptest::prelude::*;
use serde_json::Value;

use super::client::{listen, said};
use super::*;
use crate::reply::replay;
use crate::reply::tests::properties::pieces;
use crate::reply::tests::told as told_chat;

fn names_of_reasoning() -> impl Strategy<Value = ReasoningEvents> {
    prop::sample::select(vec![
        ReasoningEvents::Summary,
        ReasoningEvents::Text,
        ReasoningEvents::OpenResponses,
    ])
}

prop_compose! {
    /// What a request may ask for, but for how it is streamed and stored.
    fn shells()(reasoning in names_of_reasoning(), with_faces in any::<bool>(), background in any::<bool>()) -> Shell {
        Shell { reasoning, background, faces: if with_faces { faces() } else { Vec::new() }, ..shell() }
    }
}

fn ends() -> impl Strategy<Value = StepEnd> {
    prop::sample::select(vec![StepEnd::Length, StepEnd::StopId])
}

fn whole(shell: Shell, text: &[u8], size: usize, end: StepEnd, stop: &[String]) -> Asked {
    let mut asked = Asked::of(Prepared { stop: stop.to_vec(), ..response(shell) });
    for piece in text.chunks(size) {
        asked.say(piece, StepEnd::Running);
    }
    asked.say(b"", end);
    assert_eq!(asked.replies.num_live(), 0);
    asked
}

/// The stream with every run of deltas as one.
fn merged(wire: &[u8]) -> Vec<(String, Value)> {
    let mut merged: Vec<(String, Value)> = Vec::new();
    for (name, event) in events(wire) {
        match merged.last_mut() {
            Some((last, so_far)) if *last == name && event.get("delta").is_some() => {
                let delta =
                    format!("{}{}", so_far["delta"].as_str().unwrap(), event["delta"].as_str().unwrap());
                so_far["delta"] = delta.into();
            }
            Some(_) | None => merged.push((name, event)),
        }
    }
    for (number, (_, event)) in merged.iter_mut().enumerate() {
        event["sequence_number"] = number.into();
    }
    merged
}

proptest! {
    #[test]
    fn any_stream_folds_into_the_object_whatever_the_pieces(
        text in pieces(),
        size in 1..20_usize,
        end in ends(),
        stop in prop::option::of(Just("stop".to_owned())),
        shell in shells(),
    ) {
        let stop: Vec<String> = stop.into_iter().collect();
        let shell = Shell { background: false, ..shell };
        let heard = listen(&whole(shell.clone(), &text, size, end, &stop).wire);
        prop_assert_eq!(&heard.response["output"], &Value::Array(heard.items));
        let object = whole(Shell { stream: false, ..shell }, &text, text.len() + 1, end, &stop).wire;
        prop_assert_eq!(heard.response, serde_json::from_slice::<Value>(&object).unwrap());
    }

    #[test]
    fn chat_and_responses_agree_on_text_reasoning_calls_and_usage(
        text in pieces(),
        size in 1..20_usize,
        end in ends(),
        stop in prop::option::of(Just("stop".to_owned())),
        reasoning in names_of_reasoning(),
    ) {
        let stop: Vec<String> = stop.into_iter().collect();
        let shell = Shell { reasoning, stream: false, ..shell() };
        let object = object(&whole(shell, &text, size, end, &stop).wire);
        let chat = Prepared { delivery: Delivery::Chat, stop, ..response(super::shell()) };
        let pieces: Vec<&[u8]> = text.chunks(size).chain([&b""[..]]).collect();
        let chat: Value = serde_json::from_slice(&told_chat(chat, &pieces, end)).unwrap();

        let items = object["output"].as_array().unwrap();
        let message = &chat["choices"][0]["message"];
        prop_assert_eq!(said(items, "message"), message["content"].as_str().unwrap_or(""));
        prop_assert_eq!(
            said(items, "reasoning"),
            message.get("reasoning_content").map_or("", |text| text.as_str().unwrap())
        );
        let calls: Vec<Value> = items
            .iter()
            .filter(|item| item["type"] == "function_call")
            .map(|item| {
                let function = json!({"name": item["name"], "arguments": item["arguments"]});
                json!({"id": item["call_id"], "type": "function", "function": function})
            })
            .collect();
        let called = message.get("tool_calls").cloned().unwrap_or_else(|| json!([]));
        prop_assert_eq!(Value::Array(calls), called);

        let (usage, cost) = (&chat["usage"], &object["usage"]);
        for (chat, response) in [
            (&usage["prompt_tokens"], &cost["input_tokens"]),
            (&usage["completion_tokens"], &cost["output_tokens"]),
            (&usage["total_tokens"], &cost["total_tokens"]),
            (
                &usage["completion_tokens_details"]["reasoning_tokens"],
                &cost["output_tokens_details"]["reasoning_tokens"],
            ),
        ] {
            prop_assert_eq!(chat, response);
        }
        let is_cut = chat["choices"][0]["finish_reason"] == "length";
        prop_assert_eq!(&object["status"], if is_cut { "incomplete" } else { "completed" });
    }

    #[test]
    fn a_stored_response_is_told_again_as_it_was_told(
        text in pieces(),
        size in 1..20_usize,
        end in ends(),
        shell in shells(),
    ) {
        let reasoning = shell.reasoning;
        let mut shell = Shell { store: true, ..shell };
        shell.echo.insert("background".into(), shell.background.into());
        let asked = whole(shell, &text, size, end, &[]);
        let again = replay(&asked.chunk.record, reasoning).unwrap();
        prop_assert_eq!(merged(&again), events(&again), "each text in one delta");
        prop_assert_eq!(merged(&again), merged(&asked.wire));
    }

    #[test]
    fn a_bad_end_is_told_again_without_calling_done_what_was_cut(text in pieces(), shell in shells(), is_cancelled in any::<bool>()) {
        let reasoning = shell.reasoning;
        let mut shell = Shell { store: true, ..shell };
        shell.echo.insert("background".into(), shell.background.into());
        let mut asked = Asked::of(response(shell));
        asked.say(&text, StepEnd::Running);
        let error = crate::wire::Error::Draining;
        let mut step = if is_cancelled { asked.replies.cancel(1) } else { asked.replies.fail(1, &error) };
        asked.take(step.chunks.remove(0));
        let again = replay(&asked.chunk.record, reasoning).unwrap();
        let mut told = merged(&asked.wire);
        if let Some((_, event)) = told.iter_mut().find(|(name, _)| name == "error") {
            event["code"] = "server_error".into();
            event["error"]["code"] = "server_error".into();
        }
        if told.iter().any(|(name, _)| name == "response.in_progress") {
            prop_assert_eq!(merged(&again), told);
        }
    }

    #[test]
    fn custom_calls_say_the_text_that_their_arguments_hold(text in any::<String>(), size in 1..20_usize) {
        let arguments = json!({"input": text});
        let reply = format!("<tool_call>\n{{\"name\": \"f\", \"arguments\": {arguments}}}\n</tool_call>");
        let heard = listen(&whole(Shell { faces: faces(), ..shell() }, reply.as_bytes(), size, StepEnd::StopId, &[]).wire);
        prop_assert_eq!(said(&heard.items, "custom_tool_call"), text);
    }
}
