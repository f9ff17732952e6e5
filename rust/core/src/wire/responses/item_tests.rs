//! Items in the shapes that clients were seen to send.
#![expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]

use super::*;

fn read(sent: Value) -> Result<(Vec<Entry>, Vec<String>), Error> {
    let mut ignored = Ignored::default();
    Ok((items(&sent, "input", &mut ignored)?, ignored.into_names()))
}

fn said(sent: Value) -> Vec<Item> {
    read(sent).unwrap().0.into_iter().map(|entry| entry.item).collect()
}

fn one(sent: Value) -> Item {
    said(json!([sent])).remove(0)
}

fn user(text: &str) -> Item {
    Item::User(text.to_owned())
}

fn assistant(text: &str) -> Item {
    Item::Said(text.to_owned())
}

#[test]
fn a_string_and_easy_and_whole_messages_are_the_same() {
    assert_eq!(said(json!("hi")), [user("hi")]);
    for sent in [
        json!("hi"),
        json!({"role": "user", "content": "hi"}),
        json!({"type": "message", "id": null, "status": null, "role": "user", "content": "hi", "x": 1}),
        json!({"role": "user", "content": [{"type": "input_text", "text": "hi"}]}),
        json!({"type": "input_text", "text": "hi"}),
    ] {
        assert_eq!(one(sent), user("hi"));
    }
    for role in ["system", "developer"] {
        assert_eq!(one(json!({"role": role, "content": "s"})), Item::System("s".to_owned()));
    }
}

#[test]
fn the_replay_shapes_of_an_answer_are_the_same() {
    for sent in [
        json!({"role": "assistant", "content": "yes"}),
        json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "yes"}]}),
        json!({"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "phase": "final_answer",
            "content": [{"type": "output_text", "text": "yes", "annotations": [], "logprobs": []}]}),
        json!({"type": "output_text", "text": "yes"}),
    ] {
        let (entries, ignored) = read(json!([sent])).unwrap();
        assert_eq!((&entries[0].item, ignored.len()), (&assistant("yes"), 0));
        let kept = Value::Object(entries[0].kept.clone().unwrap());
        assert_eq!(
            (&kept["type"], &kept["status"], &kept["role"]),
            (&json!("message"), &json!("completed"), &json!("assistant"))
        );
        let part = json!([{"type": "output_text", "text": "yes", "annotations": [], "logprobs": []}]);
        assert_eq!(kept["content"], part);
    }
}

