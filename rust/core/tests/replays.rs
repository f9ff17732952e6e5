//! What clients of the Responses API replay, rendered with published chat templates.
//!
//! Coding agents send a call, text said after it, and the call's output as three items; most templates take turns
//! only. The templates lie beside the repository, and where they are missing this test says so and passes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use corpus::{read, text, tokens};
use serde_json::{Value, json};
use smgd_core::formats::Evidence;
use smgd_core::prompt::{Context, Fit, Policy, Reader, Template, WantedFormats};
use smgd_core::wire::responses::{History, parse_responses};

/// Templates that lose a word of a conversation by themselves: the conversation, the word, and why.
const LOST: &[(&str, &str, &str)] = &[];

/// Each conversation, and the words that its prompt must show.
fn conversations() -> Vec<(&'static str, Value, Vec<&'static str>)> {
    let user = json!({"role": "user", "content": "zqask"});
    let said = json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "zqsaid"}]});
    let call = |id: &str| json!({"type": "function_call", "call_id": id, "name": "zqtool", "arguments": "{\"zqkey\": \"zqvalue\"}"});
    let output =
        |id: &str| json!({"type": "function_call_output", "call_id": id, "output": format!("zqresult{id}")});
    let thought = json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": "zqthought"}]});
    let developer = json!({"role": "developer", "content": "zqdeveloper"});
    let all = vec!["zqask", "zqsaid", "zqtool", "zqvalue", "zqresult1"];
    let both = [&all[..], &["zqresult2"]].concat();
    vec![
        ("text after the call", json!([user, call("1"), said, output("1")]), all.clone()),
        ("text before the call", json!([user, said, call("1"), output("1")]), all.clone()),
        ("thought, call, text", json!([user, thought, call("1"), said, output("1")]), all.clone()),
        (
            "two calls and text",
            json!([user, call("1"), said, call("2"), output("1"), output("2")]),
            both.clone(),
        ),
        (
            "thoughts between calls",
            json!([user, thought, call("1"), thought, call("2"), said, output("1"), output("2")]),
            both,
        ),
        (
            "a developer in the middle",
            json!([developer, user, call("1"), said, output("1"), developer, user]),
            [&all[..], &["zqdeveloper"]].concat(),
        ),
    ]
}

#[test]
fn a_call_text_and_its_output_render_with_every_template() {
    let Some(folder) = corpus::folder() else { return };
    let index: Vec<Value> = read(&folder.join("INDEX.json"));
    let (mut failed, mut num_rendered) = (Vec::new(), 0);
    for entry in &index {
        let name = text(entry, "file").trim_end_matches(".jinja");
        let source = std::fs::read_to_string(folder.join(text(entry, "file"))).unwrap();
        let template = Template::new(&source, tokens(entry)).unwrap();
        let evidence = Evidence { template: &source, ..Evidence::default() };
        let fit = Fit::new(Some(&template), &evidence, WantedFormats::default(), Reader::Text);
        for (case, input, words) in conversations() {
            let request = request(&input);
            let tools: Vec<Value> = request.tools.iter().map(|tool| tool.declaration.clone()).collect();
            let context = fit.shape.context(&request.messages, &tools, 0);
            match template.render(&Context { add_generation_prompt: true, ..context }) {
                Err(refusal) => failed.push((name.to_owned(), case, refusal.to_string())),
                Ok(prompt) => {
                    num_rendered += 1;
                    let lost = words.into_iter().filter(|word| !prompt.contains(word));
                    failed.extend(lost.map(|word| (name.to_owned(), case, word.to_owned())));
                }
            }
        }
    }
    println!("{num_rendered} prompts of {} templates", index.len());
    for (name, case, what) in &failed {
        println!("{name}, {case}: {what}");
    }
    let failed: Vec<_> =
        failed.iter().map(|(name, case, what)| (name.as_str(), *case, what.as_str())).collect();
    assert_eq!(failed, LOST);
}

fn request(input: &Value) -> smgd_core::wire::Request {
    let parameters =
        json!({"type": "object", "properties": {"zqkey": {"type": "string", "description": "d"}}});
    let tool = json!({"type": "function", "name": "zqtool", "description": "d", "parameters": parameters});
    let body = json!({"input": input, "instructions": "zqinstructions", "tools": [tool]}).to_string();
    let asked = parse_responses(body.as_bytes()).unwrap();
    asked.compose(&History::default(), "resp_1", &Policy::default()).unwrap().request
}
