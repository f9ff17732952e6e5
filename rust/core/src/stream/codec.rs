//! Values that end where their own grammar says so.

use super::arguments::Arguments;
use super::call_json::CallJson;
use super::call_python::CallPython;
use super::calls::Calls;
use super::emit::Emit;
use super::json::Scan;
use crate::formats::{NodeText, Table};

/// What follows the value of a state; after it, how that value ended.
#[derive(Debug)]
pub(crate) enum Codec {
    None,
    Call(CallJson),
    Python(CallPython),
    Json(Arguments),
}

/// What a codec tells its findings to.
pub(crate) struct Sink<'a> {
    pub(crate) table: &'a Table,
    pub(crate) calls: &'a mut Calls,
    pub(crate) emit: &'a mut Emit,
}

impl Codec {
    /// A new one for a state that holds such a value.
    pub(crate) fn of(text: NodeText) -> Option<Self> {
        Some(match text {
            NodeText::Call(keys, _) => Self::Call(CallJson::new(keys, false)),
            NodeText::Calls(keys, _) => Self::Call(CallJson::new(keys, true)),
            NodeText::PythonCall(_) => Self::Python(CallPython::new(false)),
            NodeText::PythonCalls(_) => Self::Python(CallPython::new(true)),
            NodeText::Json(_) => Self::Json(Arguments::default()),
            NodeText::Prose(_)
            | NodeText::Optional(_)
            | NodeText::Newlines(..)
            | NodeText::Space
            | NodeText::First
            | NodeText::Field(_)
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
            Self::Json(arguments) => {
                let mut told = Vec::with_capacity(bytes.len());
                let (scan, through) = arguments.push(bytes, &mut told);
                sink.calls.arguments(sink.table, sink.emit, &told, from + through as u64);
                if matches!(scan, Scan::End(_)) && !arguments.is_valid() {
                    sink.calls.spoil();
                }
                scan
            }
        }
    }

    /// Whether the open call's arguments are whole, though what is around them may not be.
    pub(crate) fn has_whole_arguments(&self) -> bool {
        match self {
            Self::Call(call) => call.has_whole_arguments(),
            Self::Json(arguments) => arguments.is_valid(),
            // A Python call is whole when it is closed.
            Self::None | Self::Python(_) => false,
        }
    }
}
