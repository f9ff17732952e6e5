//! The ids of items: made from the reply's id and the item's place, so that a reply told twice has the same ones.

use crate::fnv::fnv128;

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
    format!("{prefix}_{:032x}", fnv128(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

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
