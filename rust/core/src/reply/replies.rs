//! The live replies of one server: one call per worker step advances all of them.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::live::{Live, request_of};
use super::usage::Usage;
use crate::formats::{ReasoningFormat, Table, TableError, ToolFormat};
use crate::frame::{self, Abort, Fault, FrameError, Message, RowTokens, StepEnd};
use crate::prompt::Prepared;
use crate::stream::Vocabulary;
use crate::wire::Error;

/// All replies that were opened and did not end.
#[derive(Debug)]
pub struct Replies {
    vocabulary: Arc<dyn Vocabulary>,
    with_tools: Arc<Table>,
    without_tools: Arc<Table>,
    /// By request number, so oldest first.
    live: BTreeMap<u64, Live>,
}

/// What one step brought the clients.
#[derive(Debug, Default)]
pub struct Step {
    /// One part per client that something happened to.
    pub chunks: Vec<Chunk>,
    /// The abort frame for sequences that the core ended; empty when there are none.
    pub abort: Vec<u8>,
    /// Tokens of all clients.
    pub num_tokens: u32,
}

/// One client's part of a step.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Whose.
    pub request: u64,
    /// Bytes to send; for a reply that is not streamed, empty until it is finished.
    pub data: Vec<u8>,
    /// The whole response, to be stored before `last` is sent; only of a reply that is stored, and with its end.
    pub record: Vec<u8>,
    /// The last bytes, kept apart from `data` until the record is stored.
    pub last: Vec<u8>,
    /// What is sent in place of `last` when the record could not be stored; where it is empty, the error is the
    /// answer.
    pub unstored: Vec<u8>,
    /// Tokens that this step brought, all choices together.
    pub num_tokens: u32,
    /// Whether these are the last bytes.
    pub finished: bool,
    /// Why it ended badly.
    pub error: Option<Error>,
    /// What the reply cost so far.
    pub usage: Usage,
    /// One word per choice, once finished.
    pub finish_reasons: Vec<&'static str>,
}

impl Replies {
    /// Replies of one checkpoint: its vocabulary, and the formats it writes.
    ///
    /// # Errors
    ///
    /// [`TableError`] when a format's declaration is broken.
    pub fn new(
        vocabulary: Arc<dyn Vocabulary>,
        reasoning: Option<&'static ReasoningFormat>,
        tool: Option<&'static ToolFormat>,
    ) -> Result<Self, TableError> {
        let bind = |tool| Table::bind(reasoning, tool, Some(&*vocabulary)).map(Arc::new);
        let (with_tools, without_tools) = (bind(tool)?, bind(None)?);
        Ok(Self { vocabulary, with_tools, without_tools, live: BTreeMap::new() })
    }

    /// Begins a reply: the submit frame for the worker, and the first bytes for the client.
    pub fn open(&mut self, prepared: &Arc<Prepared>, generation: u32) -> (Vec<u8>, Vec<u8>) {
        let table = if prepared.tools.is_empty() { &self.without_tools } else { &self.with_tools };
        let mut reply = Live::new(Arc::clone(prepared), table, generation);
        let (frame, first) = (submit(&reply), reply.begin());
        self.live.insert(prepared.request, reply);
        (frame, first)
    }

    /// Hands all live replies to a new worker, oldest first: request and submit frame of each, with what was
    /// emitted so far. Frames of older generations are ignored from now on.
    pub fn resubmit(&mut self, generation: u32) -> Vec<(u64, Vec<u8>)> {
        let replies = self.live.iter_mut();
        let submits = replies.map(|(request, reply)| {
            reply.generation = generation;
            (*request, submit(reply))
        });
        submits.collect()
    }

    /// Takes one tokens or error frame of the worker, header included. Other frames say nothing to a client.
    /// `now` is unix time in seconds, as a client sees when its reply was completed.
    ///
    /// # Errors
    ///
    /// [`FrameError`] when it is no frame.
    pub fn advance(&mut self, bytes: &[u8], now: u64) -> Result<Step, FrameError> {
        let (header, message) = frame::decode(bytes)?;
        let mut step = Advance { now, ..Advance::default() };
        match message {
            Message::Tokens(tokens) => {
                for row in &tokens.rows {
                    self.push(row, header.generation, &mut step);
                }
            }
            Message::Error(Fault { request, .. }) => self.refused(request, header.generation, &mut step),
            Message::Ready(_) | Message::Submit(_) | Message::Abort(_) | Message::State(_) => {}
        }
        Ok(self.close(step, header.generation))
    }

    /// Says to a streaming client that its reply goes on; empty if there is nobody to say it to.
    pub fn heartbeat(&mut self, request: u64) -> Vec<u8> {
        self.live.get_mut(&request).map(Live::heartbeat).unwrap_or_default()
    }

    /// A live response as it stands; empty if it is not live, or a dialect has nothing to ask for meanwhile.
    #[must_use]
    pub fn object(&self, request: u64) -> Vec<u8> {
        self.live.get(&request).map(Live::object).unwrap_or_default()
    }

