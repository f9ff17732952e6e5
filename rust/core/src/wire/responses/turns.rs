//! Items -> the messages of a conversation.
//!
//! ```text
//!  instructions, system and developer items, compactions, the note on skipped tools -> one leading system message
//!  reasoning, output text and calls that follow each other                         -> one turn of the assistant
//!  a call's output                                                                 -> one answer
//! ```
//!
//! The same items give the same messages however they came: sent whole, replayed from the store, or both.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::item::{Call, Entry, Item, entry};
use super::seal::{Sealed, unseal};
use super::tool::{Tools, function_name};
use super::{Place, item_id};
use crate::prompt::Policy;
use crate::wire::body::shorten;
use crate::wire::{Assistant, Error, Ignored, Message, ToolCall, joined};

/// Earlier items, and those that the input names; all in their full stored form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Input and output items of the turns before, oldest first.
    pub items: Vec<Value>,
    /// Stored items by id.
    pub referenced: BTreeMap<String, Value>,
}

/// The turns of a request.
#[derive(Debug)]
pub(super) struct Turns<'a> {
    policy: &'a Policy,
    /// Texts of the leading system message.
    system: Vec<String>,
    messages: Vec<Message>,
    open: Option<Turn>,
    calls: HashSet<String>,
    /// Calls of items that are not known here: their outputs are left out with them.
    skipped_calls: HashSet<String>,
    pub(super) tools: Tools,
    pub(super) ignored: Ignored,
    /// The request's own items in their full stored form.
    pub(super) own: Vec<Value>,
    /// What the user said, in full stored form.
    pub(super) user_items: Vec<Value>,
}

/// What the assistant says until someone else does.
#[derive(Debug, Default)]
struct Turn {
    content: Option<String>,
    /// Segment i was thought before call i.
    reasoning: Vec<String>,
    calls: Vec<ToolCall>,
}

impl<'a> Turns<'a> {
    /// A conversation that begins with the request's instructions and tools.
    pub(super) fn new(
        policy: &'a Policy,
        instructions: Option<&str>,
        tools: Tools,
        ignored: Ignored,
    ) -> Self {
        Self {
            policy,
            system: instructions.map(str::to_owned).into_iter().collect(),
            messages: Vec::new(),
            open: None,
            calls: HashSet::new(),
            skipped_calls: HashSet::new(),
            tools,
            ignored,
            own: Vec::new(),
            user_items: Vec::new(),
        }
    }

    /// Adds the items of earlier turns.
    pub(super) fn add_history(&mut self, history: &History) -> Result<(), Error> {
        for item in &history.items {
            self.add_stored(item, "previous_response_id")?;
        }
        Ok(())
    }

    /// Adds the request's own items; the ids that they lack are made from the `reply`'s.
    pub(super) fn add_input(
        &mut self,
        input: &[Entry],
        referenced: &BTreeMap<String, Value>,
        reply: &str,
    ) -> Result<(), Error> {
        for (index, entry) in input.iter().enumerate() {
            if let Item::Reference(id) = &entry.item {
                let param = format!("{}.id", entry.path);
                let found = referenced.get(id);
                let item = found.ok_or_else(|| Error::ReferenceNotFound { param, id: shorten(id) })?;
                self.own.push(item.clone());
                self.add_stored(item, &entry.path)?;
                continue;
            }
            if let Some(kept) = &entry.kept {
                let kept = with_id(kept, reply, index);
                self.user_items.extend(matches!(entry.item, Item::User(_)).then(|| kept.clone()));
                self.own.push(kept);
            }
            self.add(entry)?;
        }
        Ok(())
    }

    /// What of it has no effect was told when it came.
    fn add_stored(&mut self, item: &Value, path: &str) -> Result<(), Error> {
        let told = std::mem::take(&mut self.ignored);
        // The request has no place for each stored item: whatever stands at `path`, it is named as one item alone.
        let entry = entry(item, format!("{path}[0]"), &mut self.ignored)?;
        self.user_items.extend(matches!(entry.item, Item::User(_)).then(|| item.clone()));
        if let Item::Output { call_id, .. } = &entry.item {
            self.calls.insert(call_id.clone());
        }
        self.add(&entry)?;
        self.ignored = told;
        Ok(())
    }

