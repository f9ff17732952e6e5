//! The rules of the reply machine, for every format in the registry and its samples.

mod cases;
mod specials;

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::*;
use crate::formats::{REASONING_FORMATS, TOOL_FORMATS, Table, reasoning_format};
use crate::prompt::Tool;

/// Everything a reply is fed with, but its text.
#[derive(Clone, Debug)]
struct Setting {
    name: &'static str,
    table: Arc<Table>,
    prompt_tail: &'static str,
    stop: Vec<String>,
    include_stop: bool,
    finish: Finish,
}

impl Setting {
    fn new(name: &'static str, table: Table) -> Self {
        let table = Arc::new(table);
        Self { name, table, prompt_tail: "", stop: Vec::new(), include_stop: false, finish: Finish::Stop }
    }

    fn stream(&self) -> Stream {
        let begin = Begin {
            prompt_tail: self.prompt_tail,
            tools: tools(),
            stop: &self.stop,
            include_stop: self.include_stop,
            id_seed: 7,
        };
        Stream::new(Arc::clone(&self.table), &begin)
    }

    /// The events of a reply whose tokens are bytes, pushed in these pieces; none are merged across pushes.
    fn pushed(&self, pieces: &[&[u8]]) -> (Vec<Event>, Stream) {
        let (vocabulary, mut stream, mut events) = (Bytes::with(&[]), self.stream(), Vec::new());
        for piece in pieces {
            let ids: Vec<u32> = piece.iter().map(|byte| u32::from(*byte)).collect();
            stream.push(&vocabulary, &ids);
            events.extend(stream.drain());
        }
        (events, stream)
    }

    fn events(&self, pieces: &[&[u8]]) -> Vec<Event> {
        let (mut events, mut stream) = self.pushed(pieces);
        stream.finish(self.finish.clone());
        events.extend(stream.drain());
        merged(events)
    }
}

/// A tool whose arguments are of every kind.
fn tools() -> Arc<[Tool]> {
    let parameters = serde_json::json!({"properties": {
        "s": {"type": "string"}, "n": {"type": "integer"}, "x": {"type": ["number", "null"]}, "o": {"type": "object"},
    }});
    Arc::from([Tool { name: "f".into(), parameters }])
}

/// Adjacent deltas of one kind as one.
fn merged(events: Vec<Event>) -> Vec<Event> {
    let mut merged: Vec<Event> = Vec::new();
    for event in events {
        let same = merged.last_mut().and_then(|last| match (&mut last.part, &event.part) {
            (Part::Content { text }, Part::Content { text: more })
            | (Part::Reasoning { text }, Part::Reasoning { text: more })
            | (Part::ToolCallArguments { text, .. }, Part::ToolCallArguments { text: more, .. }) => {
                text.push_str(more);
                Some(&mut last.tokens)
            }
            _ => None,
        });
        match same {
            Some(tokens) => tokens.end = event.tokens.end,
            None => merged.push(event),
        }
    }
    merged
}

/// Each format alone with its samples, and each tool-call format after reasoning.
static SETTINGS: LazyLock<Vec<(Setting, Vec<String>)>> = LazyLock::new(|| {
    let owned = |samples: &[&str]| samples.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut settings = Vec::new();
    for tool in TOOL_FORMATS {
        let table = Table::bind(None, Some(tool), None).unwrap();
        settings.push((Setting::new(tool.name, table), owned(tool.samples)));
        let reasoning = reasoning_format("qwen3").unwrap();
        let table = Table::bind(Some(reasoning), Some(tool), None).unwrap();
        let both = reasoning.samples[0].to_owned() + tool.samples[0];
        settings.push((Setting::new(tool.name, table), vec![both]));
    }
    for reasoning in REASONING_FORMATS {
        let table = Table::bind(Some(reasoning), None, None).unwrap();
        settings.push((Setting::new(reasoning.name, table), owned(reasoning.samples)));
    }
    settings
});

/// One of the settings, and a text: a sample of it in which pieces were cut out, repeated and put in.
fn edited_samples() -> impl Strategy<Value = (Setting, String)> {
    let index = any::<prop::sample::Index>;
    let edits = proptest::collection::vec((index(), 0..7_usize, index(), 0..24_usize, any::<bool>()), 0..5);
    let which = (0..SETTINGS.len()).prop_flat_map(|at| (Just(at), 0..SETTINGS[at].1.len()));
    (which, edits).prop_map(|((at, sample), edits)| {
        let (setting, samples) = &SETTINGS[at];
        let mut text: Vec<char> = samples[sample].chars().collect();
        for (place, removed, source, copied, repeats) in edits {
            let slice = |from: usize, len: usize| from..(from + len).min(text.len());
            let copy = slice(source.index(text.len() + 1), copied);
            let piece: Vec<char> = if repeats {
                text[copy].to_vec()
            } else {
                PIECES[source.index(PIECES.len())].chars().collect()
            };
            text.splice(slice(place.index(text.len() + 1), removed), piece);
        }
        (setting.clone(), text.into_iter().collect())
    })
}

