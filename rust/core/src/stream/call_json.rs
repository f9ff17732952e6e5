//! Calls written as JSON objects, `{"name": "f", "arguments": {...}}`, one or an array of them.
//!
//! The keys may come in any order. The name is told as soon as it is known; the arguments stream after it,
//! and are held back while it is not. Other keys are framing.

use super::arguments::Arguments;
use super::calls::Phase;
use super::codec::{Sink, Told};
use super::json::{JsonScan, Scan};
use crate::formats::{CallKeys, CallStyle};

/// Where bytes stand in the reply: one after the other, or all at one place that they were made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Positions {
    from: u64,
    each: u64,
}

impl Positions {
    /// One after the other.
    pub(crate) fn each(from: u64) -> Self {
        Self { from, each: 1 }
    }

    /// All of them end there.
    pub(crate) fn all(end: u64) -> Self {
        Self { from: end, each: 0 }
    }

    /// Where that many of the bytes end.
    fn after(self, num_bytes: usize) -> u64 {
        self.from + self.each * num_bytes as u64
    }

    /// The positions without those of the first bytes.
    fn skip(self, num_bytes: usize) -> Self {
        Self { from: self.after(num_bytes), ..self }
    }
}

/// Follows one object, or one array of objects.
#[derive(Debug)]
pub(crate) struct CallJson {
    keys: CallKeys,
    array: bool,
    place: Place,
    key: Vec<u8>,
    name: Vec<u8>,
    /// The value that is a name, a held-back arguments value, or framing.
    scan: JsonScan,
    /// The arguments, once they are told.
    arguments: Option<Arguments>,
    /// The arguments as written, while the name is not known.
    held: Vec<u8>,
    told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before `[`.
    Array,
    /// Before `{`.
    Object,
    FirstKey,
    Key,
    InKey {
        escaped: bool,
    },
    Colon,
    /// Before a value.
    Value,
    InName,
    InArguments,
    InHeld,
    InOther,
    /// After a value.
    Next,
    /// After an object in an array.
    NextObject,
    Done,
}

impl CallJson {
    pub(crate) fn new(keys: CallKeys, array: bool) -> Self {
        Self {
            keys,
            array,
            place: if array { Place::Array } else { Place::Object },
            key: Vec::new(),
            name: Vec::new(),
            scan: JsonScan::default(),
            arguments: None,
            held: Vec::new(),
            told: Told::default(),
        }
    }

    /// Whether the open call's arguments are whole, though the object may not be.
    pub(crate) fn has_whole_arguments(&self) -> bool {
        let are_valid = self.arguments.as_ref().is_some_and(Arguments::is_valid);
        self.place == Place::Done || are_valid && self.place != Place::InArguments
    }

    /// Takes the next bytes, which begin at `from`.
    pub(crate) fn push(&mut self, bytes: &[u8], from: u64, sink: &mut Sink) -> Scan {
        let scan = self.follow(bytes, Positions::each(from), sink);
        self.flush(sink);
        scan
    }

    /// Tells the client what was followed.
    pub(super) fn flush(&mut self, sink: &mut Sink) {
        self.told.flush(sink);
    }

    /// Takes the next bytes; what they tell waits for [`Self::flush`].
    pub(super) fn follow(&mut self, bytes: &[u8], from: Positions, sink: &mut Sink) -> Scan {
        let mut at = 0;
        while at < bytes.len() && self.place != Place::Done {
            let (rest, here) = (&bytes[at..], from.skip(at));
            let follows = match self.place {
                Place::InName | Place::InHeld | Place::InOther | Place::InArguments => {
                    let scan = self.value(rest, here);
                    let took = scan.took(rest.len());
                    at += took;
                    match scan {
                        Scan::More | Scan::Held(_) => true,
                        Scan::End(_) => self.value_ended(here.after(took), sink),
                        Scan::Bad(_) => false,
                    }
                }
                Place::Value if !is_white(rest[0]) => self.begin_value(rest[0], here.after(0), sink),
                _ => {
                    let follows = self.step(rest[0], here.after(1), sink);
                    at += usize::from(follows);
                    follows
                }
            };
            if !follows {
                return Scan::Bad(at);
            }
        }
        if self.place == Place::Done { Scan::End(at) } else { Scan::More }
    }

