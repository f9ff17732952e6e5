//! One response: the reply's events, folded into items, and each step of that told if the client streams.
//!
//! ```text
//!  (queued) --> in_progress --> completed | incomplete | failed | cancelled
//! ```

use std::sync::Arc;

use super::input::Input;
use super::item::{Call, Item, Status};
use super::object::{Object, State};
use super::output::Output;
use crate::prompt::Prepared;
use crate::reply::projection::{Projection, SoFar};
use crate::reply::replies::Chunk;
use crate::reply::usage::Usage;
use crate::stream::{Event, Finish, Part};
use crate::wire::Error;
use crate::wire::responses::{Place, Sealed, Shell, item_id, seal};

/// A response from its first byte to its last.
#[derive(Debug)]
pub(crate) struct Response {
    id: String,
    shell: Arc<Shell>,
    object: Object,
    output: Output,
    /// Reads the text of the open call, if it is a custom tool's.
    input: Input,
    /// Whether nothing came of the worker yet; only of a response in the background.
    is_queued: bool,
    /// Whether a limit ended the reply.
    is_cut: bool,
}

impl Response {
    pub(crate) fn new(prepared: &Prepared, shell: Arc<Shell>) -> Self {
        Self {
            id: prepared.id.clone(),
            object: Object::new(&prepared.id, prepared.created, &shell.echo),
            output: Output::new(shell.stream || shell.background, shell.reasoning),
            input: Input::default(),
            is_queued: shell.background,
            is_cut: false,
            shell,
        }
    }

    /// What the response is, while it is not over.
    fn state(&self) -> State<'static> {
        if self.is_queued { State::Queued } else { State::InProgress }
    }

    /// The id of the next item, which is of this type.
    fn id(&self, kind: &str) -> String {
        item_id(kind, &self.id, Place::Output(self.output.items().len()))
    }

    fn say_text(&mut self, text: &str, out: &mut Vec<u8>) {
        if !matches!(self.output.open_item(), Some(Item::Message { .. })) {
            self.close(Status::Completed, out);
            self.output.open(Item::message(self.id("message")), out);
        }
        self.output.say(text, out);
    }

    fn say_reasoning(&mut self, text: &str, out: &mut Vec<u8>) {
        if !matches!(self.output.open_item(), Some(Item::Reasoning { .. })) {
            self.close(Status::Completed, out);
            self.output.open(Item::reasoning(self.id("reasoning"), self.shell.reasoning), out);
        }
        self.output.say(text, out);
    }

    /// Begins a call, in the shape that its tool was declared in.
    fn begin_call(&mut self, call_id: String, function: String, out: &mut Vec<u8>) {
        self.close(Status::Completed, out);
        let face = self.shell.faces.iter().find(|face| face.function == function);
        let (name, namespace, custom) = match face {
            Some(face) => (face.name.clone(), face.namespace.clone(), face.custom),
            None => (function, None, false),
        };
        let id = self.id(if custom { "custom_tool_call" } else { "function_call" });
        let call = Call { id, status: Status::InProgress, call_id, name, namespace };
        let item = if custom {
            Item::CustomToolCall { call, input: String::new() }
        } else {
            Item::FunctionCall { call, arguments: String::new() }
        };
        self.input = Input::default();
        self.output.open(item, out);
    }

    fn say_arguments(&mut self, json: &str, out: &mut Vec<u8>) {
        match self.output.open_item() {
            Some(Item::CustomToolCall { .. }) => {
                let text = self.input.push(json);
                self.output.say(&text, out);
            }
            Some(Item::FunctionCall { .. }) => self.output.say(json, out),
            Some(Item::Message { .. } | Item::Reasoning { .. }) | None => {}
        }
    }

    /// Ends the open item, if there is one.
    fn close(&mut self, status: Status, out: &mut Vec<u8>) {
        match self.output.open_item() {
            Some(Item::CustomToolCall { .. }) => {
                let rest = self.input.finish();
                self.output.say(&rest, out);
            }
            Some(item @ Item::Reasoning { .. }) => {
                if let Some(key) = &self.shell.seal {
                    item.seal(seal(key, Sealed::Reasoning, item.id(), item.text()));
                }
            }
            Some(Item::Message { .. } | Item::FunctionCall { .. }) | None => {}
        }
        self.output.close(status, out);
    }

    /// The reply is over. One that ended well and said nothing has a message that says so.
    fn finish(&mut self, finish: &Finish, out: &mut Vec<u8>) {
        self.is_cut = *finish == Finish::Length;
        self.close(if self.is_cut { Status::Incomplete } else { Status::Completed }, out);
        let is_answer = |item: &Item| !matches!(item, Item::Reasoning { .. });
        if !self.is_cut && !self.output.items().iter().any(is_answer) {
            self.say_text("", out);
            self.close(Status::Completed, out);
        }
    }

    /// Ends the response: at once, or as what is sent when it was stored, and when it could not be.
    fn settle(&mut self, state: State, usage: Usage, chunk: &mut Chunk) {
        let num_told = self.output.events.next;
        let (record, last) = self.last(state, usage);
        if !self.shell.store {
            return chunk.data.extend(last);
        }
        self.output.events.next = num_told;
        chunk.unstored = match state {
            State::Failed(_) | State::Cancelled => last.clone(),
            State::Queued | State::InProgress | State::Completed { .. } | State::Incomplete => {
                self.last(State::Failed(&Error::NotStored { id: self.id.clone() }), usage).1
            }
        };
        (chunk.record, chunk.last) = (record, last);
    }

    /// The whole response, and the bytes it ends with; of a bad end that is not told, the error is the answer.
    fn last(&mut self, state: State, usage: Usage) -> (Vec<u8>, Vec<u8>) {
        let (mut record, mut last) = (Vec::new(), Vec::new());
        self.object.write(state, self.output.items(), Some(usage), &mut record);
        if self.output.events.are_told {
            if let State::Failed(error) = state {
                self.output.events.error(error, &mut last);
            }
            self.output.events.end(state.event(), &record, &mut last);
            return (record, last);
        }
        match state {
            State::Completed { .. } | State::Incomplete => last.clone_from(&record),
            State::Queued | State::InProgress | State::Failed(_) | State::Cancelled => {}
        }
        (record, last)
    }
}

