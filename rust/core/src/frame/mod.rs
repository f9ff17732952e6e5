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
//! A column of a table comes whole before the next column, so that a reader can view it as one array;
//! a string, a list and a table are preceded by their length as a u32.

mod columns;
mod header;
mod message;
mod payload;

pub use header::{HEADER_BYTES, Header, Kind, MAX_FRAME_BYTES, VERSION};
pub use message::{
    Abort, Fault, Message, Ready, Row, RowTokens, Sampling, StepEnd, StepState, Submit, Tokens,
};

/// A frame that cannot be one: what was expected and what was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Fewer bytes than the header or the payload need.
    #[error("a frame needs {expected} bytes here, got {got}")]
    Short {
        /// Bytes needed.
        expected: usize,
        /// Bytes there.
        got: usize,
    },
    /// Written by another build.
    #[error("this build speaks frame version {VERSION}, got {0}")]
    Version(u16),
    /// No such kind of message.
    #[error("a frame's kind must be 1 to 6, got {0}")]
    Kind(u16),
    /// Longer than any frame may be.
    #[error("a frame's payload must be at most {MAX_FRAME_BYTES} bytes, got {0}")]
    TooLong(usize),
    /// A value no sender writes.
    #[error("{what} must be {expected}, got {got}")]
    Value {
        /// The field.
        what: &'static str,
        /// The values a sender writes.
        expected: &'static str,
        /// The value found.
        got: u64,
    },
    /// Bytes after the last column.
    #[error("{0} bytes follow the last column")]
    Trailing(usize),
}

/// A message as the bytes of one frame.
#[must_use]
pub fn encode(generation: u32, step: u64, message: &Message) -> Vec<u8> {
    let mut bytes = vec![0; HEADER_BYTES];
    payload::write(&mut bytes, message);
    let length = bytes.len() - HEADER_BYTES;
    let header = Header { kind: Kind::of(message), generation, step, length };
    bytes[..HEADER_BYTES].copy_from_slice(&header.to_bytes());
    bytes
}

/// The header and the message of one whole frame.
///
/// # Errors
///
/// [`FrameError`] with what was expected; no input panics or allocates more than its own size allows.
pub fn decode(frame: &[u8]) -> Result<(Header, Message), FrameError> {
    let header = Header::parse(frame)?;
    let body = &frame[HEADER_BYTES..];
    if body.len() != header.length {
        return Err(FrameError::Short { expected: header.length, got: body.len() });
    }
    Ok((header, payload::read(header.kind, body)?))
}

#[cfg(test)]
mod tests;
