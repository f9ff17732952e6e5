//! Each thing that a real client was seen to need of the stream, by name. `CLIENTS.md` in the project's shared
//! facts says how it was seen.

use super::client::listen;
use super::*;
use crate::wire::Error;

const REPLY: &[u8] =
    b"<think>\nhmm\n</think>\n\nLook:\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"input\": \"a\"}}\n\
    </tool_call>\n<tool_call>\n{\"name\": \"g\"}\n</tool_call>";

fn reply(faces: Vec<ToolFace>) -> Vec<u8> {
    let pieces: Vec<&[u8]> = REPLY.chunks(4).chain([&b""[..]]).collect();
    Asked::whole(Shell { faces, ..shell() }, &pieces, StepEnd::StopId).wire
}

#[test]
fn a_response_is_created_first_with_id_time_and_model() {
    let (name, created) = events(&reply(Vec::new())).remove(0);
    assert_eq!(name, "response.created");
    for key in ["id", "created_at", "model", "output", "tools"] {
        assert!(!created["response"][key].is_null(), "{key}");
    }
}

#[test]
fn every_event_is_named_by_its_own_type_and_numbered_without_gaps() {
    for (number, (name, event)) in events(&reply(faces())).iter().enumerate() {
        assert_eq!((&event["type"], &event["sequence_number"]), (&name.as_str().into(), &number.into()));
    }
}

