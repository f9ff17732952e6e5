//! The response object: what the reply decides, around what the request decided.
//!
//! Every field of `OpenResponses`'s schema is there, in every state; its clients refuse a response without one.
//!
//! ```text
//!  field               value
//!  id, created_at      the reply's
//!  object              "response": OpenAI's clients tell objects apart by it
//!  status              queued, in_progress, completed, incomplete, failed, cancelled
//!  completed_at        unix seconds once it is completed, else null: an end that is not whole has no time
//!  error               {code, message} of a failed one, else null; the code is one that OpenAI's types know, the
//!                      message is the house's own
//!  incomplete_details  {reason} of an incomplete one, else null; "max_output_tokens", also where the context ended
//!  output              [] in the events that begin a response; the items so far where it is asked for meanwhile
//!  ...                 what the request decided
//!  usage               null until the end, then both of its details: cached_tokens is in OpenResponses's schema,
//!                      cache_write_tokens is required by OpenAI's types alone. Both are 0: the worker has no cache
//!                      of prompts
//! ```

use async_openai::types::responses::IncompleteDetails;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::events::field;
use super::item::Item;
use super::name;
use crate::reply::sse::{json, json_number, json_string};
use crate::reply::usage::Usage;
use crate::wire::Error;

/// Fields that the reply decides; all others are the request's.
const OWN: [&str; 9] = [
    "id",
    "object",
    "created_at",
    "status",
    "completed_at",
    "error",
    "incomplete_details",
    "output",
    "usage",
];

/// What all states of one response have in common, as JSON.
#[derive(Debug)]
pub(super) struct Object {
    /// From `{` up to the status.
    head: Vec<u8>,
    /// The request's fields, each with a comma before it.
    echo: Vec<u8>,
}

/// How far a response is.
#[derive(Clone, Copy, Debug)]
pub(super) enum State<'a> {
    Queued,
    InProgress,
    Completed {
        /// Unix seconds.
        at: u64,
    },
    Incomplete,
    Failed(&'a Error),
    Cancelled,
}

impl State<'_> {
    fn status(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "in_progress",
            Self::Completed { .. } => "completed",
            Self::Incomplete => "incomplete",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The event that tells the state; a cancelled response is told as a failed one, for want of a name that
    /// clients know.
    pub(super) fn event(self) -> &'static str {
        match self {
            Self::Queued => name::QUEUED,
            Self::InProgress => name::IN_PROGRESS,
            Self::Completed { .. } => name::COMPLETED,
            Self::Incomplete => name::INCOMPLETE,
            Self::Failed(_) | Self::Cancelled => name::FAILED,
        }
    }

    fn completed_at(self) -> Option<u64> {
        match self {
            Self::Completed { at } => Some(at),
            Self::Queued | Self::InProgress | Self::Incomplete | Self::Failed(_) | Self::Cancelled => None,
        }
    }

    fn error(self) -> Value {
        match self {
            Self::Failed(error) => problem(error),
            Self::Queued | Self::InProgress | Self::Completed { .. } | Self::Incomplete | Self::Cancelled => {
                Value::Null
            }
        }
    }

    fn incomplete_details(self) -> Option<IncompleteDetails> {
        match self {
            Self::Incomplete => Some(IncompleteDetails { reason: "max_output_tokens".to_owned() }),
            Self::Queued | Self::InProgress | Self::Completed { .. } | Self::Failed(_) | Self::Cancelled => {
                None
            }
        }
    }
}

/// The `error` of a failed response.
pub(super) fn problem(error: &Error) -> Value {
    let code = match error.face().status {
        429 => "rate_limit_exceeded",
        400..500 => "invalid_prompt",
        _ => "server_error",
    };
    json!({"code": code, "message": error.to_string()})
}

impl Object {
    pub(super) fn new<'a>(
        id: &str,
        created_at: u64,
        echo: impl IntoIterator<Item = (&'a String, &'a Value)>,
    ) -> Self {
        let mut head = b"{\"id\":".to_vec();
        json_string(id, &mut head);
        head.extend_from_slice(b",\"object\":\"response\",\"created_at\":");
        json_number(created_at, &mut head);
        head.extend_from_slice(b",\"status\":");
        let mut told = Vec::new();
        for (name, value) in echo {
            field(name, value, &mut told);
        }
        Self { head, echo: told }
    }

    /// The object of a stored response; `None` if it lacks what makes one.
    pub(super) fn of_record(record: &Map<String, Value>) -> Option<Self> {
        let created_at = record.get("created_at")?.as_u64()?;
        let echo = record.iter().filter(|(name, _)| !OWN.contains(&name.as_str()));
        Some(Self::new(record.get("id")?.as_str()?, created_at, echo))
    }

    /// Appends the object.
    pub(super) fn write(&self, state: State, output: &[Item], usage: Option<Usage>, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        json_string(state.status(), out);
        field("completed_at", &state.completed_at(), out);
        field("error", &state.error(), out);
        field("incomplete_details", &state.incomplete_details(), out);
        out.extend_from_slice(b",\"output\":");
        json(&output, out);
        out.extend_from_slice(&self.echo);
        field("usage", &usage.map(Cost::from), out);
        out.push(b'}');
    }
}

/// [`Usage`] in the Responses API's words; ours, for upstream's has no `cache_write_tokens`.
#[derive(Debug, Serialize)]
pub(super) struct Cost {
    input_tokens: u64,
    input_tokens_details: InputDetails,
    output_tokens: u64,
    output_tokens_details: OutputDetails,
    total_tokens: u64,
}

#[derive(Debug, Serialize)]
struct InputDetails {
    cached_tokens: u64,
    cache_write_tokens: u64,
}

#[derive(Debug, Serialize)]
struct OutputDetails {
    reasoning_tokens: u64,
}

impl From<Usage> for Cost {
    fn from(usage: Usage) -> Self {
        Self {
            input_tokens: usage.prompt_tokens,
            input_tokens_details: InputDetails { cached_tokens: 0, cache_write_tokens: 0 },
            output_tokens: usage.completion_tokens,
            output_tokens_details: OutputDetails { reasoning_tokens: usage.reasoning_tokens },
            total_tokens: usage.prompt_tokens + usage.completion_tokens,
        }
    }
}