    /// Forgets a reply whose client left: the abort frame for the worker; empty if the reply is not live.
    pub fn abort(&mut self, request: u64, generation: u32) -> Vec<u8> {
        let Some(reply) = self.live.remove(&request) else { return Vec::new() };
        abort(reply.open_sequences().collect(), generation)
    }

    /// Ends a reply badly and forgets it: its last chunk, and the abort frame; nothing if it is not live.
    pub fn fail(&mut self, request: u64, error: &Error) -> Step {
        self.end(request, |reply, chunk| fail(reply, error.clone(), chunk))
    }

    /// Ends a reply that is not wanted any more and forgets it: its last chunk, and the abort frame; nothing if
    /// it is not live.
    pub fn cancel(&mut self, request: u64) -> Step {
        self.end(request, Live::cancel)
    }

    /// How many replies are live.
    #[must_use]
    pub fn num_live(&self) -> usize {
        self.live.len()
    }

    fn end(&mut self, request: u64, how: impl FnOnce(&mut Live, &mut Chunk)) -> Step {
        let Some(reply) = self.live.get_mut(&request) else { return Step::default() };
        let mut chunk = Chunk { request, usage: reply.usage, finished: true, ..Chunk::default() };
        how(reply, &mut chunk);
        let generation = reply.generation;
        self.close(Advance { chunks: vec![chunk], ..Advance::default() }, generation)
    }

    fn push(&mut self, row: &RowTokens, generation: u32, step: &mut Advance) {
        let request = request_of(row.sequence);
        let awaited = |reply: &&mut Live| reply.generation == generation && reply.is_open(row.sequence);
        let Some(reply) = self.live.get_mut(&request).filter(awaited) else { return };
        let num_tokens = u32::try_from(row.ids.len()).unwrap_or(u32::MAX);
        let now = step.now;
        let chunk = step.chunk(request, reply);
        if chunk.error.is_some() {
            return;
        }
        chunk.num_tokens += num_tokens;
        let vocabulary = &*self.vocabulary;
        let pushed = catch_unwind(AssertUnwindSafe(|| reply.push(vocabulary, row, now, chunk)));
        chunk.usage = reply.usage;
        chunk.finished = reply.is_finished();
        match pushed {
            Ok(_) if row.end == StepEnd::Aborted && !chunk.finished => fail(reply, internal(reply), chunk),
            Ok(by_core) if by_core => step.aborted.push(row.sequence),
            Ok(_) => {}
            Err(_) => {
                chunk.data.truncate(whole_events(&chunk.data));
                fail(reply, internal(reply), chunk);
            }
        }
    }

    fn refused(&mut self, request: u64, generation: u32, step: &mut Advance) {
        let Some(reply) = self.live.get_mut(&request).filter(|reply| reply.generation == generation) else {
            return;
        };
        let chunk = step.chunk(request, reply);
        chunk.usage = reply.usage;
        fail(reply, internal(reply), chunk);
    }

    /// Forgets the replies that ended.
    fn close(&mut self, mut step: Advance, generation: u32) -> Step {
        for chunk in &mut step.chunks {
            chunk.finished |= chunk.error.is_some();
            if !chunk.finished {
                continue;
            }
            let Some(reply) = self.live.remove(&chunk.request) else { continue };
            chunk.finish_reasons = reply.finish_reasons();
            step.aborted.extend(reply.open_sequences());
        }
        Step {
            num_tokens: step.chunks.iter().map(|chunk| chunk.num_tokens).sum(),
            abort: abort(step.aborted, generation),
            chunks: step.chunks,
        }
    }
}

/// A step in the making.
#[derive(Default)]
struct Advance {
    chunks: Vec<Chunk>,
    aborted: Vec<u64>,
    now: u64,
}

impl Advance {
    /// The reply's chunk. Where it is, the reply remembers from its last row; a step has one chunk per reply.
    fn chunk(&mut self, request: u64, reply: &mut Live) -> &mut Chunk {
        if self.chunks.get(reply.chunk_at).is_none_or(|chunk| chunk.request != request) {
            reply.chunk_at = self.chunks.len();
            self.chunks.push(Chunk { request, ..Chunk::default() });
        }
        &mut self.chunks[reply.chunk_at]
    }
}

fn submit(reply: &Live) -> Vec<u8> {
    frame::encode(reply.generation, 0, &Message::Submit(reply.submit()))
}

fn abort(sequences: Vec<u64>, generation: u32) -> Vec<u8> {
    if sequences.is_empty() {
        return Vec::new();
    }
    frame::encode(generation, 0, &Message::Abort(Abort { sequences }))
}

fn fail(reply: &mut Live, error: Error, chunk: &mut Chunk) {
    reply.fail(&error, chunk);
    chunk.error = Some(error);
}

/// How many bytes of a stream are whole events; of one that was being written, nothing is sent.
fn whole_events(data: &[u8]) -> usize {
    memchr::memmem::rfind(data, b"\n\n").map_or(0, |at| at + 2)
}

fn internal(reply: &Live) -> Error {
    Error::Internal { id: reply.prepared.id.clone() }
}
