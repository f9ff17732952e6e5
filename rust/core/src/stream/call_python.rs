//! Calls written as Python writes them, `f(a=1, b='x')`: in a list, or one per line.

use super::calls::Phase;
use super::codec::{Sink, Told};
use super::json::{Scan, escape};
use super::python::{Fate, Literal};

/// Follows the calls of one list, or one call.
#[derive(Debug)]
pub(crate) struct CallPython {
    list: bool,
    place: Place,
    name: Vec<u8>,
    key: Vec<u8>,
    value: Literal,
    num_keys: u32,
    told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    List,
    /// Before a name.
    Call,
    Name,
    /// Before a key or `)`.
    Key,
    InKey,
    Equals,
    Value,
    /// After a value.
    Next,
    /// After a call in a list.
    NextCall,
    Done,
}

/// Longest name or key, in bytes.
const MAX_NAME_BYTES: usize = 256;

impl CallPython {
    pub(crate) fn new(list: bool) -> Self {
        let place = if list { Place::List } else { Place::Call };
        let (name, key, value) = (Vec::new(), Vec::new(), Literal::default());
        Self { list, place, name, key, value, num_keys: 0, told: Told::default() }
    }

    /// Takes the next bytes, which begin at `from`.
    pub(crate) fn push(&mut self, bytes: &[u8], from: u64, sink: &mut Sink) -> Scan {
        let mut at = 0;
        let scan = loop {
            let Some(byte) = bytes.get(at) else { break Scan::More };
            if self.place == Place::Value {
                let len = self.value.run(&bytes[at..], &mut self.told.json);
                if len > 0 {
                    at += len;
                    self.told.end = from + at as u64;
                    continue;
                }
            }
            if !self.step(*byte, from + at as u64 + 1, sink) {
                break Scan::Bad(at);
            }
            at += 1;
            if self.place == Place::Done {
                break Scan::End(at);
            }
        };
        self.told.flush(sink);
        scan
    }

    fn step(&mut self, byte: u8, end: u64, sink: &mut Sink) -> bool {
        let white = byte.is_ascii_whitespace();
        match (self.place, byte) {
            (Place::List, b'[') | (Place::NextCall, b',') => self.place = Place::Call,
            (Place::Name, b'(') | (Place::Next, b',') => self.place = Place::Key,
            (Place::Call, _) if is_name(byte) => {
                (self.place, self.num_keys) = (Place::Name, 0);
                self.name = vec![byte];
            }
            (Place::Name, _) if is_name(byte) && self.name.len() < MAX_NAME_BYTES => self.name.push(byte),
            (Place::Key | Place::Next, b')') => return self.close(end, sink),
            (Place::Key, _) if is_name(byte) => {
                self.place = Place::InKey;
                self.key = vec![byte];
            }
            (Place::InKey | Place::Equals, b'=') => self.begin(end, sink),
            (Place::InKey, _) if is_name(byte) && self.key.len() < MAX_NAME_BYTES => self.key.push(byte),
            (Place::InKey, _) if white => self.place = Place::Equals,
            (Place::Value, _) => return self.value(byte, end, sink),
            (Place::NextCall, b']') => {
                sink.calls.phase = Phase::None;
                self.place = Place::Done;
            }
            _ => return white && self.place != Place::Name,
        }
        true
    }

    fn value(&mut self, byte: u8, end: u64, sink: &mut Sink) -> bool {
        let len = self.told.json.len();
        let fate = self.value.push(byte, &mut self.told.json);
        if self.told.json.len() > len {
            self.told.end = if fate == Fate::After { end - 1 } else { end };
        }
        match fate {
            Fate::Taken => true,
            Fate::Stray => false,
            Fate::Last => {
                self.place = Place::Next;
                true
            }
            Fate::After => {
                self.place = Place::Next;
                self.step(byte, end, sink)
            }
        }
    }

    /// A value begins; the first one shows that this is a call.
    fn begin(&mut self, end: u64, sink: &mut Sink) {
        self.announce(end, sink);
        self.told.add(if self.num_keys == 0 { b"{\"" } else { b", \"" }, end);
        escape(&self.key, &mut self.told.json);
        self.told.add(b"\": ", end);
        self.num_keys += 1;
        self.value = Literal::default();
        self.place = Place::Value;
    }

    fn announce(&mut self, end: u64, sink: &mut Sink) {
        if sink.calls.phase != Phase::Announced {
            let name = String::from_utf8_lossy(&self.name).into_owned();
            sink.calls.announce(sink.table, sink.emit, name, None, end);
        }
    }

    fn close(&mut self, end: u64, sink: &mut Sink) -> bool {
        self.announce(end, sink);
        if self.num_keys > 0 {
            self.told.add(b"}", end);
        }
        self.told.flush(sink);
        sink.calls.close(sink.emit, end);
        self.place = Place::Done;
        if self.list {
            sink.calls.phase = Phase::Candidate;
            self.place = Place::NextCall;
        }
        true
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}