fn cut<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect()
}

/// What a client was told, in order, as one string: kinds are told apart by control characters.
fn flat(events: &[Event]) -> String {
    let mut flat = String::new();
    let mut last = '\0';
    for event in events {
        let (kind, text) = match &event.part {
            Part::Content { text } => ('\u{1}', text.clone()),
            Part::Reasoning { text } => ('\u{2}', text.clone()),
            Part::ToolCallStart { index, id, name } => ('\u{3}', format!("{index} {id} {name}")),
            Part::ToolCallArguments { text, .. } => ('\u{4}', text.clone()),
            Part::ToolCallEnd { index, valid } => ('\u{5}', format!("{index} {valid}")),
            Part::End { finish } => ('\u{6}', format!("{finish:?}")),
        };
        if kind != last || matches!(kind, '\u{3}' | '\u{5}') {
            flat.push(kind);
        }
        last = kind;
        flat.push_str(&text);
    }
    flat
}

fn arguments_and_ends(events: &[Event]) -> Vec<(String, bool)> {
    let mut calls: Vec<(String, bool)> = Vec::new();
    for event in events {
        match &event.part {
            Part::ToolCallStart { index, .. } => {
                assert_eq!(*index as usize, calls.len());
                calls.push((String::new(), false));
            }
            Part::ToolCallArguments { index, text } => calls[*index as usize].0.push_str(text),
            Part::ToolCallEnd { index, valid } => calls[*index as usize].1 = *valid,
            Part::Content { .. } | Part::Reasoning { .. } | Part::End { .. } => {}
        }
    }
    calls
}

fn assert_whole(events: &[Event], num_tokens: usize) {
    let mut end = 0;
    for event in events {
        assert_eq!(event.tokens.start, end, "ranges follow each other: {events:?}");
        end = event.tokens.end;
    }
    assert_eq!(end as usize, num_tokens, "ranges cover every token: {events:?}");
    let ends = events.iter().filter(|event| matches!(event.part, Part::End { .. })).count();
    assert!(ends == 1 && matches!(events.last().unwrap().part, Part::End { .. }));
    for (arguments, valid) in arguments_and_ends(events) {
        let parsed = serde_json::from_str::<serde::de::IgnoredAny>(&arguments);
        assert!(!valid || parsed.is_ok(), "a valid call has valid arguments: {arguments}");
    }
}

#[test]
fn every_sample_gives_the_same_events_under_every_two_way_split_and_byte_by_byte() {
    for (setting, samples) in SETTINGS.iter() {
        for sample in samples {
            let bytes = sample.as_bytes();
            let whole = setting.events(&[bytes]);
            assert_whole(&whole, bytes.len());
            for at in 0..=bytes.len() {
                assert_eq!(
                    setting.events(&[&bytes[..at], &bytes[at..]]),
                    whole,
                    "{} cut at {at}",
                    setting.name
                );
            }
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(setting.events(&single), whole, "{}", setting.name);
        }
    }
}

#[test]
fn what_was_told_for_a_prefix_is_a_prefix_of_what_is_told_for_more() {
    for (setting, samples) in SETTINGS.iter() {
        for sample in samples {
            let whole = flat(&setting.events(&[sample.as_bytes()]));
            for at in 0..=sample.len() {
                let (events, _) = setting.pushed(&[&sample.as_bytes()[..at]]);
                let told = flat(&events);
                assert!(
                    whole.starts_with(&told),
                    "{} cut at {at}: {told:?} is not in {whole:?}",
                    setting.name
                );
            }
        }
    }
}

#[test]
fn a_reply_cut_anywhere_by_the_limit_says_length_and_keeps_what_it_told() {
    for (setting, samples) in SETTINGS.iter() {
        let setting = Setting { finish: Finish::Length, ..setting.clone() };
        for sample in samples {
            for at in 0..=sample.len() {
                let events = setting.events(&[&sample.as_bytes()[..at]]);
                assert_whole(&events, at);
                assert_eq!(events.last().unwrap().part, Part::End { finish: Finish::Length });
            }
        }
    }
}

#[test]
fn a_reply_that_ends_within_a_call_never_asks_for_the_tool() {
    for (setting, samples) in SETTINGS.iter() {
        for sample in samples {
            let whole = arguments_and_ends(&setting.events(&[sample.as_bytes()]));
            for at in 0..=sample.len() {
                let events = setting.events(&[&sample.as_bytes()[..at]]);
                assert_whole(&events, at);
                let calls = arguments_and_ends(&events);
                let more_came = |now: &(String, bool), then: &(String, bool)| then.1 || now.0 != then.0;
                let cut = calls.iter().zip(&whole).any(|(now, then)| !now.1 && more_came(now, then));
                let last = &events.last().unwrap().part;
                let expected = match (cut, calls.len()) {
                    (true, _) => &[Finish::Length][..],
                    (false, 0) => &[Finish::Stop],
                    // A second opener that was begun also cuts the reply.
                    (false, _) => &[Finish::ToolCalls, Finish::Length],
                };
                let allowed = expected.iter().any(|finish| *last == Part::End { finish: finish.clone() });
                assert!(allowed, "{} cut at {at}: {last:?}, {calls:?}", setting.name);
            }
        }
    }
}

