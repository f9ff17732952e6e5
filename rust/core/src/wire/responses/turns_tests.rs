//! Items as the conversations that they are.
#![expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]

use proptest::prelude::*;

use super::*;
use crate::wire::responses::{Composed, ReasoningEvents, Sealed, parse_responses, seal};
use crate::wire::testing::{answer, call, system, turn, user};

const KEY: [u8; 32] = [7; 32];

fn policy() -> Policy {
    Policy { secret: KEY, ..Policy::default() }
}

fn composed(body: Value, history: &History, policy: &Policy) -> Result<Composed, Error> {
    parse_responses(body.to_string().as_bytes())?.compose(history, "resp_1", policy)
}

fn compose(body: Value) -> Composed {
    composed(body, &History::default(), &policy()).unwrap()
}

fn messages(input: Value) -> Vec<Message> {
    compose(json!({ "input": input })).request.messages
}

fn call_item(id: &str) -> Value {
    json!({"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"})
}

fn output_item(id: &str) -> Value {
    json!({"type": "function_call_output", "call_id": id, "output": id})
}

fn thought(text: &str) -> Value {
    json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": text}]})
}

#[test]
fn a_call_and_text_after_it_are_one_turn_before_the_calls_output() {
    let said = json!({"role": "assistant", "content": "Looking."});
    let after = [user("a"), turn(&["hm"], Some("Looking."), vec![call("c1", "f", "{}")]), answer("c1", "c1")];
    assert_eq!(messages(json!(["a", thought("hm"), call_item("c1"), said, output_item("c1")])), after);
    assert_eq!(messages(json!(["a", thought("hm"), said, call_item("c1"), output_item("c1")])), after);
}

#[test]
fn what_the_assistant_says_in_several_items_is_one_turn() {
    let said = |text: &str| json!({"role": "assistant", "content": text});
    assert_eq!(messages(json!([said("a"), said("b"), "c"])), [turn(&[], Some("a\n\nb"), vec![]), user("c")]);
    let calls = vec![call("c1", "f", "{}"), call("c2", "f", "{}")];
    let parallel = [turn(&[], None, calls.clone()), answer("c2", "c2"), answer("c1", "c1")];
    assert_eq!(
        messages(json!([call_item("c1"), call_item("c2"), output_item("c2"), output_item("c1")])),
        parallel
    );
    let segments =
        messages(json!([thought("0"), call_item("c1"), thought("1"), call_item("c2"), thought("2")]));
    assert_eq!(segments, [turn(&["0", "1", "2"], None, calls)]);
}

#[test]
fn instructions_developers_and_the_note_on_skipped_tools_are_one_leading_message() {
    let body = json!({"instructions": "i", "tools": [{"type": "web_search"}, {"type": "tool_search"}], "input": [
        {"role": "developer", "content": "d"}, {"role": "user", "content": "u"}, {"role": "system", "content": "s"}]});
    let note = "These tools are not available here, so do not call them: web_search, tool_search.";
    let with = compose(body.clone());
    assert_eq!(with.request.messages, [system(&format!("i\n\nd\n\ns\n\n{note}")), user("u")]);
    assert_eq!(
        with.request.ignored.clone().into_names(),
        ["tools[0].type=web_search", "tools[1].type=tool_search"]
    );
    let silent = Policy { skipped_tool_note: false, ..policy() };
    let without = composed(body, &History::default(), &silent).unwrap();
    assert_eq!(without.request.messages, [system("i\n\nd\n\ns"), user("u")]);
}

#[test]
fn sealed_reasoning_comes_back_and_a_foreign_seal_is_named() {
    let sealed = |key: &[u8; 32]| seal(key, Sealed::Reasoning, "rs_1", "deep");
    let item = |sealed: String, summary: Value| json!({"type": "reasoning", "encrypted_content": sealed, "summary": summary});
    let shown = json!([{"type": "summary_text", "text": "shown"}]);
    let said = json!({"role": "assistant", "content": "a"});
    for summary in [json!([]), shown.clone()] {
        let own = messages(json!([item(sealed(&KEY), summary), said]));
        assert_eq!(own, [turn(&["deep"], Some("a"), vec![])]);
    }
    let foreign = compose(json!({"input": [item(sealed(&[8; 32]), shown), said]}));
    assert_eq!(foreign.request.messages, [turn(&["shown"], Some("a"), vec![])]);
    assert_eq!(foreign.request.ignored.into_names(), ["input[0].encrypted_content"]);
}

