//! The one error type, and the one place that writes its JSON.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;

/// Everything that can go wrong with a request, in the words of the house.
///
/// The variant says whose fault it is: the client's (4xx), the load (429), the operator's (503), ours (500).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The body is empty.
    #[error("the request body is empty; expected a JSON object")]
    EmptyBody,
    /// The body is not JSON, or no object.
    #[error("the request body must be a JSON object: {reason} at byte {offset}")]
    InvalidJson {
        /// What the parser missed.
        reason: String,
        /// Where, in bytes from the start of the body.
        offset: usize,
    },
    /// The body is larger than the server accepts.
    #[error("the request body must be at most {limit} bytes, got {got}")]
    BodyTooLarge {
        /// Largest body accepted, in bytes.
        limit: usize,
        /// What was sent or announced, in bytes.
        got: String,
    },
    /// The body is not announced as JSON.
    #[error("\"content-type\" must be application/json, got {got}")]
    UnsupportedMediaType {
        /// The header as sent.
        got: String,
    },
    /// A required field is absent.
    #[error("\"{param}\" is required: expected {expected}")]
    MissingParam {
        /// The field as the client would spell it.
        param: String,
        /// The values accepted.
        expected: String,
    },
    /// A field has a value this server cannot use.
    #[error("\"{param}\" must be {expected}, got {got}")]
    InvalidParam {
        /// The field as the client spelled it, such as `messages[2].role`.
        param: String,
        /// The values accepted.
        expected: String,
        /// The value sent, shortened; never prompt text.
        got: String,
    },
    /// A field asks for something this server does not do yet.
    #[error("\"{param}\" is not supported with this value: {reason}")]
    UnsupportedParam {
        /// The field as the client spelled it.
        param: String,
        /// What can be sent instead.
        reason: String,
    },
    /// The prompt leaves no room for a reply.
    #[error("the prompt has {prompt_len} tokens, but this model's context is {max_model_len} tokens")]
    ContextLengthExceeded {
        /// Tokens of the prompt, or "more than" so many of one that was not counted to its end.
        prompt_len: String,
        /// Tokens of the context.
        max_model_len: usize,
        /// The field that holds the conversation.
        param: &'static str,
    },
    /// The chat template refused the messages.
    #[error("the chat template refused the messages: {reason}")]
    TemplateRefused {
        /// The template's own message.
        reason: String,
        /// The field that holds the conversation.
        param: &'static str,
    },
    /// The response to go on from is not stored.
    #[error(
        "the previous response \"{id}\" was not found: it was not stored, or deleted, or dropped as the oldest"
    )]
    PreviousResponseNotFound {
        /// The id asked for, shortened.
        id: String,
    },
    /// No such response is stored.
    #[error("the response \"{id}\" was not found")]
    ResponseNotFound {
        /// The id asked for, shortened.
        id: String,
    },
    /// No such conversation is stored.
    #[error("the conversation \"{id}\" was not found")]
    ConversationNotFound {
        /// The id asked for, shortened.
        id: String,
    },
    /// No such item is stored.
    #[error("the item \"{id}\" was not found")]
    ItemNotFound {
        /// The id asked for, shortened.
        id: String,
    },
    /// An item of the input names one that is not stored.
    #[error("\"{param}\" must be the id of a stored item, and \"{id}\" was not found")]
    ReferenceNotFound {
        /// The field, such as `input[2].id`.
        param: String,
        /// The id asked for, shortened.
        id: String,
    },
    /// Another response of the conversation is not finished.
    #[error("the conversation \"{id}\" has a response in progress; try again when it is finished")]
    ConversationLocked {
        /// The conversation.
        id: String,
    },
    /// Only what runs in the background can be cancelled.
    #[error("the response \"{id}\" cannot be cancelled: it was not made with \"background\": true")]
    NotInBackground {
        /// The response.
        id: String,
    },
    /// A WebSocket was asked for.
    #[error("{path} does not speak WebSocket; send the request with POST")]
    NoWebSocket {
        /// The request's path.
        path: String,
    },
    /// No such model is served here.
    #[error("the model \"{model}\" does not exist; this server has {served}")]
    ModelNotFound {
        /// The name asked for.
        model: String,
        /// The names served, quoted and joined.
        served: String,
    },
    /// No such path.
    #[error("there is no {method} {path} here")]
    NotFound {
        /// The request's method.
        method: String,
        /// The request's path.
        path: String,
    },
    /// The path exists, the method does not.
    #[error("{path} does not take {method}; it takes {allowed}")]
    MethodNotAllowed {
        /// The request's method.
        method: String,
        /// The request's path.
        path: String,
        /// The methods it takes, joined.
        allowed: String,
    },
    /// The key is missing or wrong.
    #[error("a valid API key is required: send \"Authorization: Bearer KEY\"")]
    Unauthorized,
    /// The server has all it can hold.
    #[error("the server is full: {waiting} requests are waiting; try again in {retry_after_s} s")]
    Overloaded {
        /// Requests waiting.
        waiting: usize,
        /// When trying again may help, in seconds.
        retry_after_s: u32,
    },
    /// The server is shutting down.
    #[error("the server is shutting down and takes no new requests")]
    Draining,
    /// The worker is not ready, and nobody knows when it will be.
    #[error("the model is not ready: {reason}")]
    NotReady {
        /// What the server is waiting for.
        reason: String,
    },
    /// The worker ended while it served this request, and the request could not go on.
    #[error("the worker ended while it served this request; try again ({id})")]
    WorkerLost {
        /// The id that is also in the log.
        id: String,
    },
    /// The server ended while it worked on a background response.
    #[error("the server was restarted while it worked on this response; try again ({id})")]
    ServerRestarted {
        /// The response.
        id: String,
    },
    /// A reply is complete but could not be kept as it was asked to.
    #[error("the response could not be stored; the server's log has details under {id}")]
    NotStored {
        /// The id that is also in the log.
        id: String,
    },
    /// Our fault.
    #[error("internal error; the server's log has details under {id}")]
    Internal {
        /// The id that is also in the log.
        id: String,
    },
}

