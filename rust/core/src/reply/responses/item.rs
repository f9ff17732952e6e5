//! One output item as a client has it: empty when it is added, whole when it is done.
//!
//! The types are the wire's own shape in both directions, so that a stored response can be told again. Parts, status
//! and role are upstream's: their snapshot is the same. Items are ours: upstream's custom call has no status, and its
//! other items may lack their ids.
//!
//! ```text
//!  field               why
//!  status              of a message and a function call the API demands it; of a custom call the Vercel SDK refuses an
//!                      item without it, though no published type has it; of reasoning it is there only where
//!                      the reasoning was cut, as OpenAI leaves it out
//!  annotations         [] always: clients of the Vercel SDK refuse a text without it
//!  logprobs            [] always: required by OpenAI's types; none are told yet
//!  summary             [] where the reasoning is told as text: required by every schema
//!  content             absent, never null, where the reasoning is told as a summary
//!  encrypted_content   absent, never null, unless `include` asked for it, and until the item is done
//!  namespace           absent unless the tool was declared in one
//!  phase, verbosity    absent: nothing here tells them
//! ```

/// How far an item is; `Incomplete` where a limit or a failure cut it.
pub(super) use async_openai::types::responses::OutputStatus as Status;
use async_openai::types::responses::{
    AssistantRole, OutputTextContent, ReasoningTextContent, SummaryTextContent,
};
use serde::{Deserialize, Serialize};

use super::name;
use crate::wire::responses::ReasoningEvents;

/// One item of the output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item {
    Message {
        id: String,
        status: Status,
        role: AssistantRole,
        content: Vec<Part>,
    },
    Reasoning {
        id: String,
        summary: Vec<Part>,
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<Vec<Part>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<Status>,
    },
    FunctionCall {
        #[serde(flatten)]
        call: Call,
        arguments: String,
    },
    CustomToolCall {
        #[serde(flatten)]
        call: Call,
        input: String,
    },
}

/// What calls of both kinds have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the wire's name: a call has two ids")]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) status: Status,
    pub(super) call_id: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<String>,
}

/// One part of an item's text; each item has one at most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Part {
    #[serde(rename = "output_text")]
    Output(OutputTextContent),
    #[serde(rename = "summary_text")]
    Summary(SummaryTextContent),
    #[serde(rename = "reasoning_text")]
    Reasoning(ReasoningTextContent),
}

/// How the text of one kind of item is told.
pub(super) struct Voice {
    /// The part that holds the text; `None` where the text is a field of the item.
    pub(super) part: Option<PartVoice>,
    pub(super) delta: &'static str,
    pub(super) done: &'static str,
    /// The field of the done event that holds the whole text.
    pub(super) whole: &'static str,
    /// Whether delta and done carry log-probabilities.
    pub(super) logprobs: bool,
}

/// How a part is told.
pub(super) struct PartVoice {
    /// The field that counts an item's parts.
    pub(super) index: &'static str,
    pub(super) added: &'static str,
    pub(super) done: &'static str,
}

const CONTENT: PartVoice =
    PartVoice { index: "content_index", added: name::CONTENT_ADDED, done: name::CONTENT_DONE };
const MESSAGE: Voice = Voice {
    part: Some(CONTENT),
    delta: name::TEXT_DELTA,
    done: name::TEXT_DONE,
    whole: "text",
    logprobs: true,
};
const SUMMARY: Voice = Voice {
    part: Some(PartVoice { index: "summary_index", added: name::SUMMARY_ADDED, done: name::SUMMARY_DONE }),
    delta: name::SUMMARY_TEXT_DELTA,
    done: name::SUMMARY_TEXT_DONE,
    whole: "text",
    logprobs: false,
};
const REASONING_TEXT: Voice = Voice {
    part: Some(CONTENT),
    delta: name::REASONING_TEXT_DELTA,
    done: name::REASONING_TEXT_DONE,
    whole: "text",
    logprobs: false,
};
const REASONING: Voice =
    Voice { part: Some(CONTENT), delta: name::REASONING_DELTA, done: name::REASONING_DONE, ..REASONING_TEXT };
const ARGUMENTS: Voice = Voice {
    part: None,
    delta: name::ARGUMENTS_DELTA,
    done: name::ARGUMENTS_DONE,
    whole: "arguments",
    logprobs: false,
};
const INPUT: Voice =
    Voice { part: None, delta: name::INPUT_DELTA, done: name::INPUT_DONE, whole: "input", logprobs: false };

impl Item {
    pub(super) fn message(id: String) -> Self {
        Self::Message { id, status: Status::InProgress, role: AssistantRole::Assistant, content: Vec::new() }
    }

