//! What server and worker tell each other, as types.

use super::FrameError;

/// One message; its kind is in the frame's header.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Worker to server, once: the weights are loaded.
    Ready(Ready),
    /// Server to worker: decode this.
    Submit(Submit),
    /// Server to worker: these sequences are no longer wanted.
    Abort(Abort),
    /// Worker to server: one step's tokens.
    Tokens(Tokens),
    /// Worker to server: how it stands, for metrics.
    State(StepState),
    /// Worker to server: something failed.
    Error(Fault),
}

/// What a worker knows once its model is loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ready {
    /// Parameters of the model.
    pub num_parameters: u64,
    /// Bytes of the weights on the device.
    pub weight_bytes: u64,
    /// Pages of the KV cache.
    pub num_pages: u32,
    /// Tokens a page holds.
    pub page_size: u32,
    /// Longest sequence, prompt and reply together, in tokens.
    pub max_model_len: u32,
    /// Most sequences decoded at once.
    pub max_num_seqs: u32,
    /// Most tokens in one step.
    pub max_num_batched_tokens: u32,
    /// From the worker's start to its first possible step, in milliseconds.
    pub load_ms: u32,
    /// Where it runs, such as `cpu` or `cuda:0`.
    pub device: String,
    /// What it computes in, such as `bfloat16`.
    pub dtype: String,
}

/// A request for one or more sequences over one prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Submit {
    /// The request's number.
    pub request: u64,
    /// The prompt's token ids, at least one.
    pub prompt_ids: Vec<u32>,
    /// One row per choice.
    pub rows: Vec<Row>,
    /// How tokens are drawn; the same for all rows.
    pub sampling: Sampling,
    /// A compiled-from constraint, such as a JSON schema; empty when there is none.
    pub constraint: String,
    /// The adapter's name; empty for the base model.
    pub adapter: String,
    /// Keeps prefix caches of different owners apart; empty when shared.
    pub cache_salt: Vec<u8>,
    /// Opaque inputs that are not text.
    pub attachments: Vec<Vec<u8>>,
}

/// One choice of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The sequence's number, unique within the server.
    pub sequence: u64,
    /// Which choice it is; part of every draw's key.
    pub choice: u32,
    /// Tokens already emitted; empty when the sequence is new. Penalties, limits and position count them.
    pub emitted_ids: Vec<u32>,
}

/// How tokens are drawn, and when the worker ends a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// 0 means greedy.
    pub temperature: f32,
    /// In (0, 1]; 1 keeps every token.
    pub top_p: f32,
    /// In [0, 1]; 0 keeps every token.
    pub min_p: f32,
    /// 0 keeps every token.
    pub top_k: u32,
    /// Added once for a token that was emitted; 0 for none.
    pub presence_penalty: f32,
    /// Added for each time a token was emitted; 0 for none.
    pub frequency_penalty: f32,
    /// Divides (or multiplies) logits of tokens in prompt or reply; 1 for none.
    pub repetition_penalty: f32,
    /// Key of every draw, with choice, position and token.
    pub seed: u64,
    /// Most tokens of the reply, emitted ones included.
    pub max_tokens: u32,
    /// No stop id may be drawn before this many tokens.
    pub min_tokens: u32,
    /// Whether the checkpoint's own stop ids are ignored; they are then absent from `stop_ids`.
    pub ignore_eos: bool,
    /// Token ids that end the sequence; the token itself is sent.
    pub stop_ids: Vec<u32>,
    /// Log probabilities asked for per token: -1 none, 0 the drawn token's, k the k most likely too.
    pub logprobs: i32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_p: 1.0,
            min_p: 0.0,
            top_k: 0,
            presence_penalty: 0.0,
            frequency_penalty: 0.0,
            repetition_penalty: 1.0,
            seed: 0,
            max_tokens: 16,
            min_tokens: 0,
            ignore_eos: false,
            stop_ids: Vec::new(),
            logprobs: -1,
        }
    }
}

/// Sequences that are no longer wanted; unknown numbers are ignored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Abort {
    /// Their numbers.
    pub sequences: Vec<u64>,
}

/// One step's tokens: none to several per sequence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tokens {
    /// One row per sequence that advanced or ended.
    pub rows: Vec<RowTokens>,
}

/// What one step brought one sequence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowTokens {
    /// The sequence's number.
    pub sequence: u64,
    /// New tokens, in order; a stop id that ended the sequence is the last of them.
    pub ids: Vec<u32>,
    /// Whether, and why, the worker ended the sequence.
    pub end: StepEnd,
    /// Per new token, the drawn token's log probability and then the most likely ones; empty unless asked for.
    pub logprobs: Vec<Vec<(u32, f32)>>,
}

/// Why the worker ended a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepEnd {
    /// It did not.
    #[default]
    Running,
    /// The last token is a stop id.
    StopId,
    /// `max_tokens` or the context was reached.
    Length,
    /// It was aborted, or refused with an error frame.
    Aborted,
}

impl TryFrom<u8> for StepEnd {
    type Error = FrameError;

    fn try_from(value: u8) -> Result<Self, FrameError> {
        Ok(match value {
            0 => Self::Running,
            1 => Self::StopId,
            2 => Self::Length,
            3 => Self::Aborted,
            _ => {
                return Err(FrameError::Value { what: "end", expected: "0 to 3", got: u64::from(value) });
            }
        })
    }
}

/// How a worker stands after a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepState {
    /// Sequences being decoded or prefilled.
    pub num_running: u32,
    /// Sequences waiting for room.
    pub num_waiting: u32,
    /// Pages in use.
    pub pages_used: u32,
    /// Pages in all.
    pub num_pages: u32,
    /// Prompt tokens computed since the start.
    pub prompt_tokens: u64,
    /// Tokens drawn since the start.
    pub generated_tokens: u64,
    /// Sequences set back to waiting since the start.
    pub num_preemptions: u64,
}

/// Something failed in the worker.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fault {
    /// The request at fault; 0 when the worker as a whole is.
    pub request: u64,
    /// What went wrong, in a sentence without prompt text.
    pub message: String,
}
