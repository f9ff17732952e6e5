//! A reasoning format and a tool-call format, bound to a vocabulary and ready to walk.
//!
//! A special token that is a marker is written into the text as two bytes, 0xFF and its number: 0xFF is
//! never part of UTF-8, so one search finds tokens and text alike and neither is taken for the other.

use std::borrow::Cow;

use super::declaration::{Act, CallKeys, Field, IdPolicy, On, ReasoningFormat, Start, Text, ToolFormat};
use crate::stream::{Kind, Vocabulary};

/// Begins a special token within the text; its number follows.
pub(crate) const SPECIAL: u8 = 0xFF;

/// The states of every reply of one kind: with or without tools.
#[derive(Debug)]
pub struct Table {
    pub(crate) nodes: Vec<Node>,
    /// Special tokens that are markers: id and spelling; the position is the token's number.
    pub(crate) specials: Vec<(u32, &'static str)>,
    pub(crate) ids: IdPolicy,
    reasoning: Option<&'static ReasoningFormat>,
}

/// One state, ready to walk.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) text: NodeText,
    pub(crate) find: Find,
}

/// What the bytes of a state are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeText {
    Prose(Kind),
    /// A marker may stand here; with or without it, the state that follows.
    Optional(usize),
    /// At most this many newlines are framing; then the state that follows.
    Newlines(u8, usize),
    Space,
    Field(Field),
    Call(CallKeys, usize),
    Calls(CallKeys, usize),
    Json(usize),
    /// The rest of a malformed call, passed as it is.
    Verbatim,
}

/// What a marker does and where it leads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) acts: &'static [Act],
    pub(crate) to: usize,
}

/// The search for the markers of one state.
#[derive(Debug, Default)]
pub(crate) struct Find {
    markers: Vec<(Vec<u8>, Edge)>,
    /// The bytes that markers begin with.
    firsts: Vec<u8>,
}

/// Where a marker is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hit {
    /// From here to there.
    At(usize, usize, Edge),
    /// One may begin here; more bytes will tell.
    Maybe(usize),
    /// Nowhere.
    None,
}

/// A format that cannot be walked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("format {format} has no state named {state}")]
pub struct TableError {
    /// The format's name.
    pub format: &'static str,
    /// The name that is nowhere declared.
    pub state: &'static str,
}

pub(crate) const CONTENT: usize = 0;
const REASONING: usize = 1;
const AFTER_OPEN: usize = 2;
const AFTER_CLOSE: usize = 3;
/// The prompt opened reasoning; some models open it again.
const OPENED: usize = 4;
/// The same, and the prompt wrote what follows the opener too.
const OPENED_AND_FRAMED: usize = 5;
pub(crate) const VERBATIM: usize = 6;
const FIRST_OF_TOOL: usize = 7;

