//! What a dialect is: one way to tell a reply, from its first byte to its last.
//!
//! ```text
//!  begin --> event | heartbeat, any number --> end | fail | cancel
//! ```
//!
//! A new dialect is one file that implements [`Projection`], and one line in [`of`].

use std::fmt::Debug;
use std::sync::Arc;

use super::chat::Folded;
use super::chunks::ChatChunks;
use super::replies::Chunk;
use super::responses::{Compaction, Response};
use super::usage::Usage;
use crate::prompt::{Delivery, Prepared};
use crate::stream::Event;
use crate::wire::Error;

/// One dialect's telling of one reply. What is sent at once is appended to `out`, or to [`Chunk::data`].
pub(crate) trait Projection: Debug + Send {
    /// The first bytes of a stream.
    fn begin(&mut self, usage: Usage, out: &mut Vec<u8>);

    /// One event of a choice.
    fn event(&mut self, choice: u32, event: Event, so_far: SoFar, out: &mut Vec<u8>);

    /// The last bytes, after the last choice's end. `now` is unix time in seconds.
    fn end(&mut self, usage: Usage, now: u64, chunk: &mut Chunk);

    /// The last bytes of a reply that ends badly; none where the error itself is the answer.
    fn fail(&mut self, error: &Error, usage: Usage, chunk: &mut Chunk);

    /// The last bytes of a reply that nobody waits for any more, where the dialect has such.
    fn cancel(&mut self, _usage: Usage, _chunk: &mut Chunk) {}

    /// What says on a stream that the reply goes on.
    fn heartbeat(&mut self, _out: &mut Vec<u8>) {}

    /// The reply's object as it stands, where the dialect has one that can be asked for meanwhile.
    fn object(&self) -> Vec<u8> {
        Vec::new()
    }
}

/// What an event leaves its choice and its reply with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SoFar {
    /// What the reply cost, the event counted.
    pub(crate) usage: Usage,
    /// Whether the choice called a tool.
    pub(crate) any_call: bool,
}

/// The telling that the request asked for.
pub(crate) fn of(prepared: &Arc<Prepared>) -> Box<dyn Projection> {
    match &prepared.delivery {
        Delivery::Chat => Box::new(Folded::new(Arc::clone(prepared))),
        Delivery::ChatStream { include_usage, continuous_usage } => {
            Box::new(ChatChunks::new(prepared, *include_usage, *continuous_usage))
        }
        Delivery::Responses(shell) => Box::new(Response::new(prepared, Arc::clone(shell))),
        Delivery::Compaction(shell) => Box::new(Compaction::new(Arc::clone(prepared), Arc::clone(shell))),
    }
}