impl Projection for Response {
    fn begin(&mut self, _usage: Usage, out: &mut Vec<u8>) {
        self.output.events.begin(&self.object, self.is_queued, out);
    }

    fn event(&mut self, _choice: u32, event: Event, _so_far: SoFar, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.is_queued) {
            self.output.events.in_progress(&self.object, out);
        }
        match event.part {
            Part::Content { text } => self.say_text(&text, out),
            Part::Reasoning { text } => self.say_reasoning(&text, out),
            Part::ToolCallStart { id, name, .. } => self.begin_call(id, name, out),
            Part::ToolCallArguments { text, .. } => self.say_arguments(&text, out),
            Part::ToolCallEnd { valid: true, .. } => self.close(Status::Completed, out),
            // Cut or only misspelt: what comes next tells.
            Part::ToolCallEnd { valid: false, .. } => {}
            Part::End { finish } => self.finish(&finish, out),
        }
    }

    fn end(&mut self, usage: Usage, now: u64, chunk: &mut Chunk) {
        let state = if self.is_cut { State::Incomplete } else { State::Completed { at: now } };
        self.settle(state, usage, chunk);
    }

    fn fail(&mut self, error: &Error, usage: Usage, chunk: &mut Chunk) {
        self.output.cut();
        self.settle(State::Failed(error), usage, chunk);
    }

    fn cancel(&mut self, usage: Usage, chunk: &mut Chunk) {
        self.output.cut();
        self.settle(State::Cancelled, usage, chunk);
    }

    fn heartbeat(&mut self, out: &mut Vec<u8>) {
        let state = self.state();
        self.output.events.shell(state.event(), &self.object, state, out);
    }

    fn object(&self) -> Vec<u8> {
        let mut object = Vec::new();
        self.object.write(self.state(), self.output.items(), None, &mut object);
        object
    }
}
