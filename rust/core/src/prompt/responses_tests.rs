//! Responses prepared against a checkpoint whose tokens are bytes.
#![expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::*;
use crate::prompt::testing::Folder;
use crate::prompt::{Model, Policy};
use crate::wire::responses::{Shell, parse_responses};

static FOLDER: LazyLock<Folder> = LazyLock::new(Folder::new);

fn model(policy: Policy) -> Model {
    Model::load(&FOLDER.source(), vec!["tiny".to_owned()]).unwrap().with_policy(policy)
}

fn ticket(id: &str) -> Ticket {
    Ticket { request: 1, id: id.to_owned(), created: 1_768_435_200, seed: 7, max_model_len: 512 }
}

fn asked(fields: Value) -> Asked {
    let mut request = json!({"model": "tiny", "input": "hi"});
    for (name, value) in fields.as_object().unwrap() {
        request[name] = value.clone();
    }
    parse_responses(request.to_string().as_bytes()).unwrap()
}

fn prepare(fields: Value) -> Result<Prepared, Error> {
    model(Policy::default()).prepare_responses(&asked(fields), &History::default(), ticket("resp_1"))
}

fn shell(prepared: &Prepared) -> &Shell {
    match &prepared.delivery {
        Delivery::Responses(shell) => shell,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_response_has_the_prompt_that_chat_has() {
    let chat = json!({"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]})
        .to_string();
    let chat = model(Policy::default()).prepare_chat(chat.as_bytes(), ticket("chatcmpl-1")).unwrap();
    let response = prepare(json!({"instructions": "s"})).unwrap();
    assert_eq!(response.prompt_ids, chat.prompt_ids);
    assert_eq!((response.prompt_tail, response.sampling), (chat.prompt_tail, chat.sampling));
}

#[test]
fn the_shell_says_what_was_asked_and_how_it_is_drawn() {
    let tools = json!([{"type": "function", "name": "f"}, {"type": "custom", "name": "p"}]);
    let prepared = prepare(json!({"tools": tools, "stream": true, "store": false,
        "include": ["reasoning.encrypted_content"], "temperature": 0.5}));
    let prepared = prepared.unwrap();
    let shell = shell(&prepared);
    assert_eq!(
        (shell.stream, shell.store, shell.background, shell.seal),
        (true, false, false, Some([0; 32]))
    );
    assert_eq!(
        (&shell.echo["model"], &shell.echo["temperature"], &shell.echo["top_p"]),
        (&json!("tiny"), &json!(0.5), &json!(1.0))
    );
    assert_eq!(shell.faces.iter().map(|face| face.name.as_str()).collect::<Vec<_>>(), ["p"]);
    assert_eq!(prepared.input_items.len(), 1);
    assert_eq!(prepared.tools.len(), 2);
}

#[test]
fn what_has_no_effect_is_named_in_every_dialect_and_refused_by_a_strict_server() {
    let prepared = prepare(
        json!({"reasoning": {"effort": "low"}, "chat_template_kwargs": {"enable_thinking": true, "x": 1}}),
    );
    assert_eq!(prepared.unwrap().ignored, ["chat_template_kwargs.x"], "the template has a switch");
    let strict = model(Policy { strict: true, ..Policy::default() });
    let fields = json!({"tools": [{"type": "web_search"}]});
    let error = strict.prepare_responses(&asked(fields), &History::default(), ticket("resp_1")).unwrap_err();
    assert_eq!((error.face().code, error.face().param), ("unsupported_value", Some("tools[0].type")));
    let chat = json!({"messages": [{"role": "user", "content": "hi"}], "vendor": 1}).to_string();
    assert_eq!(strict.prepare_chat(chat.as_bytes(), ticket("x")).unwrap_err().face().param, Some("vendor"));
    let named = model(Policy::default()).prepare_chat(chat.as_bytes(), ticket("x")).unwrap();
    assert_eq!(named.ignored, ["vendor"]);
    let item = json!({"items": [{"type": "hologram"}]}).to_string();
    let error = strict.conversation(item.as_bytes(), "conv_1").unwrap_err();
    assert_eq!(error.face().param, Some("items[0].type"));
    assert_eq!(
        model(Policy::default()).conversation(item.as_bytes(), "conv_1").unwrap().ignored,
        ["items[0].type=hologram"]
    );
}

#[test]
fn an_effort_sets_the_templates_own_switch() {
    let tail = |effort: &str| prepare(json!({"reasoning": {"effort": effort}})).unwrap().prompt_tail;
    assert!(tail("high").ends_with("<think>\n"));
    assert!(tail("none").ends_with("assistant\n"));
    let unknown = prepare(json!({"reasoning": {"effort": "ultra"}})).unwrap();
    assert_eq!(unknown.ignored, ["reasoning.effort"]);
}

#[test]
fn what_does_not_fit_names_the_input() {
    let long = prepare(json!({"input": "x".repeat(1000)})).unwrap_err();
    assert_eq!((long.face().code, long.face().param), ("context_length_exceeded", Some("input")));
    assert_eq!(prepare(json!({"model": "gpt-4o"})).unwrap_err().face().status, 404);
}

#[test]
fn a_count_is_the_prompts_length_also_where_it_does_not_fit() {
    let model = model(Policy::default());
    for input in ["hi".to_owned(), "x".repeat(1000)] {
        let asked = asked(json!({ "input": input }));
        let count = model.count_responses(&asked, &History::default(), 0).unwrap();
        let roomy = Ticket { max_model_len: 512, ..ticket("resp_1") };
        match model.prepare_responses(&asked, &History::default(), roomy) {
            Ok(prepared) => assert_eq!(count, prepared.prompt_ids.len()),
            Err(_) => assert!(count > 1000),
        }
    }
}

#[test]
fn a_compaction_asks_for_a_summary_and_keeps_what_the_user_said() {
    let model = model(Policy::default());
    let history = History {
        items: vec![
            json!({"id": "msg_0", "type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]}),
            json!({"id": "msg_1", "type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "b"}]}),
        ],
        ..History::default()
    };
    let long = Ticket { max_model_len: 5000, ..ticket("resp_1") };
    let folder = Folder::new();
    folder.write("config.json", &json!({"max_position_embeddings": 5000}));
    let roomy = Model::load(&folder.source(), vec!["tiny".to_owned()]).unwrap();
    let prepared = roomy.prepare_compact(&asked(json!({"input": "c"})), &history, long).unwrap();
    let Delivery::Compaction(shell) = &prepared.delivery else { panic!("{:?}", prepared.delivery) };
    let ids: Vec<_> = shell.kept.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!((ids.len(), ids[0]), (2, "msg_0"));
    assert!(prepared.tools.is_empty());
    let nameless = parse_responses(b"{\"input\": \"a\"}").unwrap();
    let error = model.prepare_compact(&nameless, &history, ticket("resp_1")).unwrap_err();
    assert_eq!(error.face().param, Some("model"));
}

/// Fifty turns, each by what the store has of those before it, are the fifty turns sent whole.
#[test]
fn a_chain_has_the_prompts_of_the_conversation_sent_whole() {
    let folder = Folder::new();
    folder.write("config.json", &json!({"max_position_embeddings": 100_000}));
    let model = Model::load(&folder.source(), vec!["tiny".to_owned()]).unwrap();
    let (mut stored, mut sent) = (History::default(), Vec::new());
    for number in 0..50 {
        let id = format!("resp_{number}");
        let roomy = Ticket { max_model_len: 100_000, ..ticket(&id) };
        let said = format!("question {number}");
        sent.push(json!({"role": "user", "content": said}));
        let next = asked(json!({"previous_response_id": "resp", "input": said, "instructions": "i"}));
        let chained = model.prepare_responses(&next, &stored, roomy.clone()).unwrap();
        let whole = asked(json!({"input": sent, "instructions": "i"}));
        let whole = model.prepare_responses(&whole, &History::default(), roomy).unwrap();
        assert_eq!(chained.prompt_ids, whole.prompt_ids, "turn {number}");
        stored.items.extend(chained.input_items);
        let call = json!({"type": "function_call", "id": format!("fc_{number}"), "status": "completed",
            "call_id": format!("c{number}"), "name": "f", "arguments": "{\"a\": 0.10}"});
        let answer = json!({"type": "function_call_output", "call_id": format!("c{number}"), "output": "7"});
        let said = json!({"type": "message", "id": format!("msg_{number}"), "status": "completed", "role": "assistant",
            "content": [{"type": "output_text", "text": "so", "annotations": [], "logprobs": []}]});
        stored.items.extend([call.clone(), answer.clone(), said]);
        sent.extend([call, answer, json!({"role": "assistant", "content": "so"})]);
    }
}
