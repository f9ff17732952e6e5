//! What a chat template wants of its messages, found by asking it once.
//!
//! Clients speak OpenAI's shape; templates were written for many. Each question is a small conversation whose
//! words occur nowhere else, rendered and looked through: did it refuse, is the word there, is it spelled well.
//! No template is known here by name.

use serde_json::{Map, Value, json};

use super::template::{Context, Template, strftime};

/// What a template is to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct Wants {
    /// Where tools are declared.
    pub tools: ToolsAt,
    /// How many calls a turn shows.
    pub calls: Calls,
    /// How a call's arguments are given.
    pub arguments: Arguments,
    /// The content of a turn that only calls.
    pub empty: Empty,
    /// Whether a turn shows both its text and its calls.
    pub text_with_calls: bool,
    /// Which ids calls may have.
    pub ids: Ids,
    /// How tools' answers are given.
    pub answers: Answers,
    /// Where system messages may stand.
    pub system: System,
    /// Whether user and assistant must take turns, the user first.
    pub alternating: bool,
    /// Whether a turn that only calls is one of those that are taken, so that the user may follow its answers.
    pub calls_take_turn: bool,
    /// The field that a turn's reasoning is shown from.
    pub reasoning: Option<&'static str>,
    /// Whether a turn with calls may have both text and reasoning.
    pub reasoning_with_text: bool,
}

/// Where tools are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolsAt {
    /// In the variable `tools`.
    Tools,
    /// In the variable `functions`, as JSON text of the functions.
    Functions,
    /// In this field of the system message, as JSON text of the functions.
    System(&'static str),
    /// Nowhere: they are told in words.
    Nowhere,
}

/// How many calls a turn shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// Any number.
    Several,
    /// One; of several it refuses or loses all but one, so each gets a turn of its own.
    One,
    /// None: they are written into the content.
    None,
}

/// How a call's arguments are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// As the JSON text that the model wrote.
    Text,
    /// As an object.
    Object,
}

/// The content of a turn that only calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// `""`
    Text,
    /// `null`
    Null,
    /// There is no such field.
    Absent,
    /// `" "`, where a template looks into it.
    Space,
}

impl Empty {
    /// Gives it to a message whose content is `""`.
    pub(super) fn write(self, message: &mut Value) {
        match self {
            Self::Text => {}
            Self::Null => message["content"] = Value::Null,
            Self::Space => message["content"] = Value::from(" "),
            Self::Absent => {
                if let Some(message) = message.as_object_mut() {
                    message.shift_remove("content");
                }
            }
        }
    }
}

/// Which ids calls may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// Any.
    Any,
    /// Nine letters and digits.
    Nine,
    /// `functions.NAME:N`: the id is all that is shown of the name.
    Named,
}

/// How tools' answers are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// As text under this role.
    Text(&'static str),
    /// As an array of one text under this role.
    Array(&'static str),
    /// In words, by the user.
    InWords,
}

/// Where system messages may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Anywhere.
    Anywhere,
    /// One, at the beginning.
    First,
    /// Nowhere: their text goes before the first user's.
    Nowhere,
}

/// The fields that templates take reasoning from, the most usual first.
const REASONING_FIELDS: [&str; 3] = ["reasoning_content", "reasoning", "thinking"];
/// The roles that templates show tools' answers under, the most usual first.
const ANSWER_ROLES: [&str; 3] = ["tool", "environment", "ipython"];
/// Fields of the system message that some templates take tools from.
const SYSTEM_FIELDS: [&str; 2] = ["tools", "functions"];

impl Wants {
    /// Asks a template.
    #[must_use]
    pub fn of(template: &Template) -> Self {
        let mut asked = Asked { template, wants: Self::default(), thinking: false };
        asked.wants.tools = asked.tools();
        asked.ask_calls();
        asked.wants.answers = asked.answers();
        asked.wants.system = asked.system();
        asked.wants.alternating = !asked.shows(&[user(), other_user()], &["zqask", "zqother"])
            || !asked.shows(&[said("zqtext"), user()], &["zqtext", "zqask"]);
        asked.wants.calls_take_turn = asked.calls_take_turn();
        asked.thinking = true;
        asked.wants.reasoning = REASONING_FIELDS.into_iter().find(|field| asked.shows_reasoning(field));
        asked.wants.reasoning_with_text = asked.shows_both();
        asked.wants
    }

