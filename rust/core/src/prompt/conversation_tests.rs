//! Conversations as templates of different wants are given them.

use super::*;
use crate::prompt::Empty;
use crate::wire::testing::{answer, call, system, turn, user};

fn calling(text: &str, tool_calls: Vec<ToolCall>) -> Message {
    thinking(&[], text, tool_calls)
}

fn thinking(segments: &[&str], text: &str, tool_calls: Vec<ToolCall>) -> Message {
    turn(segments, Some(text).filter(|text| !text.is_empty()), tool_calls)
}

fn seen(wants: Wants, messages: &[Message]) -> Vec<Value> {
    Shape::new(wants).context(messages, &[], 0).messages
}

/// Roles and contents.
fn told(messages: &[Value]) -> Vec<(&str, &str)> {
    messages
        .iter()
        .map(|message| (message["role"].as_str().unwrap(), message["content"].as_str().unwrap_or("-")))
        .collect()
}

#[test]
fn a_tool_round_trip_has_objects_for_arguments_and_names_for_answers() {
    let calls = vec![
        call("c1", "f", "{\"b\": 1.0, \"a\": 1}"),
        call("c2", "f", ""),
        call("c3", "f", "[1]"),
        call("c4", "f", "{bad"),
    ];
    let messages = [thinking(&["hm"], "", calls), answer("c1", "7"), answer("c9", "8")];
    let wants = Wants { reasoning: Some("thinking"), ..Wants::default() };
    let seen = seen(wants, &messages);
    let arguments: Vec<String> =
        (0..4).map(|index| seen[0]["tool_calls"][index]["function"]["arguments"].to_string()).collect();
    let kept = ["{\"b\":1.0,\"a\":1}", "{}", "{\"arguments\":\"[1]\"}", "{\"arguments\":\"{bad\"}"];
    assert_eq!(arguments, kept);
    assert_eq!((&seen[0]["content"], &seen[0]["thinking"]), (&json!(""), &json!("hm")));
    assert_eq!(seen[1], json!({"role": "tool", "content": "7", "name": "f", "tool_call_id": "c1"}));
    assert_eq!(seen[2], json!({"role": "tool", "content": "8", "tool_call_id": "c9"}));
}

#[test]
fn arguments_as_text_are_the_models_own_bytes() {
    let wants = Wants { arguments: Arguments::Text, empty: Empty::Null, ..Wants::default() };
    let seen = seen(wants, &[calling("", vec![call("c1", "f", "{\"a\":0.10}"), call("c2", "f", " ")])]);
    assert_eq!(seen[0]["content"], Value::Null);
    assert_eq!(seen[0]["tool_calls"][0]["function"]["arguments"], "{\"a\":0.10}");
    assert_eq!(seen[0]["tool_calls"][1]["function"]["arguments"], "{}");
}

#[test]
fn a_plain_message_has_nothing_but_role_and_content() {
    assert_eq!(seen(Wants::default(), &[user("hi")]), [json!({"role": "user", "content": "hi"})]);
    let wants = Wants { empty: Empty::Absent, ..Wants::default() };
    let seen = seen(wants, &[calling("", vec![call("c", "f", "")])]);
    assert!(seen[0].get("content").is_none());
}

#[test]
fn several_system_messages_become_one_where_the_template_wants_that() {
    let messages = [system("a"), user("b"), system("c"), user("d")];
    let with = |system| seen(Wants { system, ..Wants::default() }, &messages);
    let kept = [("system", "a"), ("user", "b"), ("system", "c"), ("user", "d")];
    assert_eq!(told(&with(System::Anywhere)), kept);
    assert_eq!(told(&with(System::First)), [("system", "a\n\nc"), ("user", "b"), ("user", "d")]);
    assert_eq!(told(&with(System::Nowhere)), [("user", "a\n\nc\n\nb"), ("user", "d")]);
}

#[test]
fn a_template_of_taking_turns_is_given_turns_that_the_user_begins() {
    let wants = Wants { alternating: true, ..Wants::default() };
    let messages = [
        system("s"),
        calling("hello", vec![]),
        user("a"),
        user("b"),
        calling("c", vec![]),
        calling("d", vec![]),
    ];
    let turns =
        [("system", "s"), ("user", ""), ("assistant", "hello"), ("user", "a\n\nb"), ("assistant", "c\n\nd")];
    assert_eq!(told(&seen(wants, &messages)), turns);
}

#[test]
fn a_template_of_one_call_a_turn_is_given_each_before_its_answer() {
    let wants = Wants { calls: Calls::One, ..Wants::default() };
    let calls = vec![call("c1", "f", "{}"), call("c2", "g", "{}")];
    let seen = seen(wants, &[calling("see", calls), answer("c2", "2"), answer("c1", "1"), user("and?")]);
    let turns = [("assistant", "see"), ("tool", "1"), ("assistant", ""), ("tool", "2"), ("user", "and?")];
    assert_eq!(told(&seen), turns);
    assert_eq!(seen[2]["tool_calls"][0]["function"]["name"], "g");
}

