//! Stop strings: held back exactly, matched in content only.
//!
//! The match that is completed first ends the reply; of two that are completed by the same byte, the one
//! that began first. While a tail of the text may still become a stop string, it is held back.

/// The stop strings of one request, ready to be matched.
#[derive(Debug)]
pub(crate) struct Stops {
    strings: Vec<Pattern>,
    include: bool,
}

#[derive(Debug)]
struct Pattern {
    text: String,
    /// For every length of a match, the longest shorter prefix that the match ends with.
    shorter: Vec<usize>,
}

impl Stops {
    pub(crate) fn is_empty(&self) -> bool {
        self.strings.is_empty()
    }

    /// `include` says whether the string that ends the reply is part of it.
    pub(crate) fn new(strings: &[String], include: bool) -> Self {
        let strings = strings.iter().filter(|text| !text.is_empty());
        Self { strings: strings.map(|text| Pattern::new(text)).collect(), include }
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut shorter = vec![0; bytes.len() + 1];
        let mut matched = 0;
        for at in 1..bytes.len() {
            while matched > 0 && bytes[at] != bytes[matched] {
                matched = shorter[matched];
            }
            matched += usize::from(bytes[at] == bytes[matched]);
            shorter[at + 1] = matched;
        }
        Self { text: text.to_owned(), shorter }
    }

    /// How much of the pattern the text ends with, once `byte` follows a text that ends with `matched` of it.
    fn advance(&self, mut matched: usize, byte: u8) -> usize {
        let bytes = self.text.as_bytes();
        while matched > 0 && (matched == bytes.len() || bytes[matched] != byte) {
            matched = self.shorter[matched];
        }
        matched + usize::from(bytes[matched] == byte)
    }
}

/// One reply's search for its stop strings.
#[derive(Debug, Default)]
pub(crate) struct StopSearch {
    /// How much of each stop string the text ends with.
    matched: Vec<usize>,
    /// Text that may still become a stop string.
    held: Vec<u8>,
    /// Where each held byte ends in the reply.
    held_ends: Vec<u64>,
}

/// What a piece of text leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing: this much text may go, and it ends at this position.
    Nothing { text: Vec<u8>, end: u64 },
    /// A stop string was completed at `position`: this is the text before it (or with it).
    Stop { text: Vec<u8>, end: u64, position: u64, string: String },
}

impl StopSearch {
    /// Takes the next content; `ends(i)` is the position where byte `i` of it ends.
    pub(crate) fn push(&mut self, stops: &Stops, text: &[u8], ends: impl Fn(usize) -> u64) -> Found {
        self.matched.resize(stops.strings.len(), 0);
        for (at, byte) in text.iter().enumerate() {
            self.held.push(*byte);
            self.held_ends.push(ends(at));
            if let Some(pattern) = self.step(stops, *byte) {
                return self.stopped(stops, pattern);
            }
        }
        let longest = self.matched.iter().copied().max().unwrap_or(0);
        let (text, end) = self.release(self.held.len() - longest);
        Found::Nothing { text, end }
    }

    /// Gives up waiting: the held text may go. Text that follows something else begins a new search.
    pub(crate) fn flush(&mut self) -> (Vec<u8>, u64) {
        self.matched.fill(0);
        self.release(self.held.len())
    }

    fn step<'a>(&mut self, stops: &'a Stops, byte: u8) -> Option<&'a Pattern> {
        let mut first: Option<&Pattern> = None;
        for (pattern, matched) in stops.strings.iter().zip(&mut self.matched) {
            *matched = pattern.advance(*matched, byte);
            let longer = first.is_none_or(|other| pattern.text.len() > other.text.len());
            if *matched == pattern.text.len() && longer {
                first = Some(pattern);
            }
        }
        first
    }

    fn stopped(&mut self, stops: &Stops, pattern: &Pattern) -> Found {
        let position = self.held_ends.last().copied().unwrap_or_default();
        let kept = if stops.include { self.held.len() } else { self.held.len() - pattern.text.len() };
        let (text, end) = self.release(kept);
        Found::Stop { text, end, position, string: pattern.text.clone() }
    }

    fn release(&mut self, len: usize) -> (Vec<u8>, u64) {
        let end = len.checked_sub(1).map_or(0, |last| self.held_ends[last]);
        self.held_ends.drain(..len);
        (self.held.drain(..len).collect(), end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(strings: &[&str], include: bool, pieces: &[&str]) -> (String, Option<(String, u64)>) {
        let strings: Vec<String> = strings.iter().map(ToString::to_string).collect();
        let (stops, mut search, mut out, mut at) =
            (Stops::new(&strings, include), StopSearch::default(), Vec::new(), 0);
        for piece in pieces {
            match search.push(&stops, piece.as_bytes(), |i| at + i as u64 + 1) {
                Found::Nothing { text, .. } => out.extend(text),
                Found::Stop { text, position, string, .. } => {
                    out.extend(text);
                    return (String::from_utf8(out).unwrap(), Some((string, position)));
                }
            }
            at += piece.len() as u64;
        }
        out.extend(search.flush().0);
        (String::from_utf8(out).unwrap(), None)
    }

    #[test]
    fn the_string_completed_first_wins_and_of_two_the_longer() {
        assert_eq!(run(&["abcd", "bc"], false, &["xabcd"]), ("xa".into(), Some(("bc".into(), 4))));
        assert_eq!(run(&["c", "abc"], false, &["xabc"]), ("x".into(), Some(("abc".into(), 4))));
    }

    #[test]
    fn an_included_stop_string_is_the_end_of_the_text() {
        assert_eq!(run(&["END"], true, &["a E", "ND b"]), ("a END".into(), Some(("END".into(), 5))));
    }

    #[test]
    fn only_the_tail_that_may_become_a_stop_string_is_held_back() {
        let stops = Stops::new(&["aab".into()], false);
        let mut search = StopSearch::default();
        let Found::Nothing { text, .. } = search.push(&stops, b"xaaa", |_| 0) else { panic!("no stop here") };
        assert_eq!(text, b"xa");
    }

    proptest! {
        #[test]
        fn any_split_stops_where_a_plain_search_of_the_whole_stops(
            text in "[abé]{0,14}",
            stops in proptest::collection::vec("[abé]{1,4}", 0..4),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..5),
            include in any::<bool>(),
        ) {
            let mut ends = (0..=text.len()).filter(|end| text.is_char_boundary(*end));
            let hit = ends.find_map(|end| {
                    let ending = stops.iter().filter(|stop| text[..end].ends_with(stop.as_str()));
                    ending.max_by_key(|stop| stop.len()).map(|stop| (end, stop))
                });
            let expected = match hit {
                Some((end, stop)) => {
                    let kept = if include { end } else { end - stop.len() };
                    (text[..kept].to_owned(), Some((stop.clone(), end as u64)))
                }
                None => (text.clone(), None),
            };
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            cuts.retain(|cut| text.is_char_boundary(*cut));
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&str> = cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]).collect();
            let stops: Vec<&str> = stops.iter().map(String::as_str).collect();
            prop_assert_eq!(run(&stops, include, &pieces), expected);
        }
    }
}
