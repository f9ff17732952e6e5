//! One live reply: its choices, told as its dialect does.

use std::sync::Arc;

use super::chunks::finish_reason;
use super::projection::{self, Projection, SoFar};
use super::replies::Chunk;
use super::usage::Usage;
use crate::fnv::fnv64;
use crate::formats::Table;
use crate::frame::{Row, RowTokens, StepEnd, Submit};
use crate::prompt::Prepared;
use crate::stream::{Begin, Finish, Part, Stream, Vocabulary};
use crate::wire::Error;

/// A reply from its submission to its last byte.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) prepared: Arc<Prepared>,
    /// The worker that decodes it; frames of others are not for it.
    pub(crate) generation: u32,
    pub(crate) usage: Usage,
    /// Where in the step's chunks this reply's is, if it is there.
    pub(crate) chunk_at: usize,
    choices: Vec<Choice>,
    projection: Box<dyn Projection>,
}

#[derive(Debug)]
struct Choice {
    stream: Stream,
    /// All tokens taken, for a worker that has to go on from here.
    emitted_ids: Vec<u32>,
    any_call: bool,
    finish_reason: Option<&'static str>,
}

impl Live {
    pub(crate) fn new(prepared: Arc<Prepared>, table: &Arc<Table>, generation: u32) -> Self {
        let choices = (0..prepared.num_choices).map(|choice| Choice {
            stream: Stream::new(
                Arc::clone(table),
                &Begin {
                    prompt_tail: &prepared.prompt_tail,
                    tools: Arc::clone(&prepared.tools),
                    stop: &prepared.stop,
                    include_stop: prepared.include_stop,
                    id_seed: seed(&prepared.id, choice),
                },
            ),
            emitted_ids: Vec::new(),
            any_call: false,
            finish_reason: None,
        });
        Self {
            choices: choices.collect(),
            usage: Usage { prompt_tokens: prepared.prompt_ids.len() as u64, ..Usage::default() },
            projection: projection::of(&prepared),
            chunk_at: 0,
            generation,
            prepared,
        }
    }

    /// What the worker is asked: all choices that are not finished, with what they emitted.
    pub(crate) fn submit(&self) -> Submit {
        let rows = self.choices.iter().zip(0_u32..).filter(|(choice, _)| choice.finish_reason.is_none());
        let rows = rows.map(|(choice, index)| Row {
            sequence: sequence(self.prepared.request, index),
            choice: index,
            emitted_ids: choice.emitted_ids.clone(),
        });
        Submit {
            request: self.prepared.request,
            prompt_ids: self.prepared.prompt_ids.to_vec(),
            rows: rows.collect(),
            sampling: self.prepared.sampling.clone(),
            ..Submit::default()
        }
    }

    /// The sequences that the worker still decodes.
    pub(crate) fn open_sequences(&self) -> impl Iterator<Item = u64> {
        let choices = self.choices.iter().zip(0_u32..).filter(|(choice, _)| choice.finish_reason.is_none());
        choices.map(|(_, index)| sequence(self.prepared.request, index))
    }

    /// Whether the sequence is one of the choices and not finished.
    pub(crate) fn is_open(&self, sequence: u64) -> bool {
        let choice = self.choices.get(choice_of(sequence) as usize);
        choice.is_some_and(|choice| choice.finish_reason.is_none())
    }

    /// The first bytes.
    pub(crate) fn begin(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.projection.begin(self.usage, &mut out);
        out
    }

    /// Takes an open choice's tokens of a step; appends what the client is sent. Returns whether the core, and
    /// not the worker, ended the choice. `now` is unix time in seconds.
    pub(crate) fn push(
        &mut self,
        vocabulary: &dyn Vocabulary,
        row: &RowTokens,
        now: u64,
        chunk: &mut Chunk,
    ) -> bool {
        let index = choice_of(row.sequence);
        let Some(choice) = self.choices.get_mut(index as usize) else { return false };
        choice.emitted_ids.extend_from_slice(&row.ids);
        let finish = choice.take(vocabulary, row, &self.prepared);
        let by_core = choice.stream.is_ended() && row.end == StepEnd::Running;
        if let Some(finish) = finish {
            choice.stream.finish(finish);
        }
        for event in choice.stream.drain() {
            self.usage.add(&event);
            choice.any_call |= matches!(event.part, Part::ToolCallStart { .. });
            if let Part::End { finish } = &event.part {
                choice.finish_reason = Some(finish_reason(finish, choice.any_call));
            }
            let so_far = SoFar { usage: self.usage, any_call: choice.any_call };
            self.projection.event(index, event, so_far, &mut chunk.data);
        }
        if self.is_finished() {
            self.projection.end(self.usage, now, chunk);
        }
        by_core
    }

    /// Whether every choice is.
    pub(crate) fn is_finished(&self) -> bool {
        self.choices.iter().all(|choice| choice.finish_reason.is_some())
    }

    /// One word per finished choice.
    pub(crate) fn finish_reasons(&self) -> Vec<&'static str> {
        self.choices.iter().filter_map(|choice| choice.finish_reason).collect()
    }

    /// Appends the last bytes of a reply that ends badly.
    pub(crate) fn fail(&mut self, error: &Error, chunk: &mut Chunk) {
        self.projection.fail(error, self.usage, chunk);
    }

    /// Appends the last bytes of a reply that nobody waits for any more.
    pub(crate) fn cancel(&mut self, chunk: &mut Chunk) {
        self.projection.cancel(self.usage, chunk);
    }

    /// What says that the reply goes on; nothing for a reply that is not streamed.
    pub(crate) fn heartbeat(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.projection.heartbeat(&mut out);
        out
    }

    /// The reply's object as it stands; empty where its dialect has none meanwhile.
    pub(crate) fn object(&self) -> Vec<u8> {
        self.projection.object()
    }
}

impl Choice {
    /// Gives the stream a row's tokens; says how the worker ended it.
    fn take(&mut self, vocabulary: &dyn Vocabulary, row: &RowTokens, prepared: &Prepared) -> Option<Finish> {
        match (row.end, row.ids.split_last()) {
            (StepEnd::StopId, Some((stop, text))) => {
                self.stream.push(vocabulary, text);
                self.stream.push_stop(vocabulary, *stop);
                let own = prepared.own_stop_ids.contains(stop);
                Some(if own { Finish::StopId(*stop) } else { Finish::Stop })
            }
            (StepEnd::StopId, None) => Some(Finish::Stop),
            (StepEnd::Running | StepEnd::Aborted, _) => {
                self.stream.push(vocabulary, &row.ids);
                None
            }
            (StepEnd::Length, _) => {
                self.stream.push(vocabulary, &row.ids);
                Some(Finish::Length)
            }
        }
    }
}

/// Bits of a sequence's number that name its choice.
const CHOICE_BITS: u32 = 16;

/// A choice's sequence is named by its request and its place.
fn sequence(request: u64, choice: u32) -> u64 {
    request << CHOICE_BITS | u64::from(choice)
}

/// The request of a sequence.
pub(crate) fn request_of(sequence: u64) -> u64 {
    sequence >> CHOICE_BITS
}

fn choice_of(sequence: u64) -> u32 {
    u32::try_from(sequence & ((1 << CHOICE_BITS) - 1)).unwrap_or_default()
}

/// Of the reply's id, so that no two replies of a conversation share call ids.
fn seed(id: &str, choice: u32) -> u64 {
    fnv64(id.bytes().chain(choice.to_le_bytes()))
}
