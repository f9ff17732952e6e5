//! The 24 bytes before every payload.

use super::{FrameError, Message};

/// Bytes of a header.
pub const HEADER_BYTES: usize = 24;

/// Counts changes of the layout; both ends must agree.
pub const VERSION: u16 = 1;

/// Longest payload, in bytes. A prompt of a million tokens is 4 MiB, and a request of 128 choices that each
/// emitted a million tokens, handed to a new worker, half a gibibyte; a step of 512 sequences with 20 log
/// probabilities each is about 84 KiB.
pub const MAX_FRAME_BYTES: usize = 1 << 30;

/// What a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Kind {
    /// [`super::Ready`]
    Ready = 1,
    /// [`super::Submit`]
    Submit = 2,
    /// [`super::Abort`]
    Abort = 3,
    /// [`super::Tokens`]
    Tokens = 4,
    /// [`super::StepState`]
    State = 5,
    /// [`super::Fault`]
    Error = 6,
}

impl Kind {
    /// The kind of a message.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        match message {
            Message::Ready(_) => Self::Ready,
            Message::Submit(_) => Self::Submit,
            Message::Abort(_) => Self::Abort,
            Message::Tokens(_) => Self::Tokens,
            Message::State(_) => Self::State,
            Message::Error(_) => Self::Error,
        }
    }

    /// Its name, as logs and tests spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Submit => "submit",
            Self::Abort => "abort",
            Self::Tokens => "tokens",
            Self::State => "state",
            Self::Error => "error",
        }
    }

    fn parse(value: u16) -> Result<Self, FrameError> {
        Ok(match value {
            1 => Self::Ready,
            2 => Self::Submit,
            3 => Self::Abort,
            4 => Self::Tokens,
            5 => Self::State,
            6 => Self::Error,
            _ => return Err(FrameError::Kind(value)),
        })
    }
}

/// A frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the payload is.
    pub kind: Kind,
    /// Which worker process of this server it belongs to, from 1.
    pub generation: u32,
    /// Number of the frame within its worker.
    pub step: u64,
    /// Bytes of the payload.
    pub length: usize,
}

impl Header {
    /// Reads the first [`HEADER_BYTES`] of a frame.
    ///
    /// # Errors
    ///
    /// [`FrameError`] when the bytes are too few, of another version, of no known kind, or absurdly long.
    pub fn parse(bytes: &[u8]) -> Result<Self, FrameError> {
        let Some(bytes) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(FrameError::Short { expected: HEADER_BYTES, got: bytes.len() });
        };
        let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let u32_at = |at: usize| u32::from(u16_at(at)) | u32::from(u16_at(at + 2)) << 16;
        if u16_at(0) != VERSION {
            return Err(FrameError::Version(u16_at(0)));
        }
        let length = u32_at(16) as usize;
        if length > MAX_FRAME_BYTES {
            return Err(FrameError::TooLong(length));
        }
        let step = u64::from(u32_at(8)) | u64::from(u32_at(12)) << 32;
        Ok(Self { kind: Kind::parse(u16_at(2))?, generation: u32_at(4), step, length })
    }

    pub(super) fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0..2].copy_from_slice(&VERSION.to_le_bytes());
        bytes[2..4].copy_from_slice(&(self.kind as u16).to_le_bytes());
        bytes[4..8].copy_from_slice(&self.generation.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.step.to_le_bytes());
        let length = u32::try_from(self.length).expect("a payload is far below 4 GiB");
        bytes[16..20].copy_from_slice(&length.to_le_bytes());
        bytes
    }
}
