//! The messages of a request in the shape that one template wants.
//!
//! ```text
//!  messages -> tools in words -> turns of one call -> calls and answers in words -> system -> text of calls
//!           -> taking turns -> JSON
//! ```
//!
//! Each step but the last is there for templates that want it (see [`Wants`]); most want none. Calls and answers
//! reach a template natively unless it shows none: then they are text, in the format that replies are read in.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::template::Context;
use super::wants::{Answers, Arguments, Calls, Ids, System, ToolsAt, Wants, functions};
use crate::formats::{ReasoningFormat, ToolFormat, tool_format, write};
use crate::wire::{Assistant, Message, ToolCall, joined};

/// How conversations are given to one template.
#[derive(Clone, Debug)]
pub struct Shape {
    /// What the template wants.
    pub wants: Wants,
    /// The format of calls that are written as text.
    pub tool: Option<&'static ToolFormat>,
    /// The format of reasoning that is written into the content, for a template that takes it from there.
    pub reasoning: Option<&'static ReasoningFormat>,
    /// A call as the model writes it, told with tools that are told in words.
    pub example: String,
}

/// The name and the arguments of the call in [`Shape::example`].
pub(super) const EXAMPLE: (&str, &str) = ("TOOL_NAME", "{\"ARGUMENT\": \"VALUE\"}");

impl Shape {
    /// A shape for a template that wants this, before anything is known of its formats.
    #[must_use]
    pub fn new(wants: Wants) -> Self {
        let shape = Self { wants, tool: None, reasoning: None, example: String::new() };
        Self { example: shape.written_example(), ..shape }
    }

    /// The example as the format of calls in words writes it.
    pub(super) fn written_example(&self) -> String {
        let (name, arguments) = EXAMPLE;
        self.written(&[ToolCall { id: None, name: name.to_owned(), arguments: arguments.to_owned() }])
    }

    /// What a template is given of a conversation; `tools` are OpenAI's declarations.
    #[must_use]
    pub fn context(&self, messages: &[Message], tools: &[Value], now: u64) -> Context {
        let mut messages = messages.to_vec();
        self.say_tools(&mut messages, tools);
        let messages = self.gather_system(self.say_calls(self.part_turns(messages)));
        let messages = self.alternate(self.move_texts(messages));
        let (variable, kwargs) = self.wants.tool_variables(tools, now);
        let mut json = Ids::rename(self.wants.ids, &messages, |messages| self.to_json(messages));
        if let (ToolsAt::System(field), [_, ..]) = (self.wants.tools, tools) {
            if json.first().is_none_or(|first| first["role"] != "system") {
                json.insert(0, json!({"role": "system", "content": ""}));
            }
            json[0][field] = Value::from(functions(tools));
        }
        Context { messages: json, tools: variable, kwargs, now, ..Context::default() }
    }

    /// Tools that the template shows nowhere are told in the system message.
    fn say_tools(&self, messages: &mut Vec<Message>, tools: &[Value]) {
        if self.wants.tools != ToolsAt::Nowhere || tools.is_empty() {
            return;
        }
        let lines: Vec<String> = tools.iter().map(|tool| functions(std::slice::from_ref(tool))).collect();
        let lines = lines.iter().map(|line| &line[1..line.len() - 1]).collect::<Vec<_>>().join("\n");
        let told = format!(
            "You can call these tools, each told by a line of JSON:\n{lines}\n\nTo call one, write this, with its \
             name and arguments:\n{}",
            self.example
        );
        match messages.first_mut() {
            Some(Message::System { content, .. }) => *content = format!("{content}\n\n{told}"),
            _ => messages.insert(0, Message::System { content: told, name: None }),
        }
    }

