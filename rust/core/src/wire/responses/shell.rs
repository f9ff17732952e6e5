//! What a response says of its request: fixed before the first token, and told with every state of the response.

use serde_json::{Map, Value};

/// How one request of the Responses API wants to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shell {
    /// Every field of the response object that the request alone decides, in the order they are told: `model`,
    /// `instructions`, `tools`, `store`, ... Not among them: `id`, `object`, `created_at`, `completed_at`,
    /// `status`, `error`, `incomplete_details`, `output` and `usage`, which are the reply's.
    pub echo: Map<String, Value>,
    /// Whether the reply is told as events.
    pub stream: bool,
    /// Whether the response is kept (`store`), so that its end waits until it is.
    pub store: bool,
    /// Whether nobody waits for the reply (`background`).
    pub background: bool,
    /// The names under which reasoning is told.
    pub reasoning: ReasoningEvents,
    /// The key that seals reasoning, when `include` asks for `reasoning.encrypted_content`.
    pub seal: Option<[u8; 32]>,
    /// How calls of the tools that are not plain functions are given back.
    pub faces: Vec<ToolFace>,
}

/// The names under which reasoning is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReasoningEvents {
    /// As a summary (`response.reasoning_summary_text.delta`), which every client takes.
    #[default]
    Summary,
    /// As `OpenAI` tells raw reasoning (`response.reasoning_text.delta`).
    Text,
    /// As `OpenResponses` does (`response.reasoning.delta`).
    OpenResponses,
}

impl ReasoningEvents {
    /// Whether reasoning is told as a summary.
    #[must_use]
    pub fn tells_summaries(self) -> bool {
        match self {
            Self::Summary => true,
            Self::Text | Self::OpenResponses => false,
        }
    }
}

/// A tool as the client knows it; the model knows it as a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolFace {
    /// The name that the model calls.
    pub function: String,
    /// The name that the client is told.
    pub name: String,
    /// The namespace that it was declared in.
    pub namespace: Option<String>,
    /// Whether it takes free text: then the function's one argument is `input`, and its text is given back.
    pub custom: bool,
}

/// How a request to compact a conversation wants to be answered: with the items that are kept as they are, then
/// one that seals the reply's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactShell {
    /// The items that are told before the compaction item, in their full stored form.
    pub kept: Vec<Value>,
    /// The key that seals the summary.
    pub key: [u8; 32],
}