#[test]
fn a_compaction_is_recalled_and_sealed_reasoning_is_none() {
    let item = |kind| json!({"type": "compaction", "encrypted_content": seal(&KEY, kind, "cmp_1", "a plan")});
    let recalled = messages(json!([item(Sealed::Compaction), "go on"]));
    assert_eq!(recalled, [system("What was said before, in short:\na plan"), user("go on")]);
    let forged = compose(json!({"input": [item(Sealed::Reasoning), "go on"]}));
    assert_eq!(forged.request.messages, [user("go on")]);
    assert_eq!(forged.request.ignored.into_names(), ["input[0].encrypted_content"]);
}

#[test]
fn an_output_without_its_call_is_refused_and_one_of_an_unknown_call_is_left_out() {
    let refused =
        composed(json!({"input": ["a", output_item("c9")]}), &History::default(), &policy()).unwrap_err();
    assert_eq!(refused.face().param, Some("input[1].call_id"));
    let history = History { items: vec![call_item("c9")], ..History::default() };
    let continued = composed(json!({"input": [output_item("c9")]}), &history, &policy()).unwrap();
    assert_eq!(
        continued.request.messages,
        [turn(&[], None, vec![call("c9", "f", "{}")]), answer("c9", "c9")]
    );
    let unknown =
        compose(json!({"input": ["a", {"type": "local_shell_call", "call_id": "c1"}, output_item("c1")]}));
    assert_eq!(unknown.request.messages, [user("a")]);
    assert_eq!(unknown.request.ignored.into_names(), ["input[1].type=local_shell_call", "input[2]"]);
}

#[test]
fn tools_of_every_kind_are_offered_by_the_names_that_calls_of_them_have() {
    let body = json!({"tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "p"}], "input": [
        {"type": "additional_tools", "role": "developer", "tools": [{"type": "namespace", "name": "n",
            "description": "d", "tools": [{"type": "function", "name": "f"}]}, {"type": "function", "name": "f"}]},
        "go", {"type": "custom_tool_call", "call_id": "c1", "name": "p", "input": "x"},
        {"type": "function_call", "call_id": "c2", "namespace": "n", "name": "f", "arguments": "{}"}]});
    let composed = compose(body);
    let offered: Vec<_> = composed.request.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(offered, ["f", "p", "n__f"]);
    let calls = vec![call("c1", "p", "{\"input\":\"x\"}"), call("c2", "n__f", "{}")];
    assert_eq!(composed.request.messages[1], turn(&[], None, calls));
    assert_eq!(composed.faces.len(), 3);
}

#[test]
fn only_allowed_tools_are_offered() {
    let offered = |choice: Value| {
        let tools = json!([{"type": "function", "name": "f"}, {"type": "function", "name": "g"},
            {"type": "namespace", "name": "n", "tools": [{"type": "function", "name": "f"}]}]);
        let composed = compose(json!({"input": "a", "tools": tools, "tool_choice": choice}));
        composed.request.tools.into_iter().map(|tool| tool.name).collect::<Vec<_>>()
    };
    let allowed = |tools: Value| offered(json!({"type": "allowed_tools", "mode": "auto", "tools": tools}));
    assert_eq!(offered(json!("auto")), ["f", "g", "n__f"]);
    assert!(offered(json!("none")).is_empty());
    assert_eq!(allowed(json!([{"type": "function", "name": "g"}])), ["g"]);
    assert_eq!(allowed(json!([{"type": "function", "name": "f", "namespace": "n"}])), ["n__f"]);
    assert_eq!(allowed(json!([{"type": "namespace", "name": "n"}])), ["n__f"]);
}