    /// Turns with several calls become turns of one, each before its answer, where the template shows no more
    /// or where reasoning stands between them; a turn of which text or calls would be lost becomes two.
    fn part_turns(&self, messages: Vec<Message>) -> Vec<Message> {
        let mut parted = Vec::with_capacity(messages.len());
        let mut rest = messages.into_iter().peekable();
        while let Some(message) = rest.next() {
            let Message::Assistant(mut turn) = message else {
                parted.push(message);
                continue;
            };
            if !self.wants.text_with_calls && self.wants.calls_take_turn && !turn.tool_calls.is_empty() {
                let content = turn.content.take().filter(|text| !text.is_empty());
                parted.extend(content.map(saying));
            }
            let several = turn.tool_calls.len() > 1 && self.wants.calls == Calls::One;
            if !several && turn.reasoning.len() < 2 {
                parted.push(Message::Assistant(turn));
                continue;
            }
            let mut answers = Vec::new();
            while let Some(answer) = rest.next_if(|message| matches!(message, Message::Tool { .. })) {
                answers.push(answer);
            }
            part(turn, answers, &mut parted);
        }
        parted
    }

    /// Calls and answers that the template shows nowhere become text.
    fn say_calls(&self, messages: Vec<Message>) -> Vec<Message> {
        let mut said: Vec<Message> = Vec::with_capacity(messages.len());
        for message in messages {
            match message {
                Message::Assistant(mut turn)
                    if self.wants.calls == Calls::None && !turn.tool_calls.is_empty() =>
                {
                    let calls = self.written(&std::mem::take(&mut turn.tool_calls));
                    turn.content = Some(joined(&[turn.content.as_deref().unwrap_or_default(), &calls], "\n"));
                    said.push(Message::Assistant(turn));
                }
                Message::Tool { content, .. } if self.wants.answers == Answers::InWords => {
                    let told = format!("<tool_response>\n{content}\n</tool_response>");
                    match said.last_mut() {
                        Some(Message::User { content, .. }) if content.ends_with("</tool_response>") => {
                            *content = format!("{content}\n{told}");
                        }
                        _ => said.push(Message::User { content: told, name: None }),
                    }
                }
                other => said.push(other),
            }
        }
        said
    }

    /// Calls as text: in the model's own format where that can be written, else as Hermes writes them.
    fn written(&self, calls: &[ToolCall]) -> String {
        let parsed: Vec<Value> = calls.iter().map(|call| object(&call.arguments)).collect();
        let calls: Vec<(&str, &Value)> = calls.iter().map(|call| &*call.name).zip(&parsed).collect();
        let own = self.tool.and_then(|format| write(format, &calls));
        own.or_else(|| write(tool_format("hermes")?, &calls)).unwrap_or_default()
    }

    /// Several system messages become one, at the beginning or before the first user's text.
    fn gather_system(&self, messages: Vec<Message>) -> Vec<Message> {
        let num_system = messages.iter().filter(|message| matches!(message, Message::System { .. })).count();
        let first = matches!(messages.first(), Some(Message::System { .. }));
        let fits = match self.wants.system {
            System::Anywhere => true,
            System::First => num_system == 0 || (num_system == 1 && first),
            System::Nowhere => num_system == 0,
        };
        if fits {
            return messages;
        }
        let (mut texts, mut others) = (Vec::new(), Vec::with_capacity(messages.len()));
        for message in messages {
            match message {
                Message::System { content, .. } => texts.push(content),
                other => others.push(other),
            }
        }
        let text = joined(&texts.iter().map(String::as_str).collect::<Vec<_>>(), "\n\n");
        let first_user = others.iter_mut().find_map(|message| match message {
            Message::User { content, .. } => Some(content),
            Message::System { .. } | Message::Assistant(_) | Message::Tool { .. } => None,
        });
        match (self.wants.system, first_user) {
            (System::Nowhere, Some(content)) => *content = joined(&[&text, content], "\n\n"),
            (System::Nowhere, None) => others.insert(0, Message::User { content: text, name: None }),
            (System::First | System::Anywhere, _) => {
                others.insert(0, Message::System { content: text, name: None });
            }
        }
        others
    }

