//! A request that passed every gate: what the worker and the reply need, and nothing of the messages.

use std::sync::Arc;

use crate::frame::Sampling;
use crate::wire::responses::{CompactShell, Shell};

/// One prepared request, whatever dialect it came in.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Number of the request within this server, chosen by the server; names its reply everywhere.
    pub request: u64,
    /// The id the client sees, such as `chatcmpl-...`.
    pub id: String,
    /// Unix time in seconds, as the client sees it.
    pub created: u64,
    /// The model's name as the client asked for it.
    pub model: String,
    /// The rendered prompt's ids.
    pub prompt_ids: Arc<[u32]>,
    /// The end of the rendered prompt, from the last turn marker on: it may already have opened reasoning, and
    /// the reply machine starts from it.
    pub prompt_tail: String,
    /// How tokens are drawn and when the worker ends a sequence.
    pub sampling: Sampling,
    /// Choices asked for (`n`), at least 1.
    pub num_choices: u32,
    /// Stop strings, matched in what the client calls text.
    pub stop: Vec<String>,
    /// Whether a stop string that ends the reply is part of it.
    pub include_stop: bool,
    /// The request's own stop ids (a subset of `sampling.stop_ids`), to tell `stop_reason` from the end of a turn.
    pub own_stop_ids: Vec<u32>,
    /// Tools the reply may call; empty when there are none or `tool_choice` is `none`: then markup is content.
    pub tools: Arc<[Tool]>,
    /// How the reply is told.
    pub delivery: Delivery,
    /// Full names of the fields and tools that have no effect, fit for a header.
    pub ignored: Vec<String>,
    /// The request's own input items in their full stored form, each with its `id`; of a response alone.
    pub input_items: Vec<serde_json::Value>,
}

/// A function the model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// The function's name.
    pub name: String,
    /// Its parameters' JSON schema, as sent; `null` when there is none.
    pub parameters: serde_json::Value,
}

impl Tool {
    /// Reads a declaration: `{"type": "function", "function": {"name": ..., "parameters": {...}}}`, or what is
    /// inside alone.
    ///
    /// # Errors
    ///
    /// What was expected.
    pub fn declared(mut json: serde_json::Value) -> Result<Self, &'static str> {
        let mut function = json.get_mut("function").map(serde_json::Value::take).unwrap_or(json);
        let Some(serde_json::Value::String(name)) = function.get_mut("name").map(serde_json::Value::take)
        else {
            return Err("a function's declaration with its \"name\"");
        };
        let parameters = function.get_mut("parameters").map(serde_json::Value::take);
        Ok(Self { name, parameters: parameters.unwrap_or_default() })
    }
}

/// The dialect, and whether the reply is streamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// One chat completion object.
    Chat,
    /// Chat completion chunks.
    ChatStream {
        /// A last chunk with usage and no choices (`stream_options.include_usage`).
        include_usage: bool,
        /// Usage so far in every chunk (`stream_options.continuous_usage_stats`).
        continuous_usage: bool,
    },
    /// A response of the Responses API: its object, or its events.
    Responses(Arc<Shell>),
    /// The object that a compacted conversation is told as.
    Compaction(Arc<CompactShell>),
}
