//! Where what the machine found becomes events: stop strings are looked for, tokens are assigned.

use super::ledger::Ledger;
use super::stop::{Found, StopSearch, Stops};
use super::{Event, Finish, Part};

/// Prose is either of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The answer's text.
    Content,
    /// The reasoning's text.
    Reasoning,
}

/// Collects the events of one push.
#[derive(Debug)]
pub(crate) struct Emit {
    pub(crate) ledger: Ledger,
    pub(crate) events: Vec<Event>,
    stops: Stops,
    search: StopSearch,
    stopped: Option<(Finish, u64)>,
}

impl Emit {
    pub(crate) fn new(stops: Stops) -> Self {
        Self {
            ledger: Ledger::default(),
            events: Vec::new(),
            stops,
            search: StopSearch::default(),
            stopped: None,
        }
    }

    /// Whether a stop string was completed: nothing may follow but the end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// Text of the answer or the reasoning that ends at `end`.
    ///
    /// Text and the bytes it came from are equally long, unless the text spells out a special token: then
    /// all of it ends at `end`.
    pub(crate) fn prose(&mut self, kind: Kind, text: &[u8], end: u64, spelled_out: bool) {
        if self.is_stopped() || text.is_empty() {
            return;
        }
        match kind {
            Kind::Content if self.stops.is_empty() => self.text(kind, text, end),
            Kind::Content => self.search(text, end, spelled_out),
            Kind::Reasoning => {
                self.flush();
                self.text(kind, text, end);
            }
        }
    }

    /// The beginning or the end of a tool call, known at `end`.
    pub(crate) fn call(&mut self, part: Part, end: u64) {
        if self.is_stopped() {
            return;
        }
        self.flush();
        let tokens = self.ledger.take(end);
        self.events.push(Event { part, tokens });
    }

    /// More of a call's arguments, known at `end`.
    pub(crate) fn arguments(&mut self, index: u32, text: &str, end: u64) {
        if self.is_stopped() {
            return;
        }
        self.flush();
        let tokens = self.ledger.take(end);
        match self.events.last_mut() {
            Some(Event { part: Part::ToolCallArguments { index: open, text: so_far }, tokens: range })
                if *open == index =>
            {
                so_far.push_str(text);
                range.end = tokens.end;
            }
            Some(_) | None => {
                self.push(|| Event {
                    part: Part::ToolCallArguments { index, text: text.to_owned() },
                    tokens,
                });
            }
        }
    }

    /// The reply is over, for a stop string's sake if there was one.
    pub(crate) fn end(&mut self, finish: Finish) {
        self.flush();
        let (finish, tokens) = match self.stopped.take() {
            Some((stop, position)) => (stop, self.ledger.take_through(position)),
            None => (finish, self.ledger.take_all()),
        };
        self.events.push(Event { part: Part::End { finish }, tokens });
    }

    fn search(&mut self, text: &[u8], end: u64, spelled_out: bool) {
        let after = |at: usize| if spelled_out { 0 } else { (text.len() - at - 1) as u64 };
        match self.search.push(&self.stops, text, |at| end - after(at)) {
            Found::Nothing { text, end } => self.text(Kind::Content, &text, end),
            Found::Stop { text, end, position, string } => {
                self.text(Kind::Content, &text, end);
                self.stopped = Some((Finish::StopString(string), position));
            }
        }
    }

    fn flush(&mut self) {
        if !self.is_stopped() && !self.stops.is_empty() {
            let (text, end) = self.search.flush();
            self.text(Kind::Content, &text, end);
        }
    }

    fn text(&mut self, kind: Kind, text: &[u8], end: u64) {
        if text.is_empty() {
            return;
        }
        let text = std::str::from_utf8(text).expect("text is cut where a marker or a stop string begins");
        let tokens = self.ledger.take(end);
        let same = match (self.events.last_mut(), kind) {
            (Some(Event { part: Part::Content { text }, tokens }), Kind::Content)
            | (Some(Event { part: Part::Reasoning { text }, tokens }), Kind::Reasoning) => {
                Some((text, tokens))
            }
            _ => None,
        };
        if let Some((so_far, range)) = same {
            so_far.push_str(text);
            range.end = tokens.end;
            return;
        }
        match kind {
            Kind::Content => self.push(|| Event { part: Part::Content { text: text.to_owned() }, tokens }),
            Kind::Reasoning => {
                self.push(|| Event { part: Part::Reasoning { text: text.to_owned() }, tokens });
            }
        }
    }

    /// Adds an event, made in its place: moving one costs as much as making it.
    fn push(&mut self, event: impl FnOnce() -> Event) {
        self.events.extend(std::iter::once_with(event));
    }
}
