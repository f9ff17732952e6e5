//! Calls written as a Python list of dicts, `[{'name': 'f', 'arguments': {'a': None}}]`: the JSON that means
//! the same, followed as JSON calls are.

use super::call_json::{CallJson, Positions};
use super::calls::Phase;
use super::codec::Sink;
use super::json::Scan;
use super::python::{Fate, Literal};
use crate::formats::CallKeys;

/// Follows one list.
#[derive(Debug)]
pub(crate) struct CallDict {
    literal: Literal,
    call: CallJson,
    /// The JSON of the byte at hand, or of a string's text.
    json: Vec<u8>,
}

impl CallDict {
    pub(crate) fn new(keys: CallKeys) -> Self {
        Self { literal: Literal::default(), call: CallJson::new(keys, true), json: Vec::new() }
    }

    /// Whether the open call's arguments are whole, though its dict may not be.
    pub(crate) fn has_whole_arguments(&self) -> bool {
        self.call.has_whole_arguments()
    }

    /// Takes the next bytes, which begin at `from`.
    pub(crate) fn push(&mut self, bytes: &[u8], from: u64, sink: &mut Sink) -> Scan {
        let mut at = 0;
        let scan = loop {
            if at == bytes.len() {
                break Scan::More;
            }
            let (len, scan) = self.next(&bytes[at..], from + at as u64, sink);
            match scan {
                Scan::More | Scan::Held(_) => at += len,
                Scan::End(_) => break Scan::End(at + len),
                Scan::Bad(_) => break Scan::Bad(at),
            }
        };
        self.call.flush(sink);
        scan
    }

    /// Follows the text of a string that `bytes` begin with, or else one byte; says how many bytes that is.
    fn next(&mut self, bytes: &[u8], from: u64, sink: &mut Sink) -> (usize, Scan) {
        self.json.clear();
        let len = self.literal.run(bytes, &mut self.json);
        if len > 0 {
            return (len, self.call.follow(&self.json, Positions::each(from), sink));
        }
        let fate = self.literal.push(bytes[0], &mut self.json);
        let scan = match fate {
            Fate::Taken | Fate::Last => self.call.follow(&self.json, Positions::all(from + 1), sink),
            Fate::After | Fate::Stray => {
                // A word that ended here is told; that there is a call it does not show.
                if sink.calls.phase == Phase::Announced {
                    self.call.follow(&self.json, Positions::all(from), sink);
                }
                Scan::Bad(0)
            }
        };
        (1, scan)
    }
}