#[test]
fn without_tools_their_markup_is_content_byte_for_byte() {
    let setting = Setting::new("no tools", Table::bind(None, None, None).unwrap());
    for tool in TOOL_FORMATS {
        for sample in tool.samples {
            let events = setting.events(&[sample.as_bytes()]);
            assert_eq!(events[0].part, Part::Content { text: (*sample).to_owned() });
            assert_eq!(events.len(), 2);
        }
    }
}

/// Pieces of markup, of what looks like it, and of what lies between.
const PIECES: &[&str] = &[
    "<tool_call>",
    "</tool_call>",
    "<tool_",
    "call>",
    "\n",
    " ",
    "\n\n",
    "<think>",
    "</think>",
    "</",
    "<",
    ">",
    "{\"name\": \"f\"",
    "{\"name\": \"f\", \"arguments\": {\"a\": 1}}",
    ", \"arguments\": ",
    "{\"a\": 0.10}",
    "{",
    "}",
    "\"",
    "\\",
    "\\u00e9",
    ",",
    ":",
    "[",
    "]",
    "\"{\\\"a\\\": 2}\"",
    "{\"arguments\": {}, \"name\": \"g\"}",
    "text",
    "é",
    "🫠",
    "1e5",
    "tru",
    "null",
    "\u{1}",
];

fn pieces_of_markup() -> impl Strategy<Value = String> {
    proptest::collection::vec(prop::sample::select(PIECES), 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_text_gives_the_same_events_under_any_split(
        (setting, text) in edited_samples(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        stop in proptest::collection::vec("[<>a-f\"\n ]{1,3}", 0..3),
        include_stop in any::<bool>(),
        limit in any::<bool>(),
        opened in any::<bool>(),
    ) {
        let prompt_tail = if opened { "<think>\n" } else { "" };
        let finish = if limit { Finish::Length } else { Finish::Stop };
        let setting = Setting { prompt_tail, stop, include_stop, finish, ..setting };
        let whole = setting.events(&[text.as_bytes()]);
        prop_assert_eq!(setting.events(&cut(text.as_bytes(), &cuts)), whole);
    }

    #[test]
    fn any_text_is_told_whole_and_nothing_of_it_is_taken_back(
        (setting, text) in edited_samples(),
        at in any::<prop::sample::Index>(),
    ) {
        let whole = setting.events(&[text.as_bytes()]);
        assert_whole(&whole, text.len());
        let (events, _) = setting.pushed(&[&text.as_bytes()[..at.index(text.len() + 1)]]);
        prop_assert!(flat(&whole).starts_with(&flat(&events)));
    }

    #[test]
    fn random_bytes_give_the_same_events_under_any_split_and_every_token_is_counted(
        bytes in proptest::collection::vec(any::<u8>(), 0..60),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let (setting, _) = &SETTINGS[1];
        let whole = setting.events(&[&bytes]);
        assert_whole(&whole, bytes.len());
        prop_assert_eq!(setting.events(&cut(&bytes, &cuts)), whole);
    }

    #[test]
    fn where_no_call_was_made_the_content_is_the_reply_byte_for_byte(text in pieces_of_markup()) {
        let (setting, _) = &SETTINGS[0];
        let events = setting.events(&[text.as_bytes()]);
        assert_whole(&events, text.len());
        if arguments_and_ends(&events).is_empty() {
            let content = if text.is_empty() { Vec::new() } else { vec![Part::Content { text }] };
            let parts: Vec<Part> = events.into_iter().map(|event| event.part).collect();
            prop_assert_eq!(&parts[..parts.len() - 1], &content[..]);
        }
    }

    #[test]
    fn all_that_is_told_was_written_in_this_order(text in pieces_of_markup()) {
        let (setting, _) = &SETTINGS[1];
        let mut rest = text.as_str();
        for event in setting.events(&[text.as_bytes()]) {
            let told = match event.part {
                Part::Content { text } | Part::Reasoning { text } => text,
                Part::ToolCallArguments { .. } | Part::ToolCallStart { .. } | Part::ToolCallEnd { .. } | Part::End { .. } => continue,
            };
            for character in told.chars() {
                let at = rest.find(character);
                prop_assert!(at.is_some(), "{:?} was never written after the rest", told);
                rest = &rest[at.unwrap_or_default() + character.len_utf8()..];
            }
        }
    }
}
