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
    },
    /// The chat template refused the messages.
    #[error("the chat template refused the messages: {reason}")]
    TemplateRefused {
        /// The template's own message.
        reason: String,
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
        let messages = Some("messages");
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
            Self::ContextLengthExceeded { .. } => (400, INVALID, "context_length_exceeded", messages),
            Self::TemplateRefused { .. } => (400, INVALID, "template_refused", messages),
            Self::ModelNotFound { .. } => (404, INVALID, "model_not_found", Some("model")),
            Self::NotFound { .. } => (404, INVALID, "not_found", None),
            Self::MethodNotAllowed { .. } => (405, INVALID, "method_not_allowed", None),
            Self::Unauthorized => (401, "authentication_error", "invalid_api_key", None),
            Self::Overloaded { .. } => (429, "rate_limit_error", "overloaded", None),
            Self::Draining => (503, SERVER, "draining", None),
            Self::NotReady { .. } => (503, SERVER, "not_ready", None),
            Self::WorkerLost { .. } => (500, SERVER, "worker_lost", None),
            Self::Internal { .. } => (500, SERVER, "internal_error", None),
        };
        Face { status, kind, code, param }
    }

    /// When trying again may help, in seconds, for the `retry-after` header.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Overloaded { retry_after_s, .. } => Some(*retry_after_s),
            Self::Draining | Self::NotReady { .. } => Some(1),
            Self::EmptyBody
            | Self::InvalidJson { .. }
            | Self::BodyTooLarge { .. }
            | Self::UnsupportedMediaType { .. }
            | Self::MissingParam { .. }
            | Self::InvalidParam { .. }
            | Self::UnsupportedParam { .. }
            | Self::ContextLengthExceeded { .. }
            | Self::TemplateRefused { .. }
            | Self::ModelNotFound { .. }
            | Self::NotFound { .. }
            | Self::MethodNotAllowed { .. }
            | Self::Unauthorized
            | Self::WorkerLost { .. }
            | Self::Internal { .. } => None,
        }
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
            Self::ContextLengthExceeded { prompt_len: s("70000"), max_model_len: 65_536 },
            Self::TemplateRefused { reason: s("roles must alternate") },
            Self::ModelNotFound { model: s("gpt-4o"), served: s("\"smgd-demo\"") },
            Self::NotFound { method: s("GET"), path: s("/v2") },
            Self::MethodNotAllowed { method: s("GET"), path: s("/v1/chat/completions"), allowed: s("POST") },
            Self::Unauthorized,
            Self::Overloaded { waiting: 512, retry_after_s: 3 },
            Self::Draining,
            Self::NotReady { reason: s("the worker is loading weights") },
            Self::WorkerLost { id: s("req-1") },
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
