//! The tool calls of one reply: their ids, and what the client has been told of the open one.

use super::Part;
use super::emit::Emit;
use crate::formats::{IdPolicy, Table};

/// How far the call at hand is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// There is none.
    #[default]
    None,
    /// A channel's header was begun; until it is whole it may still turn out to be prose.
    Header,
    /// An opener was seen; it may still turn out to be prose.
    Candidate,
    /// The client knows its name.
    Announced,
}

/// The calls so far.
#[derive(Debug)]
pub(crate) struct Calls {
    pub(crate) phase: Phase,
    /// Calls whose end was seen.
    pub(crate) num_closed: u32,
    /// The last announced call's name.
    pub(crate) name: String,
    /// Where the last call that was closed ends.
    pub(crate) closed_at: u64,
    seed: u64,
    index: u32,
    valid: bool,
    /// Whether any of the open call's arguments were told.
    told: bool,
}

impl Calls {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            phase: Phase::None,
            num_closed: 0,
            name: String::new(),
            closed_at: 0,
            seed,
            index: 0,
            valid: true,
            told: false,
        }
    }

    /// Whether what was not told yet may turn out to be prose.
    pub(crate) fn is_held(&self) -> bool {
        match self.phase {
            Phase::Header | Phase::Candidate => true,
            Phase::None | Phase::Announced => false,
        }
    }

    /// The name is known at `end`.
    pub(crate) fn announce(
        &mut self,
        table: &Table,
        emit: &mut Emit,
        name: String,
        id: Option<String>,
        end: u64,
    ) {
        self.phase = Phase::Announced;
        (self.valid, self.told) = (true, false);
        let id = id.unwrap_or_else(|| self.made_id(table.ids, &name));
        self.name.clone_from(&name);
        emit.call(Part::ToolCallStart { index: self.index, id, name }, end);
    }

    /// More of the arguments; special tokens among them are spelled out.
    pub(crate) fn arguments(&mut self, table: &Table, emit: &mut Emit, json: &[u8], end: u64) {
        if json.is_empty() {
            return;
        }
        self.told = true;
        let spelled = table.spelled(json);
        let text = std::str::from_utf8(&spelled).expect("arguments are cut between characters");
        emit.arguments(self.index, text, end);
    }

    /// The open call's arguments are not well-formed.
    pub(crate) fn spoil(&mut self) {
        self.valid = false;
    }

    /// The open call is complete at `end`; arguments that were never written are `{}`.
    pub(crate) fn close(&mut self, emit: &mut Emit, end: u64) {
        if !self.told {
            emit.arguments(self.index, "{}", end);
        }
        self.num_closed += 1;
        self.closed_at = end;
        self.end(emit, end);
    }

    /// The reply ended within the open call.
    pub(crate) fn cut(&mut self, emit: &mut Emit, end: u64) {
        self.valid = false;
        self.end(emit, end);
    }

    fn made_id(&self, policy: IdPolicy, name: &str) -> String {
        match policy {
            IdPolicy::Random { prefix, len } => random_id(prefix, len, self.seed, self.index),
            IdPolicy::Counted => format!("{name}:{}", self.index),
        }
    }

    fn end(&mut self, emit: &mut Emit, end: u64) {
        emit.call(Part::ToolCallEnd { index: self.index, valid: self.valid }, end);
        self.phase = Phase::None;
        self.index += 1;
    }
}

const LETTERS_AND_DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// An id that depends on the seed and the call's index alone.
fn random_id(prefix: &str, len: usize, seed: u64, index: u32) -> String {
    let mut state = mix(seed).wrapping_add(u64::from(index));
    let mut id = prefix.to_owned();
    for _ in 0..len {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let letter = usize::try_from(mix(state) % 62).unwrap_or_default();
        id.push(char::from(LETTERS_AND_DIGITS[letter]));
    }
    id
}

/// `SplitMix64`'s finaliser.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_differ_by_seed_and_index_and_are_the_same_every_time() {
        let ids: Vec<String> =
            (0..50).flat_map(|seed| (0..50).map(move |at| random_id("call_", 24, seed, at))).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 2500);
        assert!(ids.iter().all(|id| id.len() == 29 && id.starts_with("call_")));
        assert_eq!(random_id("", 9, 7, 3), random_id("", 9, 7, 3));
    }
}
