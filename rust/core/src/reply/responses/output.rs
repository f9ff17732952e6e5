//! The items of one response, and the events that each step of an item's life is told with.
//!
//! ```text
//!  open --say, any number--> close          one item is open at a time
//!  output_item.added         output_item.done
//!  (part added)    delta     done, (part done)
//! ```

use super::events::{Events, field};
use super::item::{Item, PartVoice, Status, Voice};
use super::name;
use crate::reply::sse::{json_number, json_string};
use crate::wire::responses::ReasoningEvents;

/// What was said so far.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) events: Events,
    items: Vec<Item>,
    /// Whether the last item is not done.
    is_open: bool,
    reasoning: ReasoningEvents,
}

impl Output {
    pub(super) fn new(are_told: bool, reasoning: ReasoningEvents) -> Self {
        Self { events: Events { are_told, next: 0 }, items: Vec::new(), is_open: false, reasoning }
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The item that is not done.
    pub(super) fn open_item(&mut self) -> Option<&mut Item> {
        if self.is_open { self.items.last_mut() } else { None }
    }

    /// Begins an item in which nothing is said yet.
    pub(super) fn open(&mut self, item: Item, out: &mut Vec<u8>) {
        tell_item(&mut self.events, name::ITEM_ADDED, &item, self.items.len(), out);
        self.items.push(item);
        self.is_open = true;
        let (at, reasoning) = (self.items.len() - 1, self.reasoning);
        let item = &mut self.items[at];
        item.begin_part();
        if let Some(part) = &item.voice(reasoning).part {
            tell_part(&mut self.events, part.added, part, item, at, out);
        }
    }

    /// Appends to the open item.
    pub(super) fn say(&mut self, text: &str, out: &mut Vec<u8>) {
        let (at, reasoning) = (self.items.len().saturating_sub(1), self.reasoning);
        let (Some(item), false) = (self.items.last_mut(), text.is_empty()) else { return };
        item.say(text);
        let voice = item.voice(reasoning);
        self.events.tell(voice.delta, out, |out| {
            place(voice, item, at, out);
            out.extend_from_slice(b",\"delta\":");
            json_string(text, out);
            logprobs(voice, out);
        });
    }

    /// Ends the open item, if there is one.
    pub(super) fn close(&mut self, status: Status, out: &mut Vec<u8>) {
        let (at, reasoning) = (self.items.len().saturating_sub(1), self.reasoning);
        let (Some(item), true) = (self.items.last_mut(), self.is_open) else { return };
        self.is_open = false;
        item.set_status(status);
        let voice = item.voice(reasoning);
        self.events.tell(voice.done, out, |out| {
            place(voice, item, at, out);
            field(voice.whole, &item.text(), out);
            logprobs(voice, out);
        });
        if let Some(part) = &voice.part {
            tell_part(&mut self.events, part.done, part, item, at, out);
        }
        tell_item(&mut self.events, name::ITEM_DONE, item, at, out);
    }

    /// The response ends badly: the open item is what it is, and no event calls it done.
    pub(super) fn cut(&mut self) {
        if let Some(item) = self.open_item() {
            item.set_status(Status::Incomplete);
        }
        self.is_open = false;
    }

    /// Tells an item again, its text in one piece; one that was `cut` is not called done.
    pub(super) fn tell_again(&mut self, item: Item, cut: bool, out: &mut Vec<u8>) {
        let (text, status) = (item.text().to_owned(), item.status());
        self.open(item.emptied(), out);
        self.say(&text, out);
        if let Some(last) = self.items.last_mut() {
            *last = item;
        }
        match status {
            Status::InProgress | Status::Incomplete if cut => self.cut(),
            Status::InProgress | Status::Incomplete | Status::Completed => self.close(status, out),
        }
    }
}

fn tell_item(events: &mut Events, name: &str, item: &Item, at: usize, out: &mut Vec<u8>) {
    events.tell(name, out, |out| {
        index("output_index", at, out);
        field("item", item, out);
    });
}

fn tell_part(events: &mut Events, name: &str, voice: &PartVoice, item: &Item, at: usize, out: &mut Vec<u8>) {
    events.tell(name, out, |out| {
        item_at(item, at, out);
        index(voice.index, 0, out);
        field("part", &item.part(), out);
    });
}

/// Where an event's text belongs.
fn place(voice: &Voice, item: &Item, at: usize, out: &mut Vec<u8>) {
    item_at(item, at, out);
    if let Some(part) = &voice.part {
        index(part.index, 0, out);
    }
}

fn item_at(item: &Item, at: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"item_id\":");
    json_string(item.id(), out);
    index("output_index", at, out);
}

fn index(name: &str, at: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    json_number(at as u64, out);
}

fn logprobs(voice: &Voice, out: &mut Vec<u8>) {
    if voice.logprobs {
        out.extend_from_slice(b",\"logprobs\":[]");
    }
}
