//! Calls written as a Python list of dicts, `[{'name': 'f', 'arguments': {'a': None}}]`: the JSON that means
//! the same, followed as JSON calls are.

use super::call_json::{CallJson, Positions};
use super::codec::Sink;
use super::json::{Scan, boundary, is_boundary};
use super::python::{Fate, Literal};
use crate::formats::CallKeys;

/// Follows one list.
#[derive(Debug)]
pub(crate) struct CallDict {
    literal: Literal,
    call: CallJson,
    /// JSON that the call has not seen.
    json: Vec<u8>,
    /// Where the byte that made the last of it certain ends.
    end: u64,
}

impl CallDict {
    pub(crate) fn new(keys: CallKeys) -> Self {
        Self { literal: Literal::default(), call: CallJson::new(keys, true), json: Vec::new(), end: 0 }
    }

    /// Whether the open call's arguments are whole, though its dict may not be.
    pub(crate) fn has_whole_arguments(&self) -> bool {
        self.call.has_whole_arguments()
    }

    /// Takes the next bytes, which begin at `from`.
    pub(crate) fn push(&mut self, bytes: &[u8], from: u64, sink: &mut Sink) -> Scan {
        let mut at = 0;
        while at < bytes.len() {
            // Nothing is decided within a string's text, nor within a character.
            let was_text = self.literal.is_in_text();
            let mut num_pending = self.json.len();
            let mut len = self.literal.run(&bytes[at..], &mut self.json);
            if len == 0 {
                // What ends the text, or escapes, is not what made the text before it certain.
                if num_pending > 0 && is_boundary(bytes[at]) {
                    match self.follow(sink) {
                        Scan::More | Scan::Held(_) => num_pending = 0,
                        Scan::End(_) => return Scan::End(at),
                        Scan::Bad(_) => return Scan::Bad(boundary(bytes, at - 1)),
                    }
                }
                let fate = self.literal.push(bytes[at], &mut self.json);
                if matches!(fate, Fate::Stray | Fate::After) {
                    self.json.truncate(num_pending);
                    self.follow(sink);
                    return Scan::Bad(at);
                }
                len = 1;
            }
            at += len;
            if self.json.len() > num_pending {
                self.end = from + at as u64;
            }
            let in_text = was_text && self.literal.is_in_text();
            if bytes.get(at).is_some_and(|next| in_text || !is_boundary(*next)) {
                continue;
            }
            match self.follow(sink) {
                Scan::More | Scan::Held(_) => {}
                Scan::End(_) => return Scan::End(at),
                Scan::Bad(_) => return Scan::Bad(boundary(bytes, at - 1)),
            }
        }
        Scan::More
    }

    /// Follows the JSON so far.
    fn follow(&mut self, sink: &mut Sink) -> Scan {
        let json = std::mem::take(&mut self.json);
        self.call.push(&json, Positions::all(self.end), sink)
    }
}