    fn add(&mut self, entry: &Entry) -> Result<(), Error> {
        match &entry.item {
            Item::System(text) => self.system.push(text.clone()),
            Item::User(text) => {
                self.close();
                self.messages.push(Message::User { content: text.clone(), name: None });
            }
            Item::Said(text) => {
                let content = &mut self.turn().content;
                let before = content.take().unwrap_or_default();
                *content = Some(joined(&[&before, text], "\n\n"));
            }
            Item::Reasoning { sealed, plain } => self.think(sealed.as_deref(), plain.as_deref(), &entry.path),
            Item::Call(call) => self.call(call),
            Item::Output { call_id, content } => return self.answer(call_id, content, &entry.path),
            Item::Tools(tools) => self.tools.extend(tools),
            Item::Compaction(sealed) => self.recall(sealed, &entry.path),
            Item::Unknown { call_id } => self.skipped_calls.extend(call_id.clone()),
            Item::Reference(_) => {}
        }
        Ok(())
    }

    fn turn(&mut self) -> &mut Turn {
        self.open.get_or_insert_default()
    }

    /// A seal of ours says more than what was shown of it; of another's, what was shown counts.
    fn think(&mut self, sealed: Option<&str>, plain: Option<&str>, path: &str) {
        let unsealed = sealed.and_then(|sealed| unseal(&self.policy.secret, Sealed::Reasoning, sealed));
        if sealed.is_some_and(|sealed| !sealed.is_empty()) && unsealed.is_none() {
            self.ignored.push(format!("{path}.encrypted_content"));
        }
        let thought = unsealed.as_deref().or(plain).unwrap_or_default();
        let turn = self.turn();
        let at = turn.calls.len();
        turn.reasoning.resize(turn.reasoning.len().max(at + 1), String::new());
        turn.reasoning[at] = joined(&[&turn.reasoning[at], thought], "\n\n");
    }

    fn call(&mut self, call: &Call) {
        self.calls.insert(call.id.clone());
        let name = function_name(call.namespace.as_deref(), &call.name);
        let id = Some(call.id.clone());
        self.turn().calls.push(ToolCall { id, name, arguments: call.arguments.clone() });
    }

    fn answer(&mut self, call_id: &str, content: &str, path: &str) -> Result<(), Error> {
        if self.skipped_calls.contains(call_id) {
            self.ignored.push(path);
            return Ok(());
        }
        if !self.calls.contains(call_id) {
            return Err(Error::InvalidParam {
                param: format!("{path}.call_id"),
                expected: "the call_id of a call before it".to_owned(),
                got: format!("\"{}\"", shorten(call_id)),
            });
        }
        self.close();
        let (content, call_id) = (content.to_owned(), Some(call_id.to_owned()));
        self.messages.push(Message::Tool { content, call_id, name: None });
        Ok(())
    }

    fn recall(&mut self, sealed: &str, path: &str) {
        match unseal(&self.policy.secret, Sealed::Compaction, sealed) {
            Some(text) => self.system.push(format!("What was said before, in short:\n{text}")),
            None => self.ignored.push(format!("{path}.encrypted_content")),
        }
    }

    fn close(&mut self) {
        let Some(Turn { content, mut reasoning, calls }) = self.open.take() else { return };
        while reasoning.last().is_some_and(String::is_empty) {
            reasoning.pop();
        }
        let turn = Assistant { content, reasoning, tool_calls: calls, name: None };
        self.messages.push(Message::Assistant(turn));
    }

    /// The messages, the system's first.
    pub(super) fn messages(&mut self) -> Vec<Message> {
        self.close();
        let mut system = std::mem::take(&mut self.system);
        if self.policy.skipped_tool_note && !self.tools.skipped.is_empty() {
            let names = self.tools.skipped.join(", ");
            system.push(format!("These tools are not available here, so do not call them: {names}."));
        }
        let text = joined(&system.iter().map(String::as_str).collect::<Vec<_>>(), "\n\n");
        let system = (!text.is_empty()).then_some(Message::System { content: text, name: None });
        system.into_iter().chain(std::mem::take(&mut self.messages)).collect()
    }
}

/// An item with the id that its place gives it, where it has none.
pub(super) fn with_id(kept: &Map<String, Value>, reply: &str, index: usize) -> Value {
    let mut kept = kept.clone();
    if !kept.contains_key("id") {
        let kind = kept.get("type").and_then(Value::as_str).unwrap_or_default();
        let id = item_id(kind, reply, Place::Input(index));
        kept.shift_insert(0, "id".to_owned(), json!(id));
    }
    Value::Object(kept)
}

#[cfg(test)]
#[path = "turns_tests.rs"]
mod tests;
