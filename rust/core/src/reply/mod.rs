//! Events -> chat, Responses: bytes to send, or one folded object.

mod chat;
mod chunks;
mod live;
mod projection;
mod replies;
mod responses;
mod sse;
mod usage;

pub use chat::{Call, Fold};
pub use chunks::finish_reason;
pub use replies::{Chunk, Replies, Step};
pub use responses::{NoRecord, failed, replay};
pub use usage::Usage;

#[cfg(test)]
mod tests;
