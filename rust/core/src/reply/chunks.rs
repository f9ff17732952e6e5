//! A chat completion as chunks: each event becomes one server-sent event.

use super::projection::{Projection, SoFar};
use super::replies::Chunk;
use super::sse::{self, DONE, json_number, json_string};
use super::usage::Usage;
use crate::prompt::Prepared;
use crate::stream::{Event, Finish, Part};
use crate::wire::Error;

/// What all chunks of one reply have in common.
#[derive(Debug)]
pub(crate) struct ChatChunks {
    /// From `data: ` up to the array of choices.
    head: Vec<u8>,
    num_choices: u32,
    include_usage: bool,
    continuous_usage: bool,
}

/// A comment, which says nothing but that the stream lives.
const HEARTBEAT: &[u8] = b": heartbeat\n\n";

impl Projection for ChatChunks {
    fn begin(&mut self, usage: Usage, out: &mut Vec<u8>) {
        (0..self.num_choices).for_each(|choice| self.role(choice, usage, out));
    }

    fn event(&mut self, choice: u32, event: Event, so_far: SoFar, out: &mut Vec<u8>) {
        self.chunk(choice, &event.part, so_far, out);
    }

    fn end(&mut self, usage: Usage, _now: u64, chunk: &mut Chunk) {
        if self.include_usage {
            chunk.data.extend_from_slice(&self.head);
            chunk.data.extend_from_slice(b"],\"usage\":");
            usage.write(&mut chunk.data);
            chunk.data.extend_from_slice(b"}\n\n");
        }
        chunk.data.extend_from_slice(DONE);
    }

    /// One error event, and no `[DONE]`.
    fn fail(&mut self, error: &Error, _usage: Usage, chunk: &mut Chunk) {
        chunk.data.extend(sse::event(&error.to_json()));
    }

    fn heartbeat(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(HEARTBEAT);
    }
}

impl ChatChunks {
    pub(crate) fn new(prepared: &Prepared, include_usage: bool, continuous_usage: bool) -> Self {
        let mut head = b"data: {\"id\":".to_vec();
        json_string(&prepared.id, &mut head);
        head.extend_from_slice(b",\"object\":\"chat.completion.chunk\",\"created\":");
        json_number(prepared.created, &mut head);
        head.extend_from_slice(b",\"model\":");
        json_string(&prepared.model, &mut head);
        head.extend_from_slice(b",\"choices\":[");
        Self { head, num_choices: prepared.num_choices, include_usage, continuous_usage }
    }

    /// The first chunk of a choice: who speaks.
    fn role(&self, choice: u32, usage: Usage, out: &mut Vec<u8>) {
        self.open(choice, out);
        out.extend_from_slice(b"\"role\":\"assistant\",\"content\":\"\"");
        self.close(usage, out);
    }

    /// One event of a choice.
    fn chunk(&self, choice: u32, part: &Part, so_far: SoFar, out: &mut Vec<u8>) {
        match part {
            Part::ToolCallEnd { .. } => return,
            Part::Content { .. }
            | Part::Reasoning { .. }
            | Part::ToolCallStart { .. }
            | Part::ToolCallArguments { .. }
            | Part::End { .. } => self.open(choice, out),
        }
        match part {
            Part::Content { text } => {
                out.extend_from_slice(b"\"content\":");
                json_string(text, out);
            }
            Part::Reasoning { text } => {
                out.extend_from_slice(b"\"reasoning_content\":");
                json_string(text, out);
            }
            Part::ToolCallStart { index, id, name } => {
                call(*index, out);
                out.extend_from_slice(b",\"id\":");
                json_string(id, out);
                out.extend_from_slice(b",\"type\":\"function\",\"function\":{\"name\":");
                json_string(name, out);
                out.extend_from_slice(b",\"arguments\":\"\"}}]");
            }
            Part::ToolCallArguments { index, text } => {
                call(*index, out);
                out.extend_from_slice(b",\"function\":{\"arguments\":");
                json_string(text, out);
                out.extend_from_slice(b"}}]");
            }
            Part::ToolCallEnd { .. } => {}
            Part::End { finish } => return self.finish(finish, so_far, out),
        }
        self.close(so_far.usage, out);
    }

    fn finish(&self, finish: &Finish, so_far: SoFar, out: &mut Vec<u8>) {
        out.extend_from_slice(b"},\"logprobs\":null,\"finish_reason\":");
        json_string(finish_reason(finish, so_far.any_call), out);
        out.extend_from_slice(b",\"stop_reason\":");
        match finish {
            Finish::StopString(string) => json_string(string, out),
            Finish::StopId(id) => json_number(u64::from(*id), out),
            Finish::Stop | Finish::ToolCalls | Finish::Length => out.extend_from_slice(b"null"),
        }
        self.usage(so_far.usage, out);
    }

    fn open(&self, choice: u32, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        out.extend_from_slice(b"{\"index\":");
        json_number(u64::from(choice), out);
        out.extend_from_slice(b",\"delta\":{");
    }

    fn close(&self, usage: Usage, out: &mut Vec<u8>) {
        out.extend_from_slice(b"},\"logprobs\":null,\"finish_reason\":null");
        self.usage(usage, out);
    }

    fn usage(&self, usage: Usage, out: &mut Vec<u8>) {
        out.extend_from_slice(b"}]");
        if self.continuous_usage {
            out.extend_from_slice(b",\"usage\":");
            usage.write(out);
        } else if self.include_usage {
            out.extend_from_slice(b",\"usage\":null");
        }
        out.extend_from_slice(b"}\n\n");
    }
}

fn call(index: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"tool_calls\":[{\"index\":");
    json_number(u64::from(index), out);
}

/// `OpenAI`'s word. A stop after a complete call still asks for the tool.
#[must_use]
pub fn finish_reason(finish: &Finish, any_call: bool) -> &'static str {
    match finish {
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
        Finish::Stop | Finish::StopString(_) | Finish::StopId(_) if any_call => "tool_calls",
        Finish::Stop | Finish::StopString(_) | Finish::StopId(_) => "stop",
    }
}