#[test]
fn calls_and_outputs_are_read_with_and_without_type_id_and_status() {
    let called = |namespace: Option<&str>, name: &str, arguments: &str| {
        let namespace = namespace.map(str::to_owned);
        Item::Call(Call {
            id: "c1".to_owned(),
            namespace,
            name: name.to_owned(),
            arguments: arguments.to_owned(),
        })
    };
    for sent in [
        json!({"type": "function_call", "id": "fc_1", "status": "completed", "call_id": "c1", "name": "f", "arguments": "{}"}),
        json!({"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}),
        json!({"call_id": "c1", "name": "f", "arguments": {}}),
        json!({"call_id": "c1", "name": "f", "arguments": null, "namespace": null}),
    ] {
        assert_eq!(one(sent), called(None, "f", "{}"));
    }
    let namespaced =
        json!({"type": "function_call", "call_id": "c1", "name": "f", "namespace": "n", "arguments": ""});
    assert_eq!(one(namespaced), called(Some("n"), "f", ""));
    for sent in [
        json!({"type": "custom_tool_call", "id": "ctc_1", "call_id": "c1", "name": "p", "input": "a\"b"}),
        json!({"call_id": "c1", "name": "p", "input": "a\"b"}),
    ] {
        assert_eq!(one(sent), called(None, "p", "{\"input\":\"a\\\"b\"}"));
    }
    for sent in [
        json!({"type": "function_call_output", "id": "fco_1", "call_id": "c1", "output": "7"}),
        json!({"call_id": "c1", "output": [{"type": "input_text", "text": "7"}]}),
        json!({"type": "custom_tool_call_output", "call_id": "c1", "output": "7"}),
    ] {
        assert_eq!(one(sent), Item::Output { call_id: "c1".to_owned(), content: "7".to_owned() });
    }
}

#[test]
fn reasoning_is_plain_or_sealed_and_its_content_says_more_than_its_summary() {
    let reasoning = |sealed: Option<&str>, plain: Option<&str>| Item::Reasoning {
        sealed: sealed.map(str::to_owned),
        plain: plain.map(str::to_owned),
    };
    let summary = json!([{"type": "summary_text", "text": "s"}]);
    for (sent, item) in [
        (json!({"type": "reasoning", "id": "rs_1", "summary": []}), reasoning(None, None)),
        (json!({"type": "reasoning", "summary": summary, "content": null}), reasoning(None, Some("s"))),
        (
            json!({"summary": summary, "content": [{"type": "reasoning_text", "text": "c"}, {"type": "reasoning_text", "text": "d"}]}),
            reasoning(None, Some("c\n\nd")),
        ),
        (json!({"type": "reasoning", "content": "c"}), reasoning(None, Some("c"))),
        (json!({"encrypted_content": "x", "summary": []}), reasoning(Some("x"), None)),
    ] {
        assert_eq!(one(sent), item);
    }
}

#[test]
fn an_unknown_type_is_skipped_by_name_and_its_call_is_remembered() {
    let sent = json!([{"type": "tool_search_call", "call_id": "c1", "x": {}}, {"type": "holo gram"}, "hi"]);
    let (entries, ignored) = read(sent).unwrap();
    assert_eq!(entries[0].item, Item::Unknown { call_id: Some("c1".to_owned()) });
    assert_eq!((&entries[1].kept, &entries[2].item), (&None, &user("hi")));
    assert_eq!(ignored, ["input[0].type=tool_search_call", "input[1].type=holo?gram"]);
}

#[test]
fn references_tools_and_compactions_are_items() {
    for sent in [
        json!({"type": "item_reference", "id": "rs_1"}),
        json!({"id": "rs_1"}),
        json!({"id": "rs_1", "type": null}),
    ] {
        assert_eq!(one(sent), Item::Reference("rs_1".to_owned()));
    }
    let tools = json!({"type": "additional_tools", "role": "developer", "tools": [{"type": "web_search"},
        {"type": "namespace", "name": "functions", "tools": [{"type": "custom", "name": "exec"}]}]});
    let (entries, ignored) = read(json!([tools])).unwrap();
    let Item::Tools(tools) = &entries[0].item else { panic!("{:?}", entries[0]) };
    assert_eq!(tools.offered[0].face.function, "functions__exec");
    assert_eq!(ignored, ["input[0].tools[0].type=web_search"]);
    let sent = json!({"type": "compaction", "id": "cmp_1", "encrypted_content": "x"});
    assert_eq!(one(sent), Item::Compaction("x".to_owned()));
}

#[test]
fn what_is_kept_is_complete_without_nulls_and_with_what_is_unknown() {
    let sent = json!([{"role": "user", "id": null, "content": "hi", "vendor": {"a": 1}},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": {"a": 1}, "status": "incomplete"}]);
    let (entries, _) = read(sent).unwrap();
    let kept: Vec<Value> = entries.into_iter().map(|entry| Value::Object(entry.kept.unwrap())).collect();
    assert_eq!(
        kept[0],
        json!({"type": "message", "status": "completed", "role": "user",
        "content": [{"type": "input_text", "text": "hi"}], "vendor": {"a": 1}})
    );
    assert_eq!(
        kept[1],
        json!({"type": "function_call", "status": "incomplete", "call_id": "c1", "name": "f",
        "arguments": "{\"a\":1}"})
    );
}

#[test]
fn a_wrong_or_missing_essential_field_is_named_with_its_place() {
    for (item, param) in [
        (json!(7), "input[0]"),
        (json!({}), "input[0].type"),
        (json!({"type": 7}), "input[0].type"),
        (json!({"role": "user", "id": 7, "content": "x"}), "input[0].id"),
        (json!({"type": "message", "content": "x"}), "input[0].role"),
        (json!({"role": "robot", "content": "x"}), "input[0].role"),
        (json!({"role": "user"}), "input[0].content"),
        (json!({"role": "user", "content": 7}), "input[0].content"),
        (json!({"type": "function_call", "name": "f", "arguments": "{}"}), "input[0].call_id"),
        (json!({"type": "function_call", "call_id": "", "name": "f", "arguments": "{}"}), "input[0].call_id"),
        (json!({"type": "function_call", "call_id": "c", "arguments": "{}"}), "input[0].name"),
        (json!({"type": "function_call", "call_id": "c", "name": "f"}), "input[0].arguments"),
        (
            json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": [1]}),
            "input[0].arguments",
        ),
        (json!({"type": "function_call_output", "output": "x"}), "input[0].call_id"),
        (json!({"type": "function_call_output", "call_id": "c"}), "input[0].output"),
        (json!({"type": "custom_tool_call", "call_id": "c", "name": "p"}), "input[0].input"),
        (json!({"type": "reasoning", "summary": "x"}), "input[0].summary"),
        (json!({"type": "reasoning", "summary": [{"type": "summary_text"}]}), "input[0].summary[0].text"),
        (json!({"type": "reasoning", "encrypted_content": 7}), "input[0].encrypted_content"),
        (json!({"type": "additional_tools"}), "input[0].tools"),
        (json!({"type": "compaction"}), "input[0].encrypted_content"),
        (json!({"type": "item_reference"}), "input[0].id"),
        (json!({"type": "input_image", "image_url": "data:,"}), "input[0].type"),
    ] {
        let error = read(json!([item])).unwrap_err();
        assert_eq!((error.face().status, error.face().param), (400, Some(param)), "{error}");
    }
    assert_eq!(read(json!(7)).unwrap_err().face().param, Some("input"));
}