    /// The variables that a template is given tools by, beside `tools` itself.
    pub(super) fn tool_variables(
        &self,
        declarations: &[Value],
        now: u64,
    ) -> (Vec<Value>, Map<String, Value>) {
        let mut variables = Map::new();
        match self.tools {
            ToolsAt::Tools => return (declarations.to_vec(), variables),
            ToolsAt::Functions => {
                variables.insert("functions".to_owned(), Value::from(functions(declarations)));
                let time = strftime(now, "%Y-%m-%d %H:%M:%S GMT").unwrap_or_default();
                variables.insert("datetime".to_owned(), Value::from(time));
            }
            ToolsAt::System(_) | ToolsAt::Nowhere => {}
        }
        (Vec::new(), variables)
    }
}

impl Default for Wants {
    /// What most templates want.
    fn default() -> Self {
        Self {
            tools: ToolsAt::Tools,
            calls: Calls::Several,
            arguments: Arguments::Object,
            empty: Empty::Text,
            text_with_calls: true,
            ids: Ids::Any,
            answers: Answers::Text(ANSWER_ROLES[0]),
            system: System::Anywhere,
            alternating: false,
            calls_take_turn: true,
            reasoning: None,
            reasoning_with_text: true,
        }
    }
}

/// The functions of declarations as JSON text, for templates that print what they are given.
pub(super) fn functions(declarations: &[Value]) -> String {
    let functions = declarations.iter().map(|tool| tool.get("function").unwrap_or(tool).clone());
    Value::from(functions.collect::<Vec<_>>()).to_string()
}

/// Variables that turn thinking on, in the names that templates have for it.
pub(super) fn thinking() -> Map<String, Value> {
    ["enable_thinking", "thinking"].map(|name| (name.to_owned(), Value::from(true))).into_iter().collect()
}

/// A template being asked, and what is known of it so far.
struct Asked<'a> {
    template: &'a Template,
    wants: Wants,
    /// Whether it is asked with thinking turned on.
    thinking: bool,
}

