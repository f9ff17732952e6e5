//! Replies whose markers are special tokens, and tokens that are none.

use std::sync::Arc;

use proptest::prelude::*;

use super::{assert_whole, merged};
use crate::formats::{Table, reasoning_format, tool_format};
use crate::stream::{Begin, Bytes, Event, Finish, Part, Stream};

const SPECIALS: &[&str] =
    &["<think>", "</think>", "<tool_call>", "</tool_call>", "<|action_start|>", "<|plugin|>", "<|x|>"];
const NUM_IDS: u32 = 256 + 7;

/// The table of a checkpoint in which those are special tokens.
fn table(reasoning: &str, tool: &str) -> Arc<Table> {
    let vocabulary = Bytes::with(SPECIALS);
    Arc::new(Table::bind(reasoning_format(reasoning), tool_format(tool), Some(&vocabulary)).unwrap())
}

fn events(table: &Arc<Table>, stop: &[String], include_stop: bool, pieces: &[&[u32]]) -> Vec<Event> {
    let (vocabulary, begin) = (Bytes::with(SPECIALS), Begin { stop, include_stop, ..Begin::default() });
    let (mut stream, mut events) = (Stream::new(Arc::clone(table), &begin), Vec::new());
    for piece in pieces {
        stream.push(&vocabulary, piece);
        events.extend(stream.drain());
    }
    stream.finish(Finish::Stop);
    events.extend(stream.drain());
    merged(events)
}

fn ids(text: &str) -> Vec<u32> {
    text.bytes().map(u32::from).collect()
}

#[test]
fn a_stop_string_before_a_marker_token_that_is_content_counts_through_its_own_last_token() {
    let (table, stop) = (table("qwen3", "internlm"), ["END".to_owned()]);
    let whole = [ids("a END"), vec![257], ids("b"), vec![257], ids("c")].concat();
    let told = events(&table, &stop, false, &[&whole]);
    assert_eq!(told, events(&table, &stop, false, &whole.chunks(1).collect::<Vec<_>>()));
    assert_eq!(told.last().unwrap().tokens.end, 5);
}

#[test]
fn a_reply_of_special_tokens_alone_is_empty_and_counted() {
    let told = events(&table("qwen3", "hermes"), &[], false, &[&[262, 262, 256, 257, 262]]);
    assert_eq!(told, [Event { part: Part::End { finish: Finish::Stop }, tokens: 0..5 }]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_tokens_give_the_same_events_however_they_are_grouped(
        pieces in prop::collection::vec(prop_oneof![
            (0..NUM_IDS + 1).prop_map(|id| vec![id]),
            (256..NUM_IDS).prop_map(|id| vec![id]),
            prop::sample::select(vec![
                "ab", "\n", "\n\n", "é", "{\"name\": \"f\", \"arguments\": ", "{\"a\": 1}", "}", "<tool_call>",
            ]).prop_map(ids),
        ], 0..16),
        stop in prop::collection::vec("[ab\"\\n<|]{1,3}", 0..3),
        include_stop in any::<bool>(),
        tool in prop::sample::select(vec!["hermes", "internlm", "kimi_k2"]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let (table, tokens) = (table("qwen3", tool), pieces.concat());
        let whole = events(&table, &stop, include_stop, &[&tokens]);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(tokens.len() + 1)).collect();
        cuts.extend([0, tokens.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u32]> = cuts.windows(2).map(|cut| &tokens[cut[0]..cut[1]]).collect();
        prop_assert_eq!(&events(&table, &stop, include_stop, &pieces), &whole);
        prop_assert_eq!(&events(&table, &stop, include_stop, &tokens.chunks(1).collect::<Vec<_>>()), &whole);
        if stop.is_empty() {
            assert_whole(&whole, tokens.len());
        }
    }
}
