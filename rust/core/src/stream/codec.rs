//! Values that end where their own grammar says so.

use super::arguments::Arguments;
use super::bare_keys::BareKeys;
use super::call_dict::CallDict;
use super::call_json::CallJson;
use super::call_python::CallPython;
use super::calls::{Calls, Phase};
use super::emit::Emit;
use super::json::Scan;
use super::tags::Tags;
use crate::formats::{Find, NodeText, Table};
use crate::prompt::Tool;

/// What follows the value of a state; after it, how that value ended.
#[derive(Debug)]
pub(crate) enum Codec {
    None,
    Call(CallJson),
    Python(CallPython),
    Dict(CallDict),
    BareKeys(BareKeys),
    Tags(Tags),
    /// With the arguments that are held back while the call has no name.
    Json(Arguments, Vec<u8>),
}

/// What a codec looks things up in, and tells its findings to.
pub(crate) struct Sink<'a> {
    pub(crate) table: &'a Table,
    /// The search for the state's markers.
    pub(crate) find: &'a Find,
    pub(crate) tools: &'a [Tool],
    pub(crate) calls: &'a mut Calls,
    pub(crate) emit: &'a mut Emit,
}

/// JSON that is certain, and where the byte that made it so ends.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) json: Vec<u8>,
    pub(crate) end: u64,
}

impl Told {
    /// Adds JSON that is certain since `end`.
    pub(crate) fn add(&mut self, json: &[u8], end: u64) {
        if !json.is_empty() {
            self.json.extend_from_slice(json);
            self.end = end;
        }
    }

    /// Tells it to the client.
    pub(crate) fn flush(&mut self, sink: &mut Sink) {
        sink.calls.arguments(sink.table, sink.emit, &self.json, self.end);
        self.json.clear();
    }
}

impl Codec {
    /// A new one for a state that holds such a value.
    pub(crate) fn of(text: NodeText) -> Option<Self> {
        Some(match text {
            NodeText::Call(keys, _) => Self::Call(CallJson::new(keys, false)),
            NodeText::Calls(keys, _) => Self::Call(CallJson::new(keys, true)),
            NodeText::PythonCall(_) => Self::Python(CallPython::new(false)),
            NodeText::PythonCalls(_) => Self::Python(CallPython::new(true)),
            NodeText::PythonDicts(keys, _) => Self::Dict(CallDict::new(keys)),
            NodeText::BareKeys(_) => Self::BareKeys(BareKeys::default()),
            NodeText::Tags(root, _) => Self::Tags(Tags::new(root)),
            NodeText::Json(_) => Self::Json(Arguments::default(), Vec::new()),
            NodeText::Prose(_)
            | NodeText::Optional(_)
            | NodeText::Newlines(..)
            | NodeText::Space
            | NodeText::First
            | NodeText::Field(_)
            | NodeText::Any
            | NodeText::Value(_)
            | NodeText::Close(_)
            | NodeText::Verbatim => return None,
        })
    }

    /// Takes the next bytes, which begin at `from`.
    pub(crate) fn push(&mut self, bytes: &[u8], from: u64, sink: &mut Sink) -> Scan {
        match self {
            Self::None => Scan::Bad(0),
            Self::Call(call) => call.push(bytes, from, sink),
            Self::Python(call) => call.push(bytes, from, sink),
            Self::Dict(call) => call.push(bytes, from, sink),
            Self::BareKeys(arguments) => arguments.push(bytes, from, sink),
            Self::Tags(arguments) => arguments.push(bytes, from, sink),
            Self::Json(arguments, held) => {
                let (scan, through) = arguments.push(bytes, held);
                if sink.calls.phase == Phase::Candidate {
                    return scan;
                }
                sink.calls.arguments(sink.table, sink.emit, held, from + through as u64);
                held.clear();
                if matches!(scan, Scan::End(_)) && !arguments.is_valid() {
                    sink.calls.spoil();
                }
                scan
            }
        }
    }

    /// The arguments of a call whose name its arguments must tell.
    pub(crate) fn held(&mut self) -> Vec<u8> {
        match self {
            Self::Json(_, held) => std::mem::take(held),
            Self::None
            | Self::Call(_)
            | Self::Python(_)
            | Self::Dict(_)
            | Self::BareKeys(_)
            | Self::Tags(_) => Vec::new(),
        }
    }

    /// Whether the open call's arguments are whole, though what is around them may not be.
    pub(crate) fn has_whole_arguments(&self) -> bool {
        match self {
            Self::Call(call) => call.has_whole_arguments(),
            Self::Dict(call) => call.has_whole_arguments(),
            Self::BareKeys(arguments) => arguments.is_whole(),
            Self::Json(arguments, _) => arguments.is_valid(),
            // A Python call, and one of tags, is whole when it is closed.
            Self::None | Self::Python(_) | Self::Tags(_) => false,
        }
    }
}