    /// Follows one byte outside of values; false when it does not belong there.
    fn step(&mut self, byte: u8, end: u64, sink: &mut Sink) -> bool {
        let next = match (self.place, byte) {
            (Place::InKey { escaped: false }, b'"') if self.keys.style == CallStyle::SingleKey => {
                self.name = [b"\"", &self.key[..], b"\""].concat();
                if sink.calls.phase == Phase::Announced || !self.announce(end, sink) {
                    return false;
                }
                Place::Colon
            }
            (Place::InKey { escaped: false }, b'"') => Place::Colon,
            (Place::InKey { escaped }, _) => {
                self.key.push(byte);
                Place::InKey { escaped: byte == b'\\' && !escaped }
            }
            (place, _) if is_white(byte) => place,
            (Place::Array, b'[') | (Place::NextObject, b',') => Place::Object,
            (Place::Object, b'{') => Place::FirstKey,
            (Place::FirstKey | Place::Key, b'"') => {
                self.key.clear();
                Place::InKey { escaped: false }
            }
            (Place::Colon, b':') => Place::Value,
            (Place::Next, b',') => Place::Key,
            (Place::FirstKey | Place::Next, b'}') if sink.calls.phase == Phase::Announced => {
                self.object_ended(end, sink)
            }
            (Place::NextObject, b']') => {
                sink.calls.phase = Phase::None;
                Place::Done
            }
            _ => return false,
        };
        self.place = next;
        true
    }

    fn object_ended(&mut self, end: u64, sink: &mut Sink) -> Place {
        self.told.flush(sink);
        if self.arguments.take().is_some_and(|arguments| !arguments.is_valid()) {
            sink.calls.spoil();
        }
        if !self.array {
            return Place::Done;
        }
        sink.calls.close(sink.emit, end);
        sink.calls.phase = Phase::Candidate;
        self.name.clear();
        self.held.clear();
        Place::NextObject
    }

    /// A value begins at `here` with `byte`, and its key says which; false when it makes this no call.
    fn begin_value(&mut self, byte: u8, here: u64, sink: &mut Sink) -> bool {
        self.scan = JsonScan::default();
        let style = self.keys.style;
        let is_key = |key: &&str| key.as_bytes() == self.key;
        let is_arguments = style == CallStyle::SingleKey || self.keys.arguments.iter().any(is_key);
        if !is_arguments {
            let is_name = is_key(&self.keys.name) && self.name.is_empty();
            self.place = if is_name { Place::InName } else { Place::InOther };
            return true;
        }
        if self.arguments.is_some()
            || !self.held.is_empty()
            || style == CallStyle::Bare && !b"{\"".contains(&byte)
        {
            return false;
        }
        if style == CallStyle::Bare && !self.name.is_empty() && !self.announce(here, sink) {
            return false;
        }
        self.place = Place::InHeld;
        if sink.calls.phase == Phase::Announced {
            self.arguments = Some(Arguments::default());
            self.place = Place::InArguments;
        }
        true
    }

    fn value(&mut self, bytes: &[u8], from: Positions) -> Scan {
        if self.place == Place::InArguments {
            return self.tell(bytes, from);
        }
        let scan = self.scan.push(bytes);
        let taken = &bytes[..scan.took(bytes.len())];
        match self.place {
            Place::InName => self.name.extend_from_slice(taken),
            Place::InHeld => self.held.extend_from_slice(taken),
            _ => {}
        }
        scan
    }

    /// What follows a whole value; false when it is a name that names nothing.
    fn value_ended(&mut self, end: u64, sink: &mut Sink) -> bool {
        let was = std::mem::replace(&mut self.place, Place::Next);
        let waits = self.keys.style == CallStyle::Bare && self.held.is_empty();
        was != Place::InName || waits || self.announce(end, sink)
    }

    /// Tells the name, and the arguments that came before it; false when it names nothing.
    fn announce(&mut self, end: u64, sink: &mut Sink) -> bool {
        let name: String = serde_json::from_slice(&self.name).unwrap_or_default();
        if name.is_empty() {
            return false;
        }
        sink.calls.announce(sink.table, sink.emit, name, None, end);
        if !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            self.tell(&held, Positions::all(end));
        }
        true
    }

    fn tell(&mut self, bytes: &[u8], from: Positions) -> Scan {
        let len = self.told.json.len();
        let (scan, through) = self.arguments.get_or_insert_default().push(bytes, &mut self.told.json);
        if self.told.json.len() > len {
            self.told.end = from.after(through);
        }
        scan
    }
}

fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
