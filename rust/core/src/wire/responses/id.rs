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

/// An item's id: the prefix of its type, an underscore, and 32 hexadecimal digits (FNV-1a of 128 bits: ids are
/// names, no secrets).
#[must_use]
pub fn item_id(kind: &str, reply: &str, place: Place) -> String {
    let (side, index) = match place {
        Place::Input(index) => (b'i', index),
        Place::Output(index) => (b'o', index),
    };
    let bytes = reply.bytes().chain([side]).chain((index as u64).to_le_bytes());
    format!("{}_{:032x}", prefix(kind), fnv128(bytes))
}

/// The prefix of an item's id, by its type.
fn prefix(kind: &str) -> &'static str {
    match kind {
        "message" => "msg",
        "reasoning" => "rs",
        "function_call" => "fc",
        "function_call_output" => "fco",
        "custom_tool_call" => "ctc",
        "custom_tool_call_output" => "ctco",
        "compaction" | "compaction_summary" => "cmp",
        _ => "item",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn an_id_begins_with_what_its_type_is_known_by() {
        for (kind, prefix) in [
            ("message", "msg_"),
            ("reasoning", "rs_"),
            ("function_call", "fc_"),
            ("function_call_output", "fco_"),
            ("custom_tool_call", "ctc_"),
            ("custom_tool_call_output", "ctco_"),
            ("compaction", "cmp_"),
            ("hologram", "item_"),
        ] {
            let id = item_id(kind, "resp_1", Place::Input(0));
            assert_eq!((id.starts_with(prefix), id.len()), (true, prefix.len() + 32));
        }
    }

    #[test]
    fn an_id_is_the_same_again_and_no_other_place_or_reply_has_it() {
        let mut ids = HashSet::new();
        for reply in ["resp_1", "resp_2"] {
            for index in 0..1000 {
                for place in [Place::Input(index), Place::Output(index)] {
                    let id = item_id("message", reply, place);
                    assert_eq!(id, item_id("message", reply, place));
                    assert_eq!(id.len(), "msg_".len() + 32);
                    assert!(ids.insert(id));
                }
            }
        }
    }
}
