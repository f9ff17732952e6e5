//! The only codec of what server and worker tell each other.
//!
//! A frame is a 24-byte header and a payload of little-endian columns:
//!
//! ```text
//!  version u16 | kind u16 | generation u32 | step u64 | length u32 | reserved u32 | payload
//! ```
//!
//! `generation` counts the worker processes of one server, so that a frame of a worker that was given up
//! is known as such. `step` counts the frames of a worker. `length` is the payload's, in bytes.

mod message;

pub use message::{Abort, Fault, Message, Ready, Row, RowTokens, Sampling, StepEnd, StepState, Submit, Tokens};
