//! Which tokens an event came from.
//!
//! Text has positions: bytes since the reply's start, after decoding. Every token ends at a position, and an
//! event takes the tokens that end no later than the text it releases. So the ranges depend on the tokens
//! alone, never on how they were grouped on the way in.

use std::collections::VecDeque;
use std::ops::Range;

/// The tokens that no event has taken yet.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Twice the position where each waiting token ends; one more for a token without text, so that it goes
    /// with the first event that releases something after it.
    ends: VecDeque<u64>,
    /// Tokens whose last byte belongs to an unfinished character.
    unfinished: u32,
    /// Tokens taken.
    taken: u32,
    /// Where the last taken token ends, as in `ends`.
    last_end: u64,
}

impl Ledger {
    /// Notes one token that ends at `position`.
    pub(crate) fn token(&mut self, position: u64) {
        self.ends.push_back(position * 2);
    }

    /// Notes one token without text, or whose text is never released.
    pub(crate) fn silent_token(&mut self, position: u64) {
        self.ends.push_back(position * 2 + 1);
    }

    /// Notes one token whose last character is not finished.
    pub(crate) fn unfinished_token(&mut self) {
        self.unfinished += 1;
    }

    /// The character that was unfinished ends at `position`.
    pub(crate) fn character_finished(&mut self, position: u64) {
        for _ in 0..std::mem::take(&mut self.unfinished) {
            self.token(position);
        }
    }

    /// Tokens of an event that releases the text up to `position`.
    pub(crate) fn take(&mut self, position: u64) -> Range<u32> {
        let from = self.taken;
        while self.ends.front().is_some_and(|end| *end <= position * 2) {
            self.pop();
        }
        from..self.taken
    }

    /// Tokens up to the one that holds the byte before `position`; the tokens after it are never counted.
    pub(crate) fn take_through(&mut self, position: u64) -> Range<u32> {
        let from = self.taken;
        while self.last_end < position * 2 && self.pop() {}
        self.ends.clear();
        from..self.taken
    }

    /// All tokens that are left.
    pub(crate) fn take_all(&mut self) -> Range<u32> {
        let from = self.taken;
        self.taken +=
            u32::try_from(self.ends.len()).expect("a reply has fewer tokens than 2^32") + self.unfinished;
        self.ends.clear();
        from..self.taken
    }

    fn pop(&mut self) -> bool {
        let Some(end) = self.ends.pop_front() else { return false };
        self.last_end = end;
        self.taken += 1;
        true
    }
}
