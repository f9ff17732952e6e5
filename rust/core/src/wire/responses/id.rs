//! The ids of items: made from the reply's id and the item's place, so that a reply told twice has the same ones.

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among the request's own input items, from 0.
    Input(usize),
    /// Among the reply's output items, from 0.
    Output(usize),
}

/// An item's id: `msg`, `rs`, `fc` or another prefix, an underscore, and 32 hexadecimal digits (FNV-1a of 128
/// bits: ids are names, no secrets).
#[must_use]
pub fn item_id(prefix: &str, reply: &str, place: Place) -> String {
    let (side, index) = match place {
        Place::Input(index) => (b'i', index),
        Place::Output(index) => (b'o', index),
    };
    let bytes = reply.bytes().chain([side]).chain((index as u64).to_le_bytes());
    format!("{prefix}_{:032x}", fnv(bytes))
}

/// FNV-1a of 128 bits.
pub(super) fn fnv(bytes: impl Iterator<Item = u8>) -> u128 {
    const OFFSET: u128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
    bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv(b"".iter().copied()), 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D);
        assert_eq!(fnv(b"a".iter().copied()), 0xD228_CB69_6F1A_8CAF_7891_2B70_4E4A_8964);
    }

    #[test]
    fn an_id_is_the_same_again_and_no_other_place_or_reply_has_it() {
        let mut ids = HashSet::new();
        for reply in ["resp_1", "resp_2"] {
            for index in 0..1000 {
                for place in [Place::Input(index), Place::Output(index)] {
                    let id = item_id("msg", reply, place);
                    assert_eq!(id, item_id("msg", reply, place));
                    assert_eq!(id.len(), "msg_".len() + 32);
                    assert!(ids.insert(id));
                }
            }
        }
    }
}