impl Asked<'_> {
    /// The rendering, if the template does not refuse.
    fn render(&self, messages: &[Value], tools: &[Value]) -> Option<String> {
        let (tools, mut kwargs) = self.wants.tool_variables(tools, 0);
        let messages = messages.to_vec();
        if self.thinking {
            kwargs.extend(thinking());
        }
        self.template.render(&Context { messages, tools, kwargs, ..Context::default() }).ok()
    }

    /// Whether all the words are in the rendering.
    fn shows(&self, messages: &[Value], words: &[&str]) -> bool {
        let rendered = self.render(messages, &[declared()]);
        rendered.is_some_and(|text| words.iter().all(|word| text.contains(word)))
    }

    fn tools(&mut self) -> ToolsAt {
        let is_shown = |text: String| text.contains("zqdeclared") && text.contains("zqproperty");
        for at in [ToolsAt::Tools, ToolsAt::Functions] {
            self.wants.tools = at;
            if self.render(&[user()], &[declared()]).is_some_and(is_shown) {
                return at;
            }
        }
        self.wants.tools = ToolsAt::Nowhere;
        for field in SYSTEM_FIELDS {
            let mut system = spoken("system", "zqsystem");
            system[field] = Value::from(functions(&[declared()]));
            if self.render(&[system, user()], &[]).is_some_and(is_shown) {
                return ToolsAt::System(field);
            }
        }
        // Some fail without tools, and none of what is asked next wants them to.
        ToolsAt::Nowhere
    }

    /// Finds how calls are given; of a template that shows none, nothing more is known of them.
    fn ask_calls(&mut self) {
        if !self.find_call() {
            self.wants = Wants { calls: Calls::None, tools: self.wants.tools, ..Wants::default() };
            return;
        }
        let both = [user(), self.calling(2, "", &[]), self.result(1), self.result(2)];
        if !self.shows(&both, &["zqcall1", "zqcall2"]) {
            self.wants.calls = Calls::One;
        }
        let texted = self.render(&[user(), self.calling(1, "zqtext", &[])], &[declared()]);
        self.wants.text_with_calls =
            texted.is_some_and(|text| is_well_spelled(&text) && text.contains("zqtext"));
    }

    /// Whether there is a way to give a call in which it is shown; the first is kept. Text passes as the model
    /// wrote it, so it is tried first.
    fn find_call(&mut self) -> bool {
        for ids in [Ids::Any, Ids::Nine, Ids::Named] {
            for arguments in [Arguments::Text, Arguments::Object] {
                for empty in [Empty::Text, Empty::Null, Empty::Absent, Empty::Space] {
                    self.wants = Wants { arguments, empty, ids, ..self.wants };
                    if self.shows_call() {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Whether a call is shown where it is the last thing said, and where its answer follows.
    fn shows_call(&self) -> bool {
        let calling = self.calling(1, "", &[]);
        let well = |messages: &[Value]| {
            self.render(messages, &[declared()]).is_some_and(|text| is_well_spelled(&text))
        };
        well(&[user(), calling.clone()]) && well(&[user(), calling, self.result(1)])
    }

    fn system(&self) -> System {
        let (one, other) = (spoken("system", "zqsystem"), spoken("system", "zqlater"));
        if !self.shows(&[one.clone(), user()], &["zqsystem", "zqask"]) {
            return System::Nowhere;
        }
        let words = ["zqsystem", "zqlater", "zqask"];
        let together = self.shows(&[one.clone(), other.clone(), user()], &words);
        let later = self.shows(&[one, user(), said("zqtext"), other, other_user()], &words);
        if together && later { System::Anywhere } else { System::First }
    }

    fn calls_take_turn(&self) -> bool {
        let messages = [user(), self.calling(1, "", &[]), self.result(1), other_user()];
        !self.wants.alternating
            || self.wants.calls == Calls::None
            || self.shows(&messages, &["zqask", "zqother"])
    }

    fn shows_reasoning(&self, field: &'static str) -> bool {
        let mut said = said("zqtext");
        said[field] = Value::from("zqthought");
        let calling = self.calling(1, "", &[(field, "zqthought")]);
        self.shows(&[user(), said], &["zqthought"])
            || (self.wants.calls != Calls::None
                && self.shows(&[user(), calling, self.result(1)], &["zqthought"]))
    }

    fn shows_both(&self) -> bool {
        let (Some(field), false) = (self.wants.reasoning, self.wants.calls == Calls::None) else {
            return true;
        };
        let both = self.calling(1, "zqtext", &[(field, "zqthought")]);
        self.shows(&[user(), both, self.result(1)], &["zqcall1"])
    }

    fn answers(&self) -> Answers {
        let (text, array) = (Value::from("zqresult"), json!(["zqresult"]));
        for (content, given) in
            [(text, Answers::Text as fn(&'static str) -> Answers), (array, Answers::Array)]
        {
            for role in ANSWER_ROLES {
                let mut answer = self.result(1);
                (answer["role"], answer["content"]) = (Value::from(role), content.clone());
                if self.shows(&[user(), self.calling(1, "", &[]), answer], &["zqresult"]) {
                    return given(role);
                }
            }
        }
        Answers::InWords
    }

    fn id(&self, index: usize) -> String {
        match self.wants.ids {
            // Clients choose ids of their own, and some are short.
            Ids::Any => format!("zq-{index}"),
            Ids::Nine => format!("zqcallid{index}"),
            Ids::Named => format!("functions.zqcall{index}:{}", index - 1),
        }
    }

    fn result(&self, index: usize) -> Value {
        let (id, name) = (self.id(index), format!("zqcall{index}"));
        json!({"role": "tool", "tool_call_id": id, "name": name, "content": "zqresult"})
    }

    /// A turn with calls, given as far as is known how.
    fn calling(&self, num_calls: usize, text: &str, fields: &[(&str, &str)]) -> Value {
        let call = |index: usize| {
            let name = format!("zqcall{index}");
            let id = self.id(index);
            let arguments = json!({"zqkey": "zqvalue"});
            let arguments = match self.wants.arguments {
                Arguments::Text => Value::from(arguments.to_string()),
                Arguments::Object => arguments,
            };
            json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
        };
        let mut message = spoken("assistant", text);
        if text.is_empty() {
            self.wants.empty.write(&mut message);
        }
        for (field, text) in fields {
            message[*field] = Value::from(*text);
        }
        message["tool_calls"] = (1..=num_calls).map(call).collect();
        message
    }
}

/// Whether a call is there, with its arguments neither quoted twice nor as Python would print them.
fn is_well_spelled(text: &str) -> bool {
    let text = text.rsplit("zqask").next().unwrap_or(text);
    ["zqcall1", "zqkey", "zqvalue"].iter().all(|word| text.contains(word))
        && !["\\\"zqkey", "'zqkey'", "None"].iter().any(|word| text.contains(word))
}

fn spoken(role: &str, content: &str) -> Value {
    json!({"role": role, "content": content})
}

fn user() -> Value {
    spoken("user", "zqask")
}

fn other_user() -> Value {
    spoken("user", "zqother")
}

fn said(text: &str) -> Value {
    spoken("assistant", text)
}

fn declared() -> Value {
    let parameters = json!({"type": "object", "properties": {"zqproperty": {"type": "string",
        "description": "d"}}, "required": ["zqproperty"]});
    json!({"type": "function", "function": {"name": "zqdeclared", "description": "d", "parameters": parameters}})
}