    /// Where a turn that calls is none of those that are taken, it has no text either: that goes with what is said
    /// after the answers; or before the calls, where they are the last thing said.
    fn move_texts(&self, messages: Vec<Message>) -> Vec<Message> {
        if self.wants.calls_take_turn {
            return messages;
        }
        let mut moved: Vec<Message> = Vec::with_capacity(messages.len() + 1);
        let mut held: Option<(usize, String)> = None;
        for message in messages {
            match message {
                Message::Assistant(mut turn) if !turn.tool_calls.is_empty() => {
                    let text = turn.content.take().unwrap_or_default();
                    let (at, before) = held.take().unwrap_or((moved.len(), String::new()));
                    held = Some((at, joined(&[&before, &text], "\n\n")));
                    moved.push(Message::Assistant(turn));
                }
                Message::Assistant(mut turn) => {
                    let before = held.take().map(|(_, text)| text).unwrap_or_default();
                    let text = turn.content.take().unwrap_or_default();
                    turn.content = Some(joined(&[&before, &text], "\n\n"));
                    moved.push(Message::Assistant(turn));
                }
                Message::User { .. } => {
                    moved.extend(held.take().map(|(_, text)| saying(text)));
                    moved.push(message);
                }
                Message::System { .. } | Message::Tool { .. } => moved.push(message),
            }
        }
        if let Some((at, text)) = held.filter(|(_, text)| !text.is_empty()) {
            moved.insert(at, saying(text));
        }
        moved
    }

    /// What one side said in two messages becomes one, and the user speaks first.
    fn alternate(&self, messages: Vec<Message>) -> Vec<Message> {
        if !self.wants.alternating {
            return messages;
        }
        let mut taking_turns: Vec<Message> = Vec::with_capacity(messages.len() + 1);
        for message in messages {
            let begins = matches!(taking_turns.last(), None | Some(Message::System { .. }));
            match (taking_turns.last_mut(), message) {
                (Some(Message::User { content, .. }), Message::User { content: more, .. }) => {
                    *content = joined(&[content, &more], "\n\n");
                }
                (Some(Message::Assistant(before)), Message::Assistant(after))
                    if before.tool_calls.is_empty()
                        && (after.tool_calls.is_empty() || self.wants.calls_take_turn) =>
                {
                    let texts =
                        [&before.content, &after.content].map(|text| text.as_deref().unwrap_or_default());
                    let content = Some(joined(&texts, "\n\n"));
                    before.reasoning.extend(after.reasoning);
                    *before = Assistant { content, tool_calls: after.tool_calls, ..std::mem::take(before) };
                }
                (_, message @ Message::Assistant(_)) if begins => {
                    taking_turns.push(Message::User { content: String::new(), name: None });
                    taking_turns.push(message);
                }
                (_, message) => taking_turns.push(message),
            }
        }
        taking_turns
    }

    fn to_json(&self, messages: &[Message]) -> Vec<Value> {
        let mut names = HashMap::new();
        messages.iter().map(|message| self.one(message, &mut names)).collect()
    }

