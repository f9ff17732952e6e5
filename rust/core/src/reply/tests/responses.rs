//! Responses of the Responses API, walked through by calling functions.

mod client;
mod lifecycle;
mod needs;
mod properties;
mod stored;
mod wire;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{prepared, replies, row, step};
use crate::frame::StepEnd;
use crate::prompt::{Delivery, Prepared, Tool};
use crate::reply::{Chunk, Replies};
use crate::wire::responses::{Place, ReasoningEvents, Shell, ToolFace, item_id};

/// What a request that asks for nothing special is answered with: streamed, and not stored.
pub(super) fn shell() -> Shell {
    let Value::Object(echo) = json!({"model": "m", "tools": [], "store": false, "metadata": {}}) else {
        panic!("an object")
    };
    Shell {
        echo,
        stream: true,
        store: false,
        background: false,
        reasoning: ReasoningEvents::Summary,
        seal: None,
        faces: Vec::new(),
    }
}

/// A custom tool `patch`, which the model calls as `f`, and a tool `spawn` of the namespace `agents`.
fn faces() -> Vec<ToolFace> {
    let face = |function: &str, name: &str, namespace: Option<&str>, custom| ToolFace {
        function: function.into(),
        name: name.into(),
        namespace: namespace.map(Into::into),
        custom,
    };
    vec![face("f", "patch", None, true), face("g", "spawn", Some("agents"), false)]
}

fn response(shell: Shell) -> Prepared {
    let tool = |name: &str| Tool { name: name.into(), parameters: Value::Null };
    let tools = Arc::from([tool("f"), tool("g")]);
    Prepared { id: "resp_1".into(), tools, ..prepared(1, Delivery::Responses(Arc::new(shell))) }
}

/// The id of an output item of this type.
fn id(kind: &str, index: usize) -> String {
    item_id(kind, "resp_1", Place::Output(index))
}

/// One response, and all that its client got so far.
struct Asked {
    replies: Replies,
    wire: Vec<u8>,
    /// The last chunk.
    chunk: Chunk,
}

impl Asked {
    fn of(prepared: Prepared) -> Self {
        let mut replies = replies();
        let (_, wire) = replies.open(&Arc::new(prepared), 1);
        Self { replies, wire, chunk: Chunk::default() }
    }

    fn say(&mut self, text: &[u8], end: StepEnd) {
        for chunk in step(&mut self.replies, vec![row(1, 0, text, end)]).chunks {
            self.take(chunk);
        }
    }

    fn take(&mut self, chunk: Chunk) {
        self.wire.extend(&chunk.data);
        self.wire.extend(&chunk.last);
        self.chunk = chunk;
    }

    /// The whole of a reply that comes in these pieces.
    fn whole(shell: Shell, pieces: &[&[u8]], end: StepEnd) -> Self {
        let mut asked = Self::of(response(shell));
        for (at, piece) in pieces.iter().enumerate() {
            asked.say(piece, if at + 1 == pieces.len() { end } else { StepEnd::Running });
        }
        assert_eq!(asked.replies.num_live(), 0);
        asked
    }
}

/// Name and JSON of every event; what ends the stream is `[DONE]`, which is left out.
fn events(wire: &[u8]) -> Vec<(String, Value)> {
    let text = std::str::from_utf8(wire).unwrap();
    let text = text.strip_suffix("data: [DONE]\n\n").unwrap_or(text);
    let events = text.split_terminator("\n\n").map(|event| {
        let (name, data) = event.strip_prefix("event: ").unwrap().split_once("\ndata: ").unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["type"], name);
        (name.to_owned(), data)
    });
    events.collect()
}

/// The names of the events, without `response.`, each run of deltas once.
fn names(wire: &[u8]) -> Vec<String> {
    let mut names: Vec<String> =
        events(wire).into_iter().map(|(name, _)| name.replace("response.", "")).collect();
    names.dedup();
    names
}

/// The events of one name.
fn named(wire: &[u8], name: &str) -> Vec<Value> {
    events(wire).into_iter().filter(|(other, _)| other == name).map(|(_, event)| event).collect()
}

fn object(bytes: &[u8]) -> Map<String, Value> {
    serde_json::from_slice(bytes).unwrap()
}