#[test]
fn segments_of_reasoning_stand_before_their_calls_and_the_last_after_all() {
    let wants = Wants { reasoning: Some("reasoning"), ..Wants::default() };
    let calls = vec![call("c1", "f", "{}"), call("c2", "g", "{}")];
    let seen = seen(wants, &[thinking(&["0", "1", "2"], "so", calls), answer("c1", "a"), answer("c2", "b")]);
    let turns = [("assistant", ""), ("tool", "a"), ("assistant", ""), ("tool", "b"), ("assistant", "so")];
    assert_eq!(told(&seen), turns);
    let reasoning: Vec<&Value> = [0, 2, 4].map(|index| &seen[index]["reasoning"]).to_vec();
    assert_eq!(reasoning, ["0", "1", "2"]);
    assert!(seen[4].get("tool_calls").is_none());
}

#[test]
fn tools_calls_and_answers_are_told_in_words_where_the_template_shows_none() {
    let wants =
        Wants { tools: ToolsAt::Nowhere, calls: Calls::None, answers: Answers::InWords, ..Wants::default() };
    let tool = json!({"type": "function", "function": {"name": "f", "parameters": {}}});
    let messages = [
        user("a"),
        calling("see", vec![call("c1", "f", "{\"x\": 1}")]),
        answer("c1", "1"),
        answer("c2", "2"),
        user("b"),
    ];
    let context = Shape::new(wants).context(&messages, &[tool], 0);
    assert!(context.tools.is_empty());
    let told = told(&context.messages);
    assert_eq!(
        told[0],
        (
            "system",
            "You can call these tools, each told by a line of JSON:\n{\"name\":\"f\",\"parameters\":{}}\n\nTo call \
             one, write this, with its name and arguments:\n<tool_call>{\"name\":\"TOOL_NAME\",\"arguments\":\
             {\"ARGUMENT\":\"VALUE\"}}</tool_call>"
        )
    );
    assert_eq!(
        told[2],
        ("assistant", "see\n<tool_call>{\"name\":\"f\",\"arguments\":{\"x\":1}}</tool_call>")
    );
    let answers = "<tool_response>\n1\n</tool_response>\n<tool_response>\n2\n</tool_response>";
    assert_eq!(told[3..], [("user", answers), ("user", "b")]);
}

#[test]
fn ids_become_what_the_template_takes_and_answers_follow_them() {
    let messages = [
        calling("", vec![call("call_long", "f", "{}"), call("abcdef123", "g", "{}")]),
        answer("abcdef123", "2"),
        answer("call_long", "1"),
    ];
    let ids = |ids| {
        let seen = seen(Wants { ids, ..Wants::default() }, &messages);
        let calls = [0, 1].map(|index| seen[0]["tool_calls"][index]["id"].as_str().unwrap().to_owned());
        let answers = [1, 2].map(|index| seen[index]["tool_call_id"].as_str().unwrap().to_owned());
        (calls, answers)
    };
    let owned = |texts: [&str; 2]| texts.map(str::to_owned);
    assert_eq!(ids(Ids::Any), (owned(["call_long", "abcdef123"]), owned(["abcdef123", "call_long"])));
    assert_eq!(ids(Ids::Nine), (owned(["000000000", "abcdef123"]), owned(["abcdef123", "000000000"])));
    let named = owned(["functions.f:0", "functions.g:1"]);
    assert_eq!(ids(Ids::Named), (named, owned(["functions.g:1", "functions.f:0"])));
}

#[test]
fn a_template_that_counts_no_calls_as_turns_has_their_text_with_what_is_said_next() {
    let wants =
        Wants { alternating: true, text_with_calls: false, calls_take_turn: false, ..Wants::default() };
    let calls = || vec![call("c1", "f", "{}")];
    let round = |text: &str| [user("a"), calling(text, calls()), answer("c1", "1")];
    let told_of = |messages: &[Message]| {
        let seen = seen(wants, messages);
        told(&seen).into_iter().map(|(role, text)| format!("{role}: {text}")).collect::<Vec<_>>()
    };
    let last = ["user: a", "assistant: see", "assistant: ", "tool: 1"];
    assert_eq!(told_of(&round("see")), last);
    let said = [&round("see")[..], &[calling("so", vec![]), user("b")]].concat();
    assert_eq!(told_of(&said), ["user: a", "assistant: ", "tool: 1", "assistant: see\n\nso", "user: b"]);
    let asked = [&round("")[..], &[user("b")]].concat();
    assert_eq!(told_of(&asked), ["user: a", "assistant: ", "tool: 1", "assistant: ", "user: b"]);
}
