//! What clients ask, parsed once into types, and the one [`Error`].

mod body;
mod chat;
mod error;
mod fields;
mod format;
mod kwargs;
mod message;
mod request;
pub mod responses;
mod sampling;
#[cfg(test)]
pub(crate) mod testing;
mod tool;
mod unbuilt;

pub use body::{MAX_DEPTH, shorten};
pub use chat::parse_chat;
pub use error::{Error, Face, caught};
pub(crate) use message::joined;
pub use message::{Assistant, Message, ToolCall};
pub use request::{Effort, Ignored, Request};
pub use sampling::SamplingRequest;
pub use tool::ToolDeclaration;
