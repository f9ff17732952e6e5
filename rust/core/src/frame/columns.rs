//! Little-endian numbers, strings and lists, written one after the other and read back without trust.

use super::FrameError;

/// A number of fixed width.
pub(super) trait Number: Copy {
    /// Bytes of one.
    const BYTES: usize;
    /// Appends it.
    fn put(self, bytes: &mut Vec<u8>);
    /// Reads one from exactly [`Self::BYTES`] bytes.
    fn take(bytes: &[u8]) -> Self;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Number for $number {
            const BYTES: usize = size_of::<$number>();
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            fn take(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().expect("the reader hands out whole numbers"))
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, i32, f32);

/// A length as frames hold it.
pub(super) fn len_u32(len: usize) -> u32 {
    u32::try_from(len).expect("a frame holds far fewer than 2^32 of anything")
}

/// Appends the length of something that follows.
pub(super) fn put_len(bytes: &mut Vec<u8>, len: usize) {
    len_u32(len).put(bytes);
}

/// Appends numbers without their count.
pub(super) fn put_column<N: Number>(bytes: &mut Vec<u8>, column: impl IntoIterator<Item = N>) {
    for number in column {
        number.put(bytes);
    }
}

/// Appends numbers after their count.
pub(super) fn put_list<N: Number>(bytes: &mut Vec<u8>, list: &[N]) {
    put_len(bytes, list.len());
    put_column(bytes, list.iter().copied());
}

/// Reads a payload from its start to its end.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(payload: &'a [u8]) -> Self {
        Self { rest: payload }
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], FrameError> {
        let short = FrameError::Short { expected: count, got: self.rest.len() };
        let (head, rest) = self.rest.split_at_checked(count).ok_or(short)?;
        self.rest = rest;
        Ok(head)
    }

    pub(super) fn number<N: Number>(&mut self) -> Result<N, FrameError> {
        self.bytes(N::BYTES).map(N::take)
    }

    pub(super) fn len(&mut self) -> Result<usize, FrameError> {
        self.number::<u32>().map(|len| len as usize)
    }

    /// `count` numbers; the bytes must be there before anything is allocated.
    pub(super) fn column<N: Number>(&mut self, count: usize) -> Result<Vec<N>, FrameError> {
        let bytes = count.checked_mul(N::BYTES).ok_or(FrameError::TooLong(count))?;
        Ok(self.bytes(bytes)?.chunks_exact(N::BYTES).map(N::take).collect())
    }

    pub(super) fn list<N: Number>(&mut self) -> Result<Vec<N>, FrameError> {
        let count = self.len()?;
        self.column(count)
    }

    pub(super) fn string(&mut self) -> Result<String, FrameError> {
        let count = self.len()?;
        let bytes = self.bytes(count)?;
        let text = std::str::from_utf8(bytes).map_err(|error| FrameError::Value {
            what: "a string",
            expected: "UTF-8; the byte where it ceases to be is",
            got: error.valid_up_to() as u64,
        })?;
        Ok(text.to_owned())
    }

    pub(super) fn flag(&mut self, what: &'static str) -> Result<bool, FrameError> {
        match self.number::<u8>()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(FrameError::Value { what, expected: "0 or 1", got: u64::from(other) }),
        }
    }

    pub(super) fn end(self) -> Result<(), FrameError> {
        if self.rest.is_empty() { Ok(()) } else { Err(FrameError::Trailing(self.rest.len())) }
    }
}