    pub(super) fn reasoning(id: String, events: ReasoningEvents) -> Self {
        let content = match events {
            ReasoningEvents::Summary => None,
            ReasoningEvents::Text | ReasoningEvents::OpenResponses => Some(Vec::new()),
        };
        Self::Reasoning { id, summary: Vec::new(), content, encrypted_content: None, status: None }
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::Message { id, .. } | Self::Reasoning { id, .. } => id,
            Self::FunctionCall { call, .. } | Self::CustomToolCall { call, .. } => &call.id,
        }
    }

    pub(super) fn voice(&self, events: ReasoningEvents) -> &'static Voice {
        match (self, events) {
            (Self::Message { .. }, _) => &MESSAGE,
            (Self::Reasoning { content: None, .. }, _) => &SUMMARY,
            (Self::Reasoning { content: Some(_), .. }, ReasoningEvents::OpenResponses) => &REASONING,
            (Self::Reasoning { content: Some(_), .. }, ReasoningEvents::Summary | ReasoningEvents::Text) => {
                &REASONING_TEXT
            }
            (Self::FunctionCall { .. }, _) => &ARGUMENTS,
            (Self::CustomToolCall { .. }, _) => &INPUT,
        }
    }

    /// The item as it is added: nothing said, nothing sealed.
    pub(super) fn emptied(&self) -> Self {
        let mut item = self.clone();
        match &mut item {
            Self::Message { status, content, .. } => {
                *status = Status::InProgress;
                content.clear();
            }
            Self::Reasoning { summary, content, encrypted_content, status, .. } => {
                summary.clear();
                content.iter_mut().for_each(Vec::clear);
                (*encrypted_content, *status) = (None, None);
            }
            Self::FunctionCall { call, arguments: text } | Self::CustomToolCall { call, input: text } => {
                call.status = Status::InProgress;
                text.clear();
            }
        }
        item
    }

    /// Begins the part that the text goes to, where there is one.
    pub(super) fn begin_part(&mut self) {
        let text = String::new();
        match self {
            Self::Message { content, .. } => content.push(Part::Output(OutputTextContent {
                text,
                annotations: Vec::new(),
                logprobs: Some(Vec::new()),
            })),
            Self::Reasoning { content: Some(content), .. } => {
                content.push(Part::Reasoning(ReasoningTextContent { text }));
            }
            Self::Reasoning { content: None, summary, .. } => {
                summary.push(Part::Summary(SummaryTextContent { text }));
            }
            Self::FunctionCall { .. } | Self::CustomToolCall { .. } => {}
        }
    }

    /// The part that holds the text, if it was begun.
    pub(super) fn part(&self) -> Option<&Part> {
        match self {
            Self::Message { content, .. } | Self::Reasoning { content: Some(content), .. } => content.last(),
            Self::Reasoning { content: None, summary, .. } => summary.last(),
            Self::FunctionCall { .. } | Self::CustomToolCall { .. } => None,
        }
    }

    /// What was said so far.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Message { .. } | Self::Reasoning { .. } => self.part().map_or("", Part::text),
            Self::FunctionCall { arguments: text, .. } | Self::CustomToolCall { input: text, .. } => text,
        }
    }

    /// Says more; what belongs to a part that was not begun is lost.
    pub(super) fn say(&mut self, more: &str) {
        let part = match self {
            Self::Message { content, .. } | Self::Reasoning { content: Some(content), .. } => {
                content.last_mut()
            }
            Self::Reasoning { content: None, summary, .. } => summary.last_mut(),
            Self::FunctionCall { arguments: text, .. } | Self::CustomToolCall { input: text, .. } => {
                return text.push_str(more);
            }
        };
        if let Some(part) = part {
            part.text_mut().push_str(more);
        }
    }

    /// Adds the reasoning as only this server can read it.
    pub(super) fn seal(&mut self, sealed: String) {
        match self {
            Self::Reasoning { encrypted_content, .. } => *encrypted_content = Some(sealed),
            Self::Message { .. } | Self::FunctionCall { .. } | Self::CustomToolCall { .. } => {}
        }
    }

    pub(super) fn status(&self) -> Status {
        match self {
            Self::Message { status, .. } => *status,
            Self::FunctionCall { call, .. } | Self::CustomToolCall { call, .. } => call.status,
            Self::Reasoning { status, .. } => status.unwrap_or(Status::Completed),
        }
    }

    pub(super) fn set_status(&mut self, new: Status) {
        match self {
            Self::Message { status, .. } => *status = new,
            Self::FunctionCall { call, .. } | Self::CustomToolCall { call, .. } => call.status = new,
            Self::Reasoning { status, .. } => *status = (new == Status::Incomplete).then_some(new),
        }
    }
}

impl Part {
    fn text(&self) -> &str {
        match self {
            Self::Output(part) => &part.text,
            Self::Summary(part) => &part.text,
            Self::Reasoning(part) => &part.text,
        }
    }

    fn text_mut(&mut self) -> &mut String {
        match self {
            Self::Output(part) => &mut part.text,
            Self::Summary(part) => &mut part.text,
            Self::Reasoning(part) => &mut part.text,
        }
    }
}
