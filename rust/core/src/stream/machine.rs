//! Text -> content, reasoning and tool calls, in one pass and in order.
//!
//! The machine walks a [`Table`]; `step` says what each kind of state does with the bytes at hand. What it
//! has not told yet lies in one buffer:
//!
//! ```text
//!  told | start: held back          | cursor: not looked at | end
//! ```
//!
//! Prose is held back only while its tail may still become a marker that is live in this state. A call is
//! held back from its opener until its name is known, and a channel's header until it is whole; what turns
//! out to be neither is prose, byte for byte, and the search goes on at the byte that did not belong. A call
//! that turns malformed after its name was told passes as it is, up to its closer, and ends invalid.

use std::sync::Arc;

use super::Finish;
use super::calls::{Calls, Phase};
use super::codec::Codec;
use super::emit::{Emit, Kind};
use super::infer::is_counter;
use super::quote::Quote;
use super::value::Values;
use crate::formats::{Act, CONTENT, Edge, NodeText, Table, VERBATIM};
use crate::prompt::Tool;

/// The state of one reply's parse.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(super) table: Arc<Table>,
    pub(super) node: usize,
    /// The prose that what is no call belongs to: where its opener stood, and after a call content.
    pub(super) home: usize,
    /// What was not told yet.
    pub(crate) text: Vec<u8>,
    /// Position of the first byte of `text`.
    pub(super) base: u64,
    pub(super) start: usize,
    pub(super) cursor: usize,
    /// Newlines taken as framing in this state.
    pub(super) num_newlines: u8,
    pub(super) codec: Codec,
    pub(super) name: Vec<u8>,
    pub(super) id: Vec<u8>,
    /// What a header says that nobody asks for.
    pub(super) unused: Vec<u8>,
    pub(super) values: Values,
    /// Whether the value of this state began.
    pub(super) begun: bool,
    /// The state of a value whose end marker was seen, until it is known to be one.
    pub(super) doubted: Option<usize>,
    pub(super) calls: Calls,
    pub(super) quote: Quote,
}

impl Machine {
    /// `prompt_tail` is the end of the prompt, from the last turn marker on; `seed` makes call ids.
    pub(crate) fn new(table: Arc<Table>, tools: Arc<[Tool]>, prompt_tail: &str, seed: u64) -> Self {
        let node = table.start(prompt_tail);
        let mut calls = Calls::new(seed);
        if table.is_header(node) {
            calls.phase = Phase::Candidate;
        }
        Self {
            table,
            node,
            home: CONTENT,
            text: Vec::new(),
            base: 0,
            start: 0,
            cursor: 0,
            num_newlines: 0,
            codec: Codec::None,
            name: Vec::new(),
            id: Vec::new(),
            unused: Vec::new(),
            values: Values::new(tools),
            begun: false,
            doubted: None,
            calls,
            quote: Quote::default(),
        }
    }

    /// Position after the last byte of text.
    pub(crate) fn position(&self) -> u64 {
        self.base + self.text.len() as u64
    }

    /// Tells what the new bytes of `text` decide.
    pub(crate) fn run(&mut self, emit: &mut Emit) {
        self.walk(emit, false);
        if self.start == self.text.len() {
            self.text.clear();
        } else {
            self.text.drain(..self.start);
        }
        self.base += self.start as u64;
        self.cursor -= self.start;
        self.start = 0;
    }

    /// Tells what is left, and that the reply is over.
    pub(crate) fn finish(&mut self, finish: Finish, emit: &mut Emit) {
        self.walk(emit, true);
        let in_doubt = self.calls.is_held();
        if self.calls.phase == Phase::Candidate {
            self.cursor = self.text.len();
            self.reject(emit);
            self.walk(emit, true);
        }
        let end = self.position();
        let is_cut = self.calls.phase == Phase::Announced && !self.has_whole_call();
        match self.calls.phase {
            Phase::Announced if is_cut => self.calls.cut(emit, end),
            Phase::Announced => self.calls.close(emit, end),
            Phase::None | Phase::Header | Phase::Candidate => {}
        }
        let any_call = self.calls.num_closed > 0;
        emit.end(match finish {
            Finish::Stop | Finish::ToolCalls if is_cut || (in_doubt && any_call) => Finish::Length,
            Finish::Stop | Finish::ToolCalls if any_call => Finish::ToolCalls,
            Finish::Stop | Finish::ToolCalls => Finish::Stop,
            Finish::StopId(_) if is_cut => Finish::Length,
            Finish::StopString(_) | Finish::StopId(_) | Finish::Length => finish,
        });
    }

    fn walk(&mut self, emit: &mut Emit, last: bool) {
        while !emit.is_stopped() && self.step(emit, last) {}
    }