impl Table {
    /// Binds formats to a vocabulary; without one, marker text counts as the marker.
    ///
    /// Pass no tool format for a reply that may call no tools: then their markup is content.
    ///
    /// # Errors
    ///
    /// [`TableError`] when a declaration leads to a state that it does not declare.
    pub fn bind(
        reasoning: Option<&'static ReasoningFormat>,
        tool: Option<&'static ToolFormat>,
        vocabulary: Option<&dyn Vocabulary>,
    ) -> Result<Self, TableError> {
        let mut binder = Binder { tool, vocabulary, specials: Vec::new() };
        let openers = match tool {
            Some(tool) => binder.markers(tool.openers, tool.special)?,
            None => Vec::new(),
        };
        let [mut content, mut reason] = [openers.clone(), Vec::new()];
        if tool.is_some_and(|tool| tool.ends_reasoning) {
            reason = openers;
        }
        let mut after = [(0, REASONING), (0, CONTENT)];
        let mut again = Vec::new();
        if let Some(format) = reasoning {
            let [after_open, before_close, after_close] = format.newlines;
            let open = Edge { acts: &[], to: AFTER_OPEN };
            again = binder.spellings(format.open, 0, format.special, open);
            content.extend(again.iter().cloned());
            let edge = Edge { acts: &[], to: AFTER_CLOSE };
            reason.extend(binder.spellings(format.close, before_close, format.special, edge));
            after = [(after_open, REASONING), (after_close, CONTENT)];
        }
        let closers = match tool {
            Some(tool) => binder.markers(tool.closers, tool.special)?,
            None => Vec::new(),
        };
        let mut nodes = vec![
            Node { text: NodeText::Prose(Kind::Content), find: Find::new(content) },
            Node { text: NodeText::Prose(Kind::Reasoning), find: Find::new(reason) },
            Node { text: NodeText::Newlines(after[0].0, after[0].1), find: Find::default() },
            Node { text: NodeText::Newlines(after[1].0, after[1].1), find: Find::default() },
            Node { text: NodeText::Optional(AFTER_OPEN), find: Find::new(again.clone()) },
            Node { text: NodeText::Optional(REASONING), find: Find::new(again) },
            Node { text: NodeText::Verbatim, find: Find::new(closers) },
        ];
        for state in tool.map_or(&[][..], |tool| tool.states) {
            let text = match state.text {
                Text::Space => NodeText::Space,
                Text::Field(field) => NodeText::Field(field),
                Text::Call(keys, to) => NodeText::Call(keys, binder.state(to)?),
                Text::Calls(keys, to) => NodeText::Calls(keys, binder.state(to)?),
                Text::Json(to) => NodeText::Json(binder.state(to)?),
            };
            let special = tool.is_some_and(|tool| tool.special);
            nodes.push(Node { text, find: Find::new(binder.markers(state.on, special)?) });
        }
        let ids = tool.map_or(super::declaration::OPENAI_IDS, |tool| tool.ids);
        Ok(Self { nodes, specials: binder.specials, ids, reasoning })
    }

    /// The state a reply begins in, told by the end of its prompt (from the last turn marker on).
    pub(crate) fn start(&self, prompt_tail: &str) -> usize {
        let Some(format) = self.reasoning else { return CONTENT };
        let opened = prompt_tail.rfind(format.open);
        let closed = prompt_tail.rfind(format.close);
        match (opened, closed, format.start) {
            (Some(opened), closed, _) if closed.is_none_or(|closed| closed < opened) => {
                let written = &prompt_tail[opened + format.open.len()..];
                match written {
                    "" => OPENED,
                    written if written.chars().all(char::is_whitespace) => OPENED_AND_FRAMED,
                    _ => REASONING,
                }
            }
            (None, None, Start::Reasoning) => OPENED,
            (_, Some(closed), _) if prompt_tail.len() == closed + format.close.len() => AFTER_CLOSE,
            _ => CONTENT,
        }
    }

    /// How a special token that is a marker is written into the text.
    pub(crate) fn special(&self, id: u32) -> Option<[u8; 2]> {
        let at = self.specials.iter().position(|(special, _)| *special == id)?;
        Some(special_bytes(at))
    }

    /// Text with its special tokens spelled out.
    pub(crate) fn spelled<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.specials.is_empty() || memchr::memchr(SPECIAL, bytes).is_none() {
            return Cow::Borrowed(bytes);
        }
        let mut spelled = Vec::with_capacity(bytes.len());
        let mut bytes = bytes.iter();
        while let Some(byte) = bytes.next() {
            if *byte == SPECIAL {
                let number = bytes.next().map_or(usize::MAX, |number| usize::from(number & 0x7F));
                spelled.extend_from_slice(self.specials.get(number).map_or("", |(_, text)| text).as_bytes());
            } else {
                spelled.push(*byte);
            }
        }
        Cow::Owned(spelled)
    }
}

/// The number's first bit is set, so that no scan takes it for ASCII.
fn special_bytes(number: usize) -> [u8; 2] {
    [SPECIAL, 0x80 | u8::try_from(number).expect("no format has more than 127 markers")]
}