#[test]
fn a_reference_is_the_item_it_names_and_one_that_is_not_stored_is_refused() {
    let stored =
        json!({"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]});
    let history = History { items: Vec::new(), referenced: [("rs_1".to_owned(), stored.clone())].into() };
    let body = json!({"input": ["a", {"type": "item_reference", "id": "rs_1"}, {"role": "assistant", "content": "b"}]});
    let found = composed(body.clone(), &history, &policy()).unwrap();
    assert_eq!(found.request.messages, [user("a"), turn(&["hm"], Some("b"), vec![])]);
    assert_eq!(found.input_items[1], stored);
    let lost = composed(body, &History::default(), &policy()).unwrap_err();
    assert_eq!((lost.face().code, lost.face().param), ("item_reference_not_found", Some("input[1].id")));
}

#[test]
fn input_items_have_ids_of_their_place_or_their_own() {
    let items =
        compose(json!({"input": ["a", {"role": "user", "id": "msg_own", "content": "b"}, call_item("c1")]}))
            .input_items;
    let id = |index: usize| items[index]["id"].as_str().unwrap();
    assert_eq!(id(0), item_id("message", "resp_1", Place::Input(0)));
    assert_eq!((id(1), &id(2)[..3]), ("msg_own", "fc_"));
}

#[test]
fn a_request_that_says_nothing_is_refused() {
    for (body, code) in [(json!({}), "missing_required_parameter"), (json!({"input": []}), "invalid_value")] {
        let error = composed(body, &History::default(), &policy()).unwrap_err();
        assert_eq!((error.face().code, error.face().param), (code, Some("input")));
    }
    assert_eq!(messages(json!("")), [user("")]);
    assert!(!compose(json!({"instructions": "i"})).request.messages.is_empty());
}

#[test]
fn a_summary_that_will_not_be_told_is_named() {
    let body = json!({"input": "a", "reasoning": {"summary": "auto"}});
    for (reasoning_events, names) in
        [(ReasoningEvents::Summary, vec![]), (ReasoningEvents::Text, vec!["reasoning.summary"])]
    {
        let told =
            composed(body.clone(), &History::default(), &Policy { reasoning_events, ..policy() }).unwrap();
        assert_eq!(told.request.ignored.into_names(), names);
    }
}

/// One conversation in every shape that clients were seen to replay it in.
#[test]
fn all_replay_shapes_are_equal_requests() {
    let sealed = seal(&KEY, Sealed::Reasoning, "rs_1", "hm");
    let whole = json!([
        {"type": "message", "id": "msg_0", "role": "user", "status": "completed", "content": [{"type": "input_text", "text": "a"}]},
        {"type": "reasoning", "id": "rs_1", "status": "completed", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
         "content": [{"type": "output_text", "text": "b", "annotations": [], "logprobs": []}]},
        {"type": "function_call", "id": "fc_1", "status": "completed", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "id": "fco_1", "status": "completed", "call_id": "c1", "output": "c1"}]);
    let bare = json!([
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]},
        {"type": "reasoning", "summary": [], "content": null, "encrypted_content": sealed},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "b"}]},
        call_item("c1"),
        output_item("c1")]);
    let easy = json!([
        {"role": "user", "content": "a", "id": null},
        {"summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
        {"role": "assistant", "content": "b"},
        {"call_id": "c1", "name": "f", "arguments": "{}"},
        {"call_id": "c1", "output": [{"type": "input_text", "text": "c1"}]}]);
    let stored = whole.as_array().unwrap().clone();
    let ids = ["msg_0", "rs_1", "msg_1", "fc_1", "fco_1"];
    let referenced = ids.iter().zip(&stored).map(|(id, item)| ((*id).to_owned(), item.clone())).collect();
    let by_reference: Value = ids.iter().map(|id| json!({"type": "item_reference", "id": id})).collect();
    let (none, by_id) = (History::default(), History { items: Vec::new(), referenced });
    let chained = History { items: stored[..4].to_vec(), ..History::default() };
    let mut requests = [
        (whole, &none),
        (bare, &none),
        (easy, &none),
        (by_reference, &by_id),
        (json!([output_item("c1")]), &chained),
    ]
    .map(|(input, history)| composed(json!({ "input": input }), history, &policy()).unwrap().request);
    let first = requests[0].clone();
    assert_eq!(first.messages.len(), 3);
    for request in &mut requests {
        assert_eq!(*request, first);
    }
}

/// What is said, without a shape.
#[derive(Clone, Debug)]
enum Saying {
    User(String),
    Developer(String),
    Assistant(String),
    Thought(String),
    /// A call, and whether its output follows at once.
    Call(bool),
    CustomCall,
}

