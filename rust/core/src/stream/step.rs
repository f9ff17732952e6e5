//! What each kind of state does with the bytes at hand.
//!
//! A step says whether it got anywhere: if not, more bytes are needed.

use super::calls::Phase;
use super::codec::Sink;
use super::emit::{Emit, Kind};
use super::infer::taker;
use super::json::{Scan, boundary};
use super::machine::Machine;
use crate::formats::{Act, CONTENT, Edge, Field, Framing, Hit, Node, NodeText};

/// Longest name, id or key, in bytes; anything longer is none.
const MAX_FIELD_BYTES: usize = 256;

/// Where the text of a state ends as far as is known, and the marker there.
struct Found {
    until: usize,
    marker: Option<(usize, Edge)>,
}

impl Machine {
    pub(super) fn step(&mut self, emit: &mut Emit, last: bool) -> bool {
        // Of a call or a header that is cut, what may have become a marker is not told.
        let over = last && !matches!(self.calls.phase, Phase::Announced | Phase::Header);
        match self.node().text {
            NodeText::Prose(kind) => self.prose(kind, emit, last),
            NodeText::Optional(to) => self.here(Some(to), emit, over),
            NodeText::Newlines(most, to) => self.newlines(most, to),
            NodeText::Space => self.space(emit, over),
            NodeText::First => self.first(emit, last),
            NodeText::Field(field) => self.field(field, emit, last),
            NodeText::Call(_, to)
            | NodeText::Calls(_, to)
            | NodeText::PythonCall(to)
            | NodeText::PythonCalls(to)
            | NodeText::PythonDicts(_, to)
            | NodeText::BareKeys(to)
            | NodeText::Tags(_, to)
            | NodeText::Json(to) => self.value(to, emit),
            NodeText::Value(framing) => self.text_value(framing, emit, over),
            NodeText::Any => self.any(emit, last),
            NodeText::Close(to) => self.close(to, emit),
            NodeText::Verbatim => self.verbatim(emit, last),
        }
    }

    fn node(&self) -> &Node {
        &self.table.nodes[self.node]
    }

    /// Looks for the first live marker from `from` on.
    fn look(&self, from: usize, last: bool) -> Found {
        self.look_until(from, self.text.len(), last)
    }

    fn look_until(&self, from: usize, until: usize, last: bool) -> Found {
        match self.node().find.first(&self.text[from..until], last) {
            Hit::At(start, end, edge) => Found { until: from + start, marker: Some((from + end, edge)) },
            Hit::Maybe(start) => Found { until: from + start, marker: None },
            Hit::None => Found { until, marker: None },
        }
    }

    /// Follows the marker that was found, if one was.
    fn follow(&mut self, found: &Found, emit: &mut Emit) -> bool {
        let Some((end, edge)) = found.marker else { return false };
        self.take(edge, (found.until, end), emit);
        true
    }

    fn prose(&mut self, kind: Kind, emit: &mut Emit, last: bool) -> bool {
        let found = self.look(self.start, last);
        self.tell(kind, found.until, emit);
        if let Some(moved) = found.marker.and_then(|(end, _)| self.quoted(kind, end, emit, last)) {
            return moved;
        }
        let begins =
            |(_, edge): (usize, Edge)| edge.acts.iter().any(|act| matches!(act, Act::Hold | Act::Open));
        self.home = if found.marker.is_some_and(begins) { self.node } else { CONTENT };
        self.follow(&found, emit)
    }

    /// Tells a marker up to `end` that the prose only quotes; `None` when it does not.
    fn quoted(&mut self, kind: Kind, end: usize, emit: &mut Emit, last: bool) -> Option<bool> {
        if !self.quote.is_begun(kind) || self.text.get(self.start) == Some(&b'\n') {
            return None;
        }
        match self.text.get(end) {
            None if !last => Some(false),
            Some(b'`') => {
                self.tell(kind, end, emit);
                Some(true)
            }
            Some(_) | None => None,
        }
    }

    /// Without a marker here, the state `to` follows, or else the byte does not belong.
    fn here(&mut self, to: Option<usize>, emit: &mut Emit, last: bool) -> bool {
        match (self.node().find.here(&self.text[self.cursor..], last), to) {
            (Hit::At(_, end, edge), _) => self.take(edge, (self.cursor, self.cursor + end), emit),
            (Hit::Maybe(_), _) => return false,
            (Hit::None, Some(to)) => self.enter(to),
            (Hit::None, None) => self.reject(emit),
        }
        true
    }

    fn newlines(&mut self, most: u8, to: usize) -> bool {
        while self.num_newlines < most {
            let Some(byte) = self.text.get(self.cursor) else { return false };
            if *byte != b'\n' {
                break;
            }
            self.num_newlines += 1;
            self.cursor += 1;
            self.start = self.cursor;
        }
        self.enter(to);
        true
    }

