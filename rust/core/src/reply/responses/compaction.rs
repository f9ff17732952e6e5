//! A compacted conversation: what is kept of it, and a seal of the summary that the reply is.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::object::Cost;
use crate::prompt::Prepared;
use crate::reply::projection::{Projection, SoFar};
use crate::reply::replies::Chunk;
use crate::reply::sse;
use crate::reply::usage::Usage;
use crate::stream::{Event, Part};
use crate::wire::Error;
use crate::wire::responses::{CompactShell, Place, Sealed, item_id, seal};

/// A summary in the making; it is told as one object.
#[derive(Debug)]
pub(crate) struct Compaction {
    prepared: Arc<Prepared>,
    shell: Arc<CompactShell>,
    summary: String,
}

impl Compaction {
    pub(crate) fn new(prepared: Arc<Prepared>, shell: Arc<CompactShell>) -> Self {
        Self { prepared, shell, summary: String::new() }
    }
}

impl Projection for Compaction {
    fn begin(&mut self, _usage: Usage, _out: &mut Vec<u8>) {}

    fn event(&mut self, _choice: u32, event: Event, _so_far: SoFar, _out: &mut Vec<u8>) {
        match event.part {
            Part::Content { text } => self.summary.push_str(&text),
            Part::Reasoning { .. }
            | Part::ToolCallStart { .. }
            | Part::ToolCallArguments { .. }
            | Part::ToolCallEnd { .. }
            | Part::End { .. } => {}
        }
    }

    fn end(&mut self, usage: Usage, _now: u64, chunk: &mut Chunk) {
        let Prepared { id, created, .. } = &*self.prepared;
        let kind = "compaction";
        let own = item_id(kind, id, Place::Output(self.shell.kept.len()));
        let encrypted_content = seal(&self.shell.key, Sealed::Compaction, &own, &self.summary);
        let kept = self.shell.kept.iter().map(Told::Kept);
        let whole = Compacted {
            id,
            object: "response.compaction",
            created_at: *created,
            output: kept.chain([Told::Summary { kind, id: &own, encrypted_content }]).collect(),
            usage: usage.into(),
        };
        sse::json(&whole, &mut chunk.data);
    }

    fn fail(&mut self, _error: &Error, _usage: Usage, _chunk: &mut Chunk) {}
}

/// The `response.compaction` object, with the fields of `OpenResponses`'s schema and no others.
#[derive(Serialize)]
struct Compacted<'a> {
    id: &'a str,
    object: &'static str,
    created_at: u64,
    output: Vec<Told<'a>>,
    usage: Cost,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Told<'a> {
    Kept(&'a Value),
    Summary {
        #[serde(rename = "type")]
        kind: &'static str,
        id: &'a str,
        encrypted_content: String,
    },
}