/// What of an error is not its sentence: the HTTP status and the machine-readable words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face<'a> {
    /// HTTP status.
    pub status: u16,
    /// `OpenAI`'s coarse type.
    pub kind: &'static str,
    /// The fine code clients branch on; unique per variant.
    pub code: &'static str,
    /// The field at fault, if there is one.
    pub param: Option<&'a str>,
}

const INVALID: &str = "invalid_request_error";
const SERVER: &str = "server_error";

impl Error {
    /// Status, type, code and param: one `match`, so that a new variant must choose.
    #[must_use]
    pub fn face(&self) -> Face<'_> {
        let (status, kind, code, param) = match self {
            Self::EmptyBody => (400, INVALID, "empty_body", None),
            Self::InvalidJson { .. } => (400, INVALID, "invalid_json", None),
            Self::BodyTooLarge { .. } => (413, INVALID, "body_too_large", None),
            Self::UnsupportedMediaType { .. } => (415, INVALID, "unsupported_media_type", None),
            Self::MissingParam { param, .. } => {
                (400, INVALID, "missing_required_parameter", Some(param.as_str()))
            }
            Self::InvalidParam { param, .. } => (400, INVALID, "invalid_value", Some(param.as_str())),
            Self::UnsupportedParam { param, .. } => (400, INVALID, "unsupported_value", Some(param.as_str())),
            Self::ContextLengthExceeded { param, .. } => {
                (400, INVALID, "context_length_exceeded", Some(*param))
            }
            Self::TemplateRefused { param, .. } => (400, INVALID, "template_refused", Some(*param)),
            Self::PreviousResponseNotFound { .. } => {
                (404, INVALID, "previous_response_not_found", Some("previous_response_id"))
            }
            Self::ResponseNotFound { .. } => (404, INVALID, "response_not_found", None),
            Self::ConversationNotFound { .. } => {
                (404, INVALID, "conversation_not_found", Some("conversation"))
            }
            Self::ItemNotFound { .. } => (404, INVALID, "item_not_found", None),
            Self::ReferenceNotFound { param, .. } => {
                (400, INVALID, "item_reference_not_found", Some(param.as_str()))
            }
            Self::ConversationLocked { .. } => (409, INVALID, "conversation_locked", Some("conversation")),
            Self::NotInBackground { .. } => (400, INVALID, "not_in_background", None),
            Self::NoWebSocket { .. } => (426, INVALID, "no_websocket", None),
            Self::ModelNotFound { .. } => (404, INVALID, "model_not_found", Some("model")),
            Self::NotFound { .. } => (404, INVALID, "not_found", None),
            Self::MethodNotAllowed { .. } => (405, INVALID, "method_not_allowed", None),
            Self::Unauthorized => (401, "authentication_error", "invalid_api_key", None),
            Self::Overloaded { .. } => (429, "rate_limit_error", "overloaded", None),
            Self::Draining => (503, SERVER, "draining", None),
            Self::NotReady { .. } => (503, SERVER, "not_ready", None),
            Self::WorkerLost { .. } => (500, SERVER, "worker_lost", None),
            Self::ServerRestarted { .. } => (500, SERVER, "server_restarted", None),
            Self::NotStored { .. } => (500, SERVER, "not_stored", None),
            Self::Internal { .. } => (500, SERVER, "internal_error", None),
        };
        Face { status, kind, code, param }
    }

    /// When trying again may help, in seconds, for the `retry-after` header.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Overloaded { retry_after_s, .. } => Some(*retry_after_s),
            Self::Draining | Self::NotReady { .. } | Self::ConversationLocked { .. } => Some(1),
            Self::EmptyBody
            | Self::InvalidJson { .. }
            | Self::BodyTooLarge { .. }
            | Self::UnsupportedMediaType { .. }
            | Self::MissingParam { .. }
            | Self::InvalidParam { .. }
            | Self::UnsupportedParam { .. }
            | Self::ContextLengthExceeded { .. }
            | Self::TemplateRefused { .. }
            | Self::PreviousResponseNotFound { .. }
            | Self::ResponseNotFound { .. }
            | Self::ConversationNotFound { .. }
            | Self::ItemNotFound { .. }
            | Self::ReferenceNotFound { .. }
            | Self::NotInBackground { .. }
            | Self::NoWebSocket { .. }
            | Self::ModelNotFound { .. }
            | Self::NotFound { .. }
            | Self::MethodNotAllowed { .. }
            | Self::Unauthorized
            | Self::WorkerLost { .. }
            | Self::ServerRestarted { .. }
            | Self::NotStored { .. }
            | Self::Internal { .. } => None,
        }
    }

    /// The same, where the conversation is not in `messages` but in this field.
    #[must_use]
    pub fn about(mut self, conversation: &'static str) -> Self {
        if let Self::ContextLengthExceeded { param, .. } | Self::TemplateRefused { param, .. } = &mut self {
            *param = conversation;
        }
        self
    }

    /// `{"error": {message, type, param, code}}`, `OpenAI`'s shape; all four keys are always there.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let Face { kind, code, param, .. } = self.face();
        json!({"error": {"message": self.to_string(), "type": kind, "param": param, "code": code}})
            .to_string()
            .into_bytes()
    }

    /// One of each variant, for the tests that walk the list and for the README's table.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let s = |text: &str| text.to_owned();
        vec![
            Self::EmptyBody,
            Self::InvalidJson { reason: s("expected a value"), offset: 17 },
            Self::BodyTooLarge { limit: 33_554_432, got: s("40000000") },
            Self::UnsupportedMediaType { got: s("text/plain") },
            Self::MissingParam { param: s("messages"), expected: s("a non-empty array of messages") },
            Self::InvalidParam { param: s("temperature"), expected: s("a number from 0 to 2"), got: s("-1") },
            Self::UnsupportedParam { param: s("logprobs"), reason: s("send false or leave it out") },
            Self::ContextLengthExceeded { prompt_len: s("70000"), max_model_len: 65_536, param: "messages" },
            Self::TemplateRefused { reason: s("roles must alternate"), param: "messages" },
            Self::PreviousResponseNotFound { id: s("resp_1") },
            Self::ResponseNotFound { id: s("resp_1") },
            Self::ConversationNotFound { id: s("conv_1") },
            Self::ItemNotFound { id: s("msg_1") },
            Self::ReferenceNotFound { param: s("input[2].id"), id: s("rs_1") },
            Self::ConversationLocked { id: s("conv_1") },
            Self::NotInBackground { id: s("resp_1") },
            Self::NoWebSocket { path: s("/v1/responses") },
            Self::ModelNotFound { model: s("gpt-4o"), served: s("\"smgd-demo\"") },
            Self::NotFound { method: s("GET"), path: s("/v2") },
            Self::MethodNotAllowed { method: s("GET"), path: s("/v1/chat/completions"), allowed: s("POST") },
            Self::Unauthorized,
            Self::Overloaded { waiting: 512, retry_after_s: 3 },
            Self::Draining,
            Self::NotReady { reason: s("the worker is loading weights") },
            Self::WorkerLost { id: s("req-1") },
            Self::ServerRestarted { id: s("resp_1") },
            Self::NotStored { id: s("resp_1") },
            Self::Internal { id: s("req-1") },
        ]
    }
}

/// Runs one request's work: a panic becomes an internal error that names the request, and ends it alone.
///
/// # Errors
///
/// The work's own, or [`Error::Internal`].
pub fn caught<T>(id: &str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::Internal { id: id.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_error_has_a_code_of_its_own_and_all_four_keys() {
        let mut codes = HashSet::new();
        for error in Error::samples() {
            let json: serde_json::Value = serde_json::from_slice(&error.to_json()).unwrap();
            let keys: Vec<_> = json["error"].as_object().unwrap().keys().cloned().collect();
            assert_eq!(keys, ["message", "type", "param", "code"]);
            assert!(codes.insert(error.face().code), "{} is used twice", error.face().code);
        }
    }

    #[test]
    fn a_panic_becomes_an_internal_error_that_names_the_request() {
        let text = String::from("ï");
        let done = caught("req-7", || Ok(text[1..].len()));
        assert_eq!(done, Err(Error::Internal { id: "req-7".to_owned() }));
    }

    #[test]
    fn the_list_of_samples_holds_every_variant() {
        let names: HashSet<_> = Error::samples().iter().map(std::mem::discriminant).collect();
        assert_eq!(names.len(), Error::samples().len());
    }
}