    /// Follows a marker that begins and ends there.
    pub(super) fn take(&mut self, edge: Edge, (start, end): (usize, usize), emit: &mut Emit) {
        if self.doubted.take().is_some() {
            let json = self.values.end();
            self.calls.arguments(&self.table, emit, json, self.base + start as u64);
        }
        self.cursor = if edge.acts.contains(&Act::Peek) { start } else { end };
        let position = self.base + self.cursor as u64;
        for act in edge.acts {
            match act {
                Act::Hold => {
                    self.calls.phase = Phase::Header;
                    self.unused.clear();
                }
                Act::Open => {
                    self.calls.phase = Phase::Candidate;
                    self.codec = Codec::None;
                    self.unused.clear();
                    self.name.clear();
                    self.id.clear();
                    self.values.clear();
                }
                Act::Peek => {}
                Act::Announce => {
                    let (name, id) = (self.table.field(&self.name), self.table.field(&self.id));
                    let Some((name, id)) = named(&name, &id) else { return self.reject(emit) };
                    if self.name.is_empty() && is_counter(&name, &self.values.tools) {
                        continue;
                    }
                    self.calls.announce(&self.table, emit, name, id, position);
                }
                Act::Close => {
                    self.calls.arguments(&self.table, emit, self.values.close(), position);
                    self.home = CONTENT;
                    self.calls.close(emit, position);
                }
                Act::Refuse => {
                    self.cursor = start;
                    return self.reject(emit);
                }
            }
        }
        if matches!(self.table.nodes[edge.to].text, NodeText::Prose(_)) {
            self.calls.phase = Phase::None;
        }
        if !self.calls.is_held() {
            self.start = self.cursor;
        }
        self.enter(edge.to);
    }

    pub(super) fn enter(&mut self, to: usize) {
        self.node = to;
        self.num_newlines = 0;
        self.begun = false;
        if let Some(codec) = Codec::of(self.table.nodes[to].text) {
            self.codec = codec;
        }
    }

    /// The byte at the cursor does not belong here.
    pub(super) fn reject(&mut self, emit: &mut Emit) {
        if let Some(node) = self.doubted.take() {
            (self.node, self.begun) = (node, true);
            return self.tell_value(self.start + first_len(&self.text[self.start..]), emit);
        }
        match self.calls.phase {
            Phase::Announced => {
                self.calls.spoil();
                self.values.clear();
                self.cursor = self.start;
                self.enter(VERBATIM);
            }
            Phase::None | Phase::Header | Phase::Candidate => {
                self.calls.phase = Phase::None;
                let NodeText::Prose(kind) = self.table.nodes[self.home].text else { return };
                self.tell(kind, self.cursor, emit);
                self.enter(self.home);
            }
        }
    }

    /// Tells prose from `start` up to `until`, with the special tokens in it one by one: each is spelled out.
    pub(super) fn tell(&mut self, kind: Kind, until: usize, emit: &mut Emit) {
        while self.start < until {
            let bytes = &self.text[self.start..until];
            let len = Table::run_len(bytes);
            let text = self.table.spelled(&bytes[..len]);
            self.start += len;
            self.quote.follow(kind, &text);
            emit.prose(kind, &text, self.base + self.start as u64, text.len() != len);
        }
        self.cursor = until;
    }

    /// Tells a value's text from `start` up to `until`.
    pub(super) fn tell_value(&mut self, until: usize, emit: &mut Emit) {
        let text = self.table.spelled(&self.text[self.start..until]);
        let json = self.values.push(&text);
        self.calls.arguments(&self.table, emit, json, self.base + until as u64);
        (self.start, self.cursor) = (until, until);
    }

    /// Whether the open call lacks nothing but its closer.
    fn has_whole_call(&self) -> bool {
        self.node != VERBATIM && self.codec.has_whole_arguments()
    }
}

/// Bytes of the first character, or of the first special token.
fn first_len(text: &[u8]) -> usize {
    match text.first().map_or(0, |byte| byte.leading_ones()) {
        0 => 1,
        8 => 2,
        len => len as usize,
    }
}

/// A call's name, and its id where the model wrote one. `functions.f:0` is an id that holds the name.
fn named(name: &str, id: &str) -> Option<(String, Option<String>)> {
    let (name, id) = (name.trim(), id.trim());
    let function = id.rsplit_once(':').map_or(id, |(function, _)| function);
    let function = function.strip_prefix("functions.").unwrap_or(function);
    let name = if name.is_empty() { function } else { name };
    (!name.is_empty()).then(|| (name.to_owned(), Some(id.to_owned()).filter(|id| !id.is_empty())))
}
