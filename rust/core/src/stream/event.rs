//! One element of a reply.

use std::ops::Range;

/// What happened, and the tokens it came from.
///
/// The ranges of a reply's events, in order, partition the tokens consumed so far: a token belongs to the
/// event that releases its last byte. Tokens that release nothing (markup, held-back tails) are carried by
/// the next event, and at the latest by [`Part::End`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What the client is told.
    pub part: Part,
    /// Positions in the reply's tokens, from 0.
    pub tokens: Range<u32>,
}

/// The kinds of things a reply is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text of the answer; never empty.
    Content {
        /// Text to append.
        text: String,
    },
    /// Text of the reasoning; never empty.
    Reasoning {
        /// Text to append.
        text: String,
    },
    /// A tool call whose name is known.
    ToolCallStart {
        /// Position among the reply's calls, from 0.
        index: u32,
        /// The call's id, native or made from the reply's seed.
        id: String,
        /// The tool's name.
        name: String,
    },
    /// A piece of a call's arguments; the pieces joined are the arguments' JSON.
    ToolCallArguments {
        /// Which call.
        index: u32,
        /// JSON text to append.
        text: String,
    },
    /// The call's closer was seen, or the reply ended.
    ToolCallEnd {
        /// Which call.
        index: u32,
        /// Whether the arguments are complete and well-formed.
        valid: bool,
    },
    /// The reply is over; always the last event, exactly once.
    End {
        /// Why.
        finish: Finish,
    },
}

/// Why a reply ended, before a dialect puts it in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The model ended its turn (a stop id of the checkpoint, or the format's own end).
    Stop,
    /// One of the request's stop strings was completed.
    StopString(String),
    /// One of the request's own stop ids was drawn.
    StopId(u32),
    /// The model ended its turn after at least one complete call.
    ToolCalls,
    /// The token limit or the context was reached.
    Length,
}