fn saying() -> impl Strategy<Value = Saying> {
    let text = || "[a-z]{0,4}";
    prop_oneof![
        text().prop_map(Saying::User),
        text().prop_map(Saying::Developer),
        text().prop_map(Saying::Assistant),
        "[a-z]{1,4}".prop_map(Saying::Thought),
        any::<bool>().prop_map(Saying::Call),
        Just(Saying::CustomCall),
    ]
}

/// The items of what is said, in their full form.
fn whole(sayings: &[Saying]) -> Vec<Value> {
    let mut items = Vec::new();
    let message = |role: &str, kind: &str, text: &str| json!({"type": "message", "status": "completed", "role": role, "content": [{"type": kind, "text": text}]});
    for (index, saying) in sayings.iter().enumerate() {
        match saying {
            Saying::User(text) => items.push(message("user", "input_text", text)),
            Saying::Developer(text) => items.push(message("developer", "input_text", text)),
            Saying::Assistant(text) => items.push(message("assistant", "output_text", text)),
            Saying::Thought(text) => items.push(json!({"type": "reasoning", "status": "completed",
                "summary": [{"type": "summary_text", "text": text}]})),
            Saying::Call(answered) => {
                let id = format!("c{index}");
                items
                    .push(json!({"type": "function_call", "status": "completed", "call_id": id, "name": "f",
                    "arguments": "{}"}));
                items.extend(answered.then(|| {
                    json!({"type": "function_call_output", "status": "completed",
                    "call_id": id, "output": "7"})
                }));
            }
            Saying::CustomCall => items.push(json!({"type": "custom_tool_call", "status": "completed",
                "call_id": format!("c{index}"), "name": "p", "input": "x"})),
        }
    }
    for (index, item) in items.iter_mut().enumerate() {
        item["id"] = json!(format!("item_{index}"));
    }
    items
}

/// An item in one of the shapes that clients were seen to send it in.
fn reshaped(item: &Value, shape: u8) -> Value {
    let mut item = item.clone();
    let text = item["content"][0]["text"].clone();
    let fields = item.as_object_mut().unwrap();
    match shape {
        0 => return item,
        1 => return json!({"type": "item_reference", "id": item["id"]}),
        2 => {
            for name in ["id", "status"] {
                fields.shift_remove(name);
            }
        }
        3 => {
            for name in ["id", "status", "type"] {
                fields.shift_remove(name);
            }
        }
        _ => {
            fields.insert("id".to_owned(), Value::Null);
            fields.insert("vendor".to_owned(), json!({"a": 1}));
        }
    }
    match item["summary"][0]["text"].as_str() {
        Some(thought) if shape > 2 => {
            let sealed = seal(&KEY, Sealed::Reasoning, "rs_1", thought);
            (item["summary"], item["encrypted_content"], item["content"]) =
                (json!([]), json!(sealed), Value::Null);
        }
        None if shape > 2 && text.is_string() => item["content"] = text,
        Some(_) | None => {}
    }
    item
}

proptest! {
    #[test]
    fn any_conversation_is_the_same_request_in_any_mixture_of_shapes(
        sayings in prop::collection::vec(saying(), 1..12),
        shapes in prop::collection::vec(0..5_u8, 24),
        chained in any::<prop::sample::Index>(),
    ) {
        let items = whole(&sayings);
        let ask = json!({"role": "user", "content": "go on"});
        let sent = |items: Vec<Value>| json!({"input": ([items, vec![ask.clone()]].concat())});
        let history = History {
            items: Vec::new(),
            referenced: items.iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item.clone())).collect(),
        };
        let plain = composed(sent(items.clone()), &history, &policy()).unwrap();
        let mixed = items.iter().zip(&shapes).map(|(item, shape)| reshaped(item, *shape)).collect();
        let mixed = composed(sent(mixed), &history, &policy()).unwrap();
        prop_assert_eq!(&mixed.request, &plain.request);
        let at = chained.index(items.len() + 1);
        let before = History { items: items[..at].to_vec(), ..history };
        let chained = composed(sent(items[at..].to_vec()), &before, &policy()).unwrap();
        prop_assert_eq!(&chained.request, &plain.request);
        let replayed = History { items: mixed.input_items, ..History::default() };
        let again = composed(json!({"input": []}), &replayed, &policy()).unwrap();
        prop_assert_eq!(&again.request.messages, &plain.request.messages);
    }
}
