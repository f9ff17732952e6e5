//! Server-sent events in the Responses API's frame: named, and numbered from 0 without gaps.

use serde::Serialize;
use serde_json::json;

use super::name;
use super::object::{Object, State};
use crate::reply::sse::{self, json_number, json_string};
use crate::wire::Error;

/// The numbering of one stream's events; of a response that is not streamed, no event is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Events {
    pub(super) are_told: bool,
    /// The next event's number.
    pub(super) next: u64,
}

impl Events {
    /// Appends one event; `fields` writes what follows its type and number, each field with a comma before it.
    pub(super) fn tell(&mut self, name: &str, out: &mut Vec<u8>, fields: impl FnOnce(&mut Vec<u8>)) {
        if !self.are_told {
            return;
        }
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\ndata: {\"type\":\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\",\"sequence_number\":");
        json_number(self.next, out);
        fields(out);
        out.extend_from_slice(b"}\n\n");
        self.next += 1;
    }

    /// The shell of a response that is not over: no output, no usage.
    pub(super) fn shell(&mut self, name: &str, object: &Object, state: State, out: &mut Vec<u8>) {
        self.tell(name, out, |out| {
            out.extend_from_slice(b",\"response\":");
            object.write(state, &[], None, out);
        });
    }

    /// The first events of every response: those of one in the background begin with its wait.
    pub(super) fn begin(&mut self, object: &Object, is_queued: bool, out: &mut Vec<u8>) {
        let (state, second) =
            if is_queued { (State::Queued, name::QUEUED) } else { (State::InProgress, name::IN_PROGRESS) };
        self.shell(name::CREATED, object, state, out);
        self.shell(second, object, state, out);
    }

    /// The event that ends the wait of a response in the background.
    pub(super) fn in_progress(&mut self, object: &Object, out: &mut Vec<u8>) {
        self.shell(name::IN_PROGRESS, object, State::InProgress, out);
    }

    /// The last event: the whole response.
    pub(super) fn end(&mut self, name: &str, record: &[u8], out: &mut Vec<u8>) {
        self.tell(name, out, |out| {
            out.extend_from_slice(b",\"response\":");
            out.extend_from_slice(record);
        });
        out.extend_from_slice(sse::DONE);
    }

    /// What went wrong, both as `OpenAI`'s clients read it (flat) and as `OpenResponses` does (nested).
    pub(super) fn error(&mut self, error: &Error, out: &mut Vec<u8>) {
        let face = error.face();
        self.problem(face.kind, face.code, &error.to_string(), face.param, out);
    }

    pub(super) fn problem(
        &mut self,
        kind: &str,
        code: &str,
        message: &str,
        param: Option<&str>,
        out: &mut Vec<u8>,
    ) {
        let nested = json!({"type": kind, "code": code, "message": message, "param": param});
        self.tell(name::ERROR, out, |out| {
            field("code", &code, out);
            field("message", &message, out);
            field("param", &param, out);
            field("error", &nested, out);
        });
    }
}

/// Appends a field that is not an object's first.
pub(super) fn field(name: &str, value: &impl Serialize, out: &mut Vec<u8>) {
    out.push(b',');
    json_string(name, out);
    out.push(b':');
    sse::json(value, out);
}
