//! Any replies, in any pieces, alone and in company.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use super::responses::shell;
use super::{NOW, folded, prepared, replies, row, step, streamed, told};
use crate::frame::{self, Message, StepEnd, Tokens};
use crate::prompt::{Delivery, Prepared};

/// Every way to stream.
fn streams() -> impl Strategy<Value = Delivery> {
    prop::sample::select(vec![streamed(), Delivery::Responses(Arc::new(shell()))])
}

/// Pieces of replies that the two formats know.
pub(super) fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "<think>\n",
        "\n</think>\n\n",
        "<tool_call>\n{\"name\": \"f\", \"arguments\": ",
        "{\"a\": 0.10}",
        "}\n</tool_call>",
        "\n",
        "\"",
        "text \u{7f} ",
        "é",
        "🫠",
        "\\",
        "<tool_call>{\"name\": \"g\"}</tool_call>",
        "stop",
    ];
    let text = proptest::collection::vec(prop::sample::select(pieces.to_vec()), 0..12)
        .prop_map(|text| text.concat());
    (text, any::<bool>()).prop_map(|(text, torn)| {
        let mut bytes = text.into_bytes();
        bytes.truncate(bytes.len() - usize::from(torn && !bytes.is_empty()));
        bytes
    })
}

proptest! {
    #[test]
    fn any_stream_folds_into_the_object_whatever_the_pieces(
        text in pieces(),
        size in 1..20_usize,
        end in prop::sample::select(vec![StepEnd::Length, StepEnd::StopId]),
        stop in prop::option::of(Just("stop".to_owned())),
    ) {
        let prepared = |delivery| Prepared { stop: stop.iter().cloned().collect(), ..prepared(1, delivery) };
        let streamed = folded(&told(prepared(streamed()), &text.chunks(size).chain([&b""[..]]).collect::<Vec<_>>(), end));
        let whole: Value = serde_json::from_slice(&told(prepared(Delivery::Chat), &[&text], end)).unwrap();
        prop_assert_eq!(streamed, whole);
    }
}

proptest! {
    #[test]
    fn a_worker_that_dies_anywhere_leaves_the_client_the_same_bytes(
        text in pieces(),
        cut in any::<prop::sample::Index>(),
        stop in prop::option::of(Just("stop".to_owned())),
        delivery in streams(),
    ) {
        let (before, after) = text.split_at(cut.index(text.len() + 1));
        let prepared = Prepared { stop: stop.into_iter().collect(), ..prepared(1, delivery) };
        let undisturbed = told(prepared.clone(), &[before, after], StepEnd::StopId);
        let mut replies = replies();
        let (_, mut wire) = replies.open(&Arc::new(prepared), 1);
        let rows = vec![row(1, 0, before, StepEnd::Running)];
        wire.extend(step(&mut replies, rows).chunks.remove(0).data);
        for (_, frame) in replies.resubmit(2) {
            let (_, Message::Submit(submit)) = frame::decode(&frame).unwrap() else { panic!("a submit") };
            prop_assert_eq!(&submit.rows[0].emitted_ids, &before.iter().map(|id| u32::from(*id)).collect::<Vec<_>>());
            let rows = vec![row(1, 0, after, StepEnd::StopId)];
            let step = replies.advance(&frame::encode(2, 1, &Message::Tokens(Tokens { rows })), NOW).unwrap();
            wire.extend(step.chunks.into_iter().flat_map(|chunk| chunk.data));
        }
        prop_assert_eq!(replies.num_live(), 0);
        prop_assert_eq!(String::from_utf8(wire).unwrap(), String::from_utf8(undisturbed).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn sixty_four_interleaved_streams_are_told_what_each_is_told_alone(
        texts in proptest::collection::vec((pieces(), 1..9_usize), 64),
        delivery in streams(),
    ) {
        let mut replies = replies();
        let mut wires: Vec<Vec<u8>> = Vec::new();
        for request in 0..64 {
            wires.push(replies.open(&Arc::new(prepared(request, delivery.clone())), 1).1);
        }
        let mut at = [0; 64];
        while replies.num_live() > 0 {
            let mut rows = Vec::new();
            for (request, (text, size)) in texts.iter().enumerate() {
                if at[request] > text.len() {
                    continue;
                }
                let (from, to) = (at[request], (at[request] + size).min(text.len()));
                let end = if to == text.len() { StepEnd::StopId } else { StepEnd::Running };
                rows.push(row(request as u64, 0, &text[from..to], end));
                at[request] = if to == text.len() { to + 1 } else { to };
            }
            for chunk in step(&mut replies, rows).chunks {
                wires[usize::try_from(chunk.request).unwrap()].extend(chunk.data);
            }
        }
        for (request, (text, size)) in texts.iter().enumerate() {
            let mut pieces: Vec<&[u8]> = text.chunks(*size).collect();
            if pieces.is_empty() {
                pieces.push(b"");
            }
            let alone = told(prepared(request as u64, delivery.clone()), &pieces, StepEnd::StopId);
            prop_assert_eq!(&wires[request], &alone);
        }
    }
}