    /// `names` maps the ids of the calls seen so far to their tools.
    fn one<'a>(&self, message: &'a Message, names: &mut HashMap<&'a str, &'a str>) -> Value {
        match message {
            Message::System { content, name } => spoken("system", content, name.as_deref()),
            Message::User { content, name } => spoken("user", content, name.as_deref()),
            Message::Assistant(turn) => {
                let calls = turn.tool_calls.iter();
                names.extend(calls.filter_map(|call| Some((call.id.as_deref()?, call.name.as_str()))));
                self.said(turn)
            }
            Message::Tool { content, call_id, name } => {
                let called = call_id.as_deref().and_then(|id| names.get(id).copied());
                let (role, content) = match self.wants.answers {
                    Answers::Text(role) => (role, json!(content)),
                    Answers::Array(role) => (role, json!([content])),
                    Answers::InWords => ("tool", json!(content)),
                };
                let mut message = spoken(role, "", name.as_deref().or(called));
                message["content"] = content;
                if let Some(id) = call_id {
                    message["tool_call_id"] = json!(id);
                }
                message
            }
        }
    }

    fn said(&self, turn: &Assistant) -> Value {
        let mut content = turn.content.clone().unwrap_or_default();
        let mut reasoning = turn.reasoning.join("\n\n");
        let calls = !turn.tool_calls.is_empty();
        if calls && !self.wants.reasoning_with_text && !content.is_empty() && !reasoning.is_empty() {
            reasoning = joined(&[&reasoning, &std::mem::take(&mut content)], "\n\n");
        }
        if let (None, Some(format), false) = (self.wants.reasoning, self.reasoning, reasoning.is_empty()) {
            content = format.write(&reasoning) + &content;
        }
        let mut message = spoken("assistant", &content, turn.name.as_deref());
        if calls && content.is_empty() {
            self.wants.empty.write(&mut message);
        }
        if let (Some(field), false) = (self.wants.reasoning, reasoning.is_empty()) {
            message[field] = json!(reasoning);
        }
        if calls {
            message["tool_calls"] = turn.tool_calls.iter().map(|call| self.called(call)).collect();
        }
        message
    }

    fn called(&self, call: &ToolCall) -> Value {
        let arguments = match self.wants.arguments {
            Arguments::Object => object(&call.arguments),
            Arguments::Text if call.arguments.trim().is_empty() => Value::from("{}"),
            Arguments::Text => Value::from(call.arguments.as_str()),
        };
        let mut value = Map::new();
        if let Some(id) = &call.id {
            value.insert("id".to_owned(), json!(id));
        }
        value.insert("type".to_owned(), json!("function"));
        value.insert("function".to_owned(), json!({"name": call.name, "arguments": arguments}));
        Value::Object(value)
    }
}

/// One turn per call, each before its answer. Reasoning `i` comes before call `i`; what is left of it comes
/// after all calls, and the text with it.
fn part(turn: Assistant, mut answers: Vec<Message>, parted: &mut Vec<Message>) {
    let Assistant { mut content, reasoning, tool_calls, name } = turn;
    let mut reasoning = reasoning.into_iter();
    let ends = reasoning.len() > tool_calls.len();
    for call in tool_calls {
        let answer = answers.iter().position(|answer| match answer {
            Message::Tool { call_id, .. } => call_id.is_some() && *call_id == call.id,
            Message::System { .. } | Message::User { .. } | Message::Assistant(_) => false,
        });
        let turn = Assistant {
            content: if ends { None } else { content.take() },
            reasoning: reasoning.next().into_iter().filter(|text| !text.is_empty()).collect(),
            tool_calls: vec![call],
            name: name.clone(),
        };
        parted.push(Message::Assistant(turn));
        parted.extend(answer.map(|at| answers.remove(at)));
    }
    parted.extend(answers);
    if ends {
        let reasoning = reasoning.filter(|text| !text.is_empty()).collect();
        parted.push(Message::Assistant(Assistant { content, reasoning, tool_calls: Vec::new(), name }));
    }
}

/// A turn of the assistant's that is text alone.
fn saying(text: String) -> Message {
    Message::Assistant(Assistant { content: Some(text), ..Assistant::default() })
}

fn spoken(role: &str, content: &str, name: Option<&str>) -> Value {
    let mut message = json!({"role": role, "content": content});
    if let Some(name) = name {
        message["name"] = json!(name);
    }
    message
}

/// An object, which is what templates loop over; what a model wrote badly is kept within one.
fn object(text: &str) -> Value {
    if text.trim().is_empty() {
        return json!({});
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Value::Object(object),
        Ok(_) | Err(_) => json!({"arguments": text}),
    }
}

#[cfg(test)]
#[path = "conversation_tests.rs"]
mod tests;