struct Binder<'a> {
    tool: Option<&'static ToolFormat>,
    vocabulary: Option<&'a dyn Vocabulary>,
    specials: Vec<(u32, &'static str)>,
}

impl Binder<'_> {
    fn markers(&mut self, on: &'static [On], special: bool) -> Result<Vec<(Vec<u8>, Edge)>, TableError> {
        let mut markers = Vec::new();
        for on in on {
            let edge = Edge { acts: on.acts, to: self.state(on.to)? };
            markers.extend(self.spellings(on.marker, on.newlines, special, edge));
        }
        Ok(markers)
    }

    /// A marker with each number of newlines before it that it may have.
    fn spellings(
        &mut self,
        marker: &'static str,
        newlines: u8,
        special: bool,
        edge: Edge,
    ) -> Vec<(Vec<u8>, Edge)> {
        let bytes = match special.then(|| self.special(marker)).flatten() {
            Some(number) => special_bytes(number).to_vec(),
            None => marker.as_bytes().to_vec(),
        };
        let before = |count: u8| std::iter::repeat_n(b'\n', usize::from(count)).chain(bytes.iter().copied());
        (0..=newlines).map(|count| (before(count).collect(), edge)).collect()
    }

    fn special(&mut self, marker: &'static str) -> Option<usize> {
        let id = self.vocabulary?.id_of(marker)?;
        let known = self.specials.iter().position(|(special, _)| *special == id);
        let number = known.unwrap_or(self.specials.len());
        if known.is_none() {
            self.specials.push((id, marker));
        }
        Some(number)
    }

    fn state(&self, name: &'static str) -> Result<usize, TableError> {
        if name == "content" {
            return Ok(CONTENT);
        }
        let tool = self.tool.map_or(("", &[][..]), |tool| (tool.name, tool.states));
        let at = tool.1.iter().position(|state| state.name == name);
        at.map(|at| FIRST_OF_TOOL + at).ok_or(TableError { format: tool.0, state: name })
    }
}

impl Find {
    fn new(markers: Vec<(Vec<u8>, Edge)>) -> Self {
        let mut firsts: Vec<u8> = markers.iter().filter_map(|(marker, _)| marker.first().copied()).collect();
        firsts.sort_unstable();
        firsts.dedup();
        Self { markers, firsts }
    }

    /// The first marker in `bytes`, and of two that begin there the longer. At the end of a reply (`last`)
    /// nothing can become a marker any more.
    pub(crate) fn first(&self, bytes: &[u8], last: bool) -> Hit {
        let mut from = 0;
        while let Some(at) = self.candidate(&bytes[from..]) {
            match self.here(&bytes[from + at..], last) {
                Hit::At(start, end, edge) => return Hit::At(from + at + start, from + at + end, edge),
                Hit::Maybe(_) => return Hit::Maybe(from + at),
                Hit::None => from += at + 1,
            }
        }
        Hit::None
    }

    /// The marker that `bytes` begin with.
    pub(crate) fn here(&self, bytes: &[u8], last: bool) -> Hit {
        let mut hit: Option<(usize, Edge)> = None;
        for (marker, edge) in &self.markers {
            if bytes.starts_with(marker) {
                if hit.is_none_or(|(len, _)| len < marker.len()) {
                    hit = Some((marker.len(), *edge));
                }
            } else if !last && marker.starts_with(bytes) {
                return Hit::Maybe(0);
            }
        }
        hit.map_or(Hit::None, |(len, edge)| Hit::At(0, len, edge))
    }

    fn candidate(&self, bytes: &[u8]) -> Option<usize> {
        match *self.firsts.as_slice() {
            [] => None,
            [a] => memchr::memchr(a, bytes),
            [a, b] => memchr::memchr2(a, b, bytes),
            [a, b, c] => memchr::memchr3(a, b, c, bytes),
            _ => bytes.iter().position(|byte| self.firsts.contains(byte)),
        }
    }
}
