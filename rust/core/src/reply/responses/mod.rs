//! Events -> a response of the Responses API: its events, or its object.
//!
//! ```text
//!  reply's events -> response (which item says it) -> output (items, and the events of their growth) -> events (frame)
//!                                                         stored record -> replay --^
//! ```

mod compaction;
mod events;
mod input;
mod item;
mod name;
mod object;
mod output;
mod replay;
mod response;

pub(crate) use compaction::Compaction;
pub use replay::{NoRecord, failed, replay};
pub(crate) use response::Response;
