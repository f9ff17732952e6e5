//! A chat completion as one object: the same events, folded.

use std::sync::Arc;

use serde::Serialize;

use super::chunks::finish_reason;
use super::projection::{Projection, SoFar};
use super::replies::Chunk;
use super::usage::Usage;
use crate::prompt::Prepared;
use crate::stream::{Event, Finish, Part};
use crate::wire::Error;

/// One choice, as far as it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    /// The answer's text.
    pub content: String,
    /// The reasoning's text.
    pub reasoning: String,
    /// The tool calls, in order.
    pub calls: Vec<Call>,
    /// Why it ended; `None` while it has not.
    pub finish: Option<Finish>,
}

/// One tool call, as far as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its id, native or made.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments' JSON.
    pub arguments: String,
    /// Whether the arguments are complete and well-formed.
    pub valid: bool,
}

impl Fold {
    /// Adds what a stream told next.
    pub fn push(&mut self, part: Part) {
        match part {
            Part::Content { text } => self.content.push_str(&text),
            Part::Reasoning { text } => self.reasoning.push_str(&text),
            Part::ToolCallStart { id, name, .. } => {
                self.calls.push(Call { id, name, arguments: String::new(), valid: false });
            }
            Part::ToolCallArguments { index, text } => {
                if let Some(call) = self.calls.get_mut(index as usize) {
                    call.arguments.push_str(&text);
                }
            }
            Part::ToolCallEnd { index, valid } => {
                if let Some(call) = self.calls.get_mut(index as usize) {
                    call.valid = valid;
                }
            }
            Part::End { finish } => self.finish = Some(finish),
        }
    }

    /// Why it ended, in chat's words; `None` while it has not.
    #[must_use]
    pub fn finish_reason(&self) -> Option<&'static str> {
        Some(finish_reason(self.finish.as_ref()?, !self.calls.is_empty()))
    }

    fn choice(&self, index: usize) -> Choice<'_> {
        let calls = self.calls.iter().map(|call| ToolCall {
            id: &call.id,
            kind: "function",
            function: Function { name: &call.name, arguments: &call.arguments },
        });
        let finish = self.finish.as_ref().unwrap_or(&Finish::Length);
        Choice {
            index,
            message: Message {
                role: "assistant",
                content: (!self.content.is_empty() || self.calls.is_empty()).then_some(&self.content),
                reasoning_content: (!self.reasoning.is_empty()).then_some(&self.reasoning),
                tool_calls: (!self.calls.is_empty()).then(|| calls.collect()),
            },
            logprobs: None,
            finish_reason: finish_reason(finish, !self.calls.is_empty()),
            stop_reason: match finish {
                Finish::StopString(string) => Some(StopReason::String(string)),
                Finish::StopId(id) => Some(StopReason::Id(*id)),
                Finish::Stop | Finish::ToolCalls | Finish::Length => None,
            },
        }
    }
}

/// A chat completion that is told as one object: all its choices, folded.
#[derive(Debug)]
pub(crate) struct Folded {
    prepared: Arc<Prepared>,
    choices: Vec<Fold>,
}

impl Folded {
    pub(crate) fn new(prepared: Arc<Prepared>) -> Self {
        let choices = (0..prepared.num_choices).map(|_| Fold::default()).collect();
        Self { prepared, choices }
    }
}

impl Projection for Folded {
    fn begin(&mut self, _usage: Usage, _out: &mut Vec<u8>) {}

    fn event(&mut self, choice: u32, event: Event, _so_far: SoFar, _out: &mut Vec<u8>) {
        self.choices[choice as usize].push(event.part);
    }

    fn end(&mut self, usage: Usage, _now: u64, chunk: &mut Chunk) {
        let choices = self.choices.iter().enumerate().map(|(index, fold)| fold.choice(index)).collect();
        let Prepared { id, model, created, .. } = &*self.prepared;
        let completion =
            Completion { id, object: "chat.completion", created: *created, model, choices, usage };
        chunk.data.extend(serde_json::to_vec(&completion).expect("strings and numbers are always JSON"));
    }

    fn fail(&mut self, _error: &Error, _usage: Usage, _chunk: &mut Chunk) {}
}

#[derive(Serialize)]
struct Completion<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: Vec<Choice<'a>>,
    usage: Usage,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: usize,
    message: Message<'a>,
    /// Not offered yet.
    logprobs: Option<()>,
    finish_reason: &'static str,
    /// vLLM's: the stop string or stop id that ended the reply.
    stop_reason: Option<StopReason<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum StopReason<'a> {
    String(&'a str),
    Id(u32),
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    /// Null when the reply only calls tools.
    content: Option<&'a str>,
    /// Not in the original: the name that clients of `DeepSeek` read.
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<Vec<ToolCall<'a>>>,
}

#[derive(Serialize)]
struct ToolCall<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    arguments: &'a str,
}