#[test]
fn every_event_is_one_that_the_clients_know() {
    let facts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/EVENTS.md");
    let Ok(facts) = std::fs::read_to_string(facts) else {
        return eprintln!("skipped: the shared facts are not beside the project");
    };
    let known: Vec<&str> =
        facts.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert!(known.contains(&"response.created"), "the facts list the events");
    let mut failing = Asked::of(response(Shell { background: true, ..shell() }));
    let chunk = failing.replies.fail(1, &Error::Draining).chunks.remove(0);
    failing.take(chunk);
    let raw = Shell { reasoning: ReasoningEvents::Text, ..shell() };
    let raw = Asked::whole(raw, &[REPLY], StepEnd::StopId).wire;
    let cut = Asked::whole(shell(), &[b"a"], StepEnd::Length).wire;
    for wire in [reply(faces()), reply(Vec::new()), raw, cut, failing.wire] {
        for (name, _) in events(&wire) {
            assert!(known.contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn every_event_is_one_block_of_two_lines_that_end_with_a_line_feed() {
    let wire = String::from_utf8(reply(faces())).unwrap();
    assert!(!wire.contains('\r'));
    let (events, done) = wire.split_at(wire.len() - "data: [DONE]\n\n".len());
    assert_eq!(done, "data: [DONE]\n\n");
    for event in events.split_terminator("\n\n") {
        let lines: Vec<&str> = event.split('\n').collect();
        assert!(lines.len() == 2 && lines[0].starts_with("event: ") && lines[1].starts_with("data: {"));
    }
}

#[test]
fn every_item_is_added_before_it_says_anything_and_done_once() {
    let (wire, heard) = (reply(faces()), listen(&reply(faces())));
    assert_eq!(heard.items.len(), 4);
    assert_eq!(named(&wire, "response.output_item.added").len(), 4);
    assert_eq!(named(&wire, "response.output_item.done").len(), 4);
}

#[test]
fn an_item_has_one_identity_from_its_first_event_to_the_last_response() {
    let wire = reply(faces());
    let output = listen(&wire).response["output"].clone();
    let added = named(&wire, "response.output_item.added");
    let done = named(&wire, "response.output_item.done");
    for (index, item) in output.as_array().unwrap().iter().enumerate() {
        for event in [&added[index], &done[index]] {
            assert_eq!(event["output_index"], index);
            for key in ["id", "type", "call_id"] {
                assert_eq!(event["item"].get(key), item.get(key));
            }
        }
        let spoken = events(&wire).into_iter().filter(|(_, event)| event["output_index"] == index);
        assert!(spoken.filter_map(|(_, event)| event.get("item_id").cloned()).all(|id| id == item["id"]));
    }
}

#[test]
fn ids_have_the_prefix_of_their_kind() {
    let items = listen(&reply(faces())).items;
    let prefixes: Vec<&str> =
        items.iter().map(|item| item["id"].as_str().unwrap().split_once('_').unwrap().0).collect();
    assert_eq!(prefixes, ["rs", "msg", "ctc", "fc"]);
}

#[test]
fn the_last_response_holds_the_whole_output() {
    let heard = listen(&reply(faces()));
    assert_eq!(heard.response["output"], Value::Array(heard.items));
}

#[test]
fn a_text_part_is_added_before_its_deltas_and_every_text_event_says_which_part() {
    let wire = reply(Vec::new());
    for name in ["content_part.added", "output_text.delta", "output_text.done", "content_part.done"] {
        let events = named(&wire, &format!("response.{name}"));
        assert!(!events.is_empty());
        assert!(events.iter().all(|event| event["content_index"] == 0), "{name}");
    }
}

#[test]
fn text_has_annotations_and_log_probabilities_even_if_there_are_none() {
    let wire = reply(Vec::new());
    let part = &named(&wire, "response.content_part.done")[0]["part"];
    assert_eq!((&part["annotations"], &part["logprobs"]), (&json!([]), &json!([])));
    assert!(named(&wire, "response.output_text.delta").iter().all(|event| event["logprobs"] == json!([])));
    assert_eq!(named(&wire, "response.output_text.done")[0]["logprobs"], json!([]));
}

#[test]
fn reasoning_is_told_by_summary_events_unless_the_operator_chose_other_names() {
    assert_eq!(ReasoningEvents::default(), ReasoningEvents::Summary);
    let names = names(&reply(Vec::new()));
    assert!(names.contains(&"reasoning_summary_text.delta".to_owned()));
    assert!(!names.iter().any(|name| name.starts_with("reasoning_text") || name.starts_with("reasoning.")));
}

#[test]
fn raw_reasoning_is_preceded_by_its_content_part() {
    let shell = Shell { reasoning: ReasoningEvents::Text, ..shell() };
    let wire = Asked::whole(shell, &[REPLY], StepEnd::StopId).wire;
    let part = &named(&wire, "response.content_part.added")[0]["part"];
    assert_eq!(*part, json!({"type": "reasoning_text", "text": ""}));
}

#[test]
fn a_call_has_its_call_id_name_and_arguments_and_is_completed() {
    for event in named(&reply(Vec::new()), "response.output_item.done").split_off(2) {
        let item = &event["item"];
        assert_eq!((&item["type"], &item["status"]), (&"function_call".into(), &"completed".into()));
        for key in ["id", "call_id", "name", "arguments"] {
            assert!(!item[key].as_str().unwrap().is_empty(), "{key}");
        }
    }
}

#[test]
fn arguments_are_done_even_if_there_are_none() {
    let done = named(&reply(Vec::new()), "response.function_call_arguments.done");
    assert_eq!(done[1]["arguments"], "{}");
}

#[test]
fn a_custom_tool_is_called_as_one() {
    let wire = reply(faces());
    let item = &named(&wire, "response.output_item.done")[2]["item"];
    assert_eq!((&item["type"], &item["name"]), (&"custom_tool_call".into(), &"patch".into()));
    assert_eq!((&item["input"], &item["status"]), (&"a".into(), &"completed".into()));
    assert!(item.get("arguments").is_none());
}

#[test]
fn a_namespaced_tool_is_called_by_its_own_name_with_its_namespace_apart() {
    let wire = reply(faces());
    let item = &named(&wire, "response.output_item.done")[3]["item"];
    assert_eq!((&item["name"], &item["namespace"]), (&"spawn".into(), &"agents".into()));
    let plain = &named(&reply(Vec::new()), "response.output_item.done")[3]["item"];
    assert!(plain.get("namespace").is_none());
}

#[test]
fn optional_fields_of_items_are_absent_and_never_null() {
    for item in listen(&reply(faces())).items.iter().chain(&listen(&reply(Vec::new())).items) {
        let fields = item.as_object().unwrap();
        assert!(fields.values().all(|value| !value.is_null()));
        for key in ["encrypted_content", "phase", "verbosity"] {
            assert!(!fields.contains_key(key));
        }
    }
}

#[test]
fn exactly_one_event_ends_a_stream_then_done() {
    let mut failing = Asked::of(response(shell()));
    let chunk = failing.replies.fail(1, &Error::Draining).chunks.remove(0);
    failing.take(chunk);
    let cut = Asked::whole(shell(), &[b"a"], StepEnd::Length).wire;
    for (wire, end) in [(reply(faces()), "completed"), (cut, "incomplete"), (failing.wire, "failed")] {
        let names = names(&wire);
        let ends = ["completed", "incomplete", "failed"];
        assert_eq!(names.iter().filter(|name| ends.contains(&name.as_str())).count(), 1);
        assert_eq!(names.last().unwrap(), end);
        assert!(wire.ends_with(b"\n\ndata: [DONE]\n\n"));
    }
}

#[test]
fn a_failure_is_an_error_event_and_then_a_failed_response_with_code_and_message() {
    let mut asked = Asked::of(response(shell()));
    let chunk = asked.replies.fail(1, &Error::Draining).chunks.remove(0);
    asked.take(chunk);
    let error = &named(&asked.wire, "error")[0];
    for key in ["code", "message", "param"] {
        assert_eq!(error[key], error["error"][key], "flat and nested");
    }
    assert_eq!(error["error"]["type"], "server_error");
    let failed = &named(&asked.wire, "response.failed")[0]["response"]["error"];
    assert_eq!(failed["message"], error["message"]);
    assert_eq!(failed["code"], "server_error", "a code that the clients' types know");
}

#[test]
fn usage_has_both_details() {
    let usage = listen(&reply(Vec::new())).response["usage"].clone();
    assert!(usage["input_tokens_details"]["cached_tokens"].is_u64());
    assert!(usage["output_tokens_details"]["reasoning_tokens"].as_u64().unwrap() > 0);
    let total = usage["input_tokens"].as_u64().unwrap() + usage["output_tokens"].as_u64().unwrap();
    assert_eq!(usage["total_tokens"], total);
}

#[test]
fn a_heartbeat_is_an_event_and_not_a_comment() {
    let mut asked = Asked::of(response(shell()));
    assert!(asked.replies.heartbeat(1).starts_with(b"event: response.in_progress\ndata: {"));
}