    fn space(&mut self, emit: &mut Emit, last: bool) -> bool {
        let white = |byte: &u8| byte.is_ascii_whitespace();
        self.cursor += self.text[self.cursor..].iter().take_while(|byte| white(byte)).count();
        self.cursor < self.text.len() && self.here(None, emit, last)
    }

    fn first(&mut self, emit: &mut Emit, last: bool) -> bool {
        if self.space(emit, last) {
            return true;
        }
        if last {
            self.reject(emit);
        }
        last
    }

    fn field(&mut self, field: Field, emit: &mut Emit, last: bool) -> bool {
        // A marker further away is not looked for: what is longer is no field.
        let most = self.cursor + MAX_FIELD_BYTES + 1 + self.node().find.longest();
        let found = self.look_until(self.cursor, most.min(self.text.len()), last);
        let written = &self.text[self.cursor..found.until];
        let strays = written.iter().position(u8::is_ascii_control);
        let kept = match field {
            Field::Name => &mut self.name,
            Field::Id => &mut self.id,
            Field::Key => &mut self.values.key,
            Field::Type => &mut self.values.wire_type,
            Field::Unused => &mut self.unused,
        };
        let room = boundary(written, MAX_FIELD_BYTES - kept.len());
        if let Some(at) = strays.filter(|at| *at <= room).or((written.len() > room).then_some(room)) {
            self.cursor += at;
            self.reject(emit);
            return true;
        }
        kept.extend_from_slice(written);
        self.cursor = found.until;
        self.follow(&found, emit)
    }

    fn value(&mut self, to: usize, emit: &mut Emit) -> bool {
        let (bytes, from) = (&self.text[self.cursor..], self.base + self.cursor as u64);
        let (table, find, tools) = (&self.table, &self.table.nodes[self.node].find, &self.values.tools);
        let mut sink = Sink { table, find, tools, calls: &mut self.calls, emit };
        let scan = self.codec.push(bytes, from, &mut sink);
        self.cursor += scan.took(bytes.len());
        let closed_at = usize::try_from(self.calls.closed_at.saturating_sub(self.base)).unwrap_or_default();
        self.start = match self.calls.phase {
            Phase::Header | Phase::Candidate => self.start.max(closed_at),
            Phase::None | Phase::Announced => self.cursor,
        };
        match scan {
            Scan::More | Scan::Held(_) => return false,
            Scan::End(_) => {
                if self.calls.phase == Phase::Candidate {
                    self.announce_by_arguments(emit);
                }
                self.enter(to);
            }
            Scan::Bad(_) => self.reject(emit),
        }
        true
    }

    /// Announces a call whose id is a bare counter: the arguments, which are whole, tell its name. If they do
    /// not, the counter is the name, as of any tool that is not declared.
    fn announce_by_arguments(&mut self, emit: &mut Emit) {
        let (valid, arguments) = (self.codec.has_whole_arguments(), self.codec.held());
        let id = String::from_utf8_lossy(&self.id).trim().to_owned();
        let name = taker(&self.values.tools, &arguments).unwrap_or(&id).to_owned();
        let position = self.base + self.cursor as u64;
        self.calls.announce(&self.table, emit, name, Some(id), position);
        self.calls.arguments(&self.table, emit, &arguments, position);
        if !valid {
            self.calls.spoil();
        }
        self.start = self.cursor;
    }

    fn text_value(&mut self, framing: Framing, emit: &mut Emit, last: bool) -> bool {
        if !self.begun {
            match self.text.get(self.cursor) {
                None => return false,
                Some(b'\n') if framing == Framing::Newline => self.cursor += 1,
                Some(_) => {}
            }
            self.begun = true;
            self.start = self.cursor;
            let json = self.values.begin(&self.table, &self.calls.name);
            self.calls.arguments(&self.table, emit, json, self.base + self.start as u64);
        }
        let found = self.look(self.start, last);
        self.tell_value(found.until, emit);
        let Some((end, edge)) = found.marker else { return false };
        self.doubted = Some(self.node);
        self.cursor = end;
        self.enter(edge.to);
        true
    }

    fn any(&mut self, emit: &mut Emit, last: bool) -> bool {
        let found = self.look(self.cursor, last);
        self.cursor = found.until;
        if !self.calls.is_held() {
            self.start = self.cursor;
        }
        self.follow(&found, emit)
    }

    fn close(&mut self, to: usize, emit: &mut Emit) -> bool {
        self.home = CONTENT;
        self.calls.close(emit, self.base + self.cursor as u64);
        self.enter(to);
        true
    }

    fn verbatim(&mut self, emit: &mut Emit, last: bool) -> bool {
        let found = self.look(self.start, last);
        let end = self.base + found.until as u64;
        self.calls.arguments(&self.table, emit, &self.text[self.start..found.until], end);
        (self.start, self.cursor) = (found.until, found.until);
        self.follow(&found, emit)
    }
}
