//! A client that takes nothing on trust: it follows a stream by its rules, and says what it got.

use super::*;

/// What a stream said, folded by a client.
pub(super) struct Heard {
    /// The whole response of the last event.
    pub(super) response: Value,
    /// The items, built from their deltas.
    pub(super) items: Vec<Value>,
}

/// Follows a whole stream that ended well.
pub(super) fn listen(wire: &[u8]) -> Heard {
    assert!(wire.ends_with(b"\n\ndata: [DONE]\n\n"), "a stream ends with [DONE]");
    let events = events(wire);
    for (number, (_, event)) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number, "numbered from 0 without gaps");
    }
    let [(created, first), (in_progress, second), rest @ .., (end, last)] = &events[..] else {
        panic!("a lifecycle has three events at least")
    };
    assert_eq!((created.as_str(), in_progress.as_str()), ("response.created", "response.in_progress"));
    assert_eq!(first["response"], second["response"], "the same shell");
    let response = &last["response"];
    let status = response["status"].as_str().unwrap();
    assert_eq!(*end, format!("response.{status}"));
    assert_eq!(first["response"]["id"], response["id"]);
    let mut items = Vec::new();
    let mut open = None;
    for (name, event) in rest {
        follow(name, event, &mut items, &mut open);
    }
    assert_eq!(open, None, "every item that was added is done");
    Heard { response: response.clone(), items }
}

/// The one item that is not done.
#[derive(Debug, PartialEq)]
struct Open {
    /// Whether its part is open: nothing is said outside of one.
    part: bool,
    /// Whether its text is whole.
    is_said: bool,
}

fn follow(name: &str, event: &Value, items: &mut Vec<Value>, open: &mut Option<Open>) {
    let index = usize::try_from(event["output_index"].as_u64().unwrap()).unwrap();
    if name == "response.output_item.added" {
        assert!(open.is_none() && index == items.len(), "one item at a time, in order");
        let item = event["item"].clone();
        assert!(text_of(&item).is_none_or(str::is_empty), "an item begins empty");
        assert!(item.get("status").is_none_or(|status| status == "in_progress"));
        assert!(item.get("encrypted_content").is_none());
        items.push(item);
        *open = Some(Open { part: false, is_said: false });
        return;
    }
    assert_eq!(index + 1, items.len(), "only the last item is spoken of");
    let (item, state) = (&mut items[index], open.as_mut().expect("an item is added before it says anything"));
    if name == "response.output_item.done" {
        assert!(state.is_said && !state.part);
        let done = &event["item"];
        for key in ["id", "type", "call_id", "name", "namespace", "role"] {
            assert_eq!(item.get(key), done.get(key), "an item keeps its {key}");
        }
        assert_eq!(text_of(item), text_of(done), "a done item holds what its deltas said");
        *item = done.clone();
        *open = None;
        return;
    }
    assert_eq!(event["item_id"], item["id"]);
    let parts = parts(item);
    match name.rsplit_once('.').unwrap() {
        ("response.content_part" | "response.reasoning_summary_part", "added") => {
            assert!(!state.part && event["part"]["text"] == "");
            state.part = true;
            parts.unwrap().push(event["part"].clone());
        }
        ("response.content_part" | "response.reasoning_summary_part", "done") => {
            assert!(state.part && state.is_said);
            state.part = false;
            assert_eq!(parts.unwrap().last(), Some(&event["part"]), "a done part holds what its deltas said");
        }
        (_, "delta") => {
            let delta = event["delta"].as_str().unwrap();
            assert!(!delta.is_empty() && !state.is_said && state.part == parts.is_some());
            let said = text_of(item).unwrap().to_owned() + delta;
            set_text(item, said);
        }
        (_, "done") => {
            assert!(!state.is_said);
            state.is_said = true;
            let whole = ["text", "arguments", "input"].iter().find_map(|key| event.get(*key)).unwrap();
            assert_eq!(whole.as_str(), text_of(item), "a done text is what its deltas said");
        }
        _ => panic!("{name} is no event of ours"),
    }
}

/// Where an item's parts are; none for a call.
fn parts(item: &mut Value) -> Option<&mut Vec<Value>> {
    let key = match item["type"].as_str().unwrap() {
        "message" => "content",
        "reasoning" if item.get("content").is_some() => "content",
        "reasoning" => "summary",
        _ => return None,
    };
    item[key].as_array_mut()
}

fn text_of(item: &Value) -> Option<&str> {
    let key = match item["type"].as_str().unwrap() {
        "function_call" => return item["arguments"].as_str(),
        "custom_tool_call" => return item["input"].as_str(),
        "message" => "content",
        "reasoning" if item.get("content").is_some() => "content",
        "reasoning" => "summary",
        other => panic!("{other} is no item of ours"),
    };
    item[key].get(0).map(|part| part["text"].as_str().unwrap())
}

fn set_text(item: &mut Value, text: String) {
    match item["type"].as_str().unwrap() {
        "function_call" => item["arguments"] = text.into(),
        "custom_tool_call" => item["input"] = text.into(),
        _ => parts(item).unwrap()[0]["text"] = text.into(),
    }
}

/// All that items of one type said, joined.
pub(super) fn said(items: &[Value], kind: &str) -> String {
    items.iter().filter(|item| item["type"] == kind).filter_map(text_of).collect()
}
