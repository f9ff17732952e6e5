//! What a reply cost, in tokens.

use serde::Serialize;

use super::sse::json_number;
use crate::stream::{Event, Part};

/// Token counts, all choices together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: u64,
    /// Tokens of the replies, the ones that only end them included.
    pub completion_tokens: u64,
    /// Tokens of the replies' reasoning.
    pub reasoning_tokens: u64,
}

#[derive(Serialize)]
struct Shape {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    completion_tokens_details: Details,
}

#[derive(Serialize)]
struct Details {
    reasoning_tokens: u64,
}

impl Serialize for Usage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shape = Shape {
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.completion_tokens,
            total_tokens: self.prompt_tokens + self.completion_tokens,
            completion_tokens_details: Details { reasoning_tokens: self.reasoning_tokens },
        };
        shape.serialize(serializer)
    }
}

impl Usage {
    /// Counts an event's tokens.
    pub(crate) fn add(&mut self, event: &Event) {
        let tokens = u64::from(event.tokens.end - event.tokens.start);
        self.completion_tokens += tokens;
        if matches!(event.part, Part::Reasoning { .. }) {
            self.reasoning_tokens += tokens;
        }
    }

    /// The JSON that [`Serialize`] writes, without its machinery.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"prompt_tokens\":");
        json_number(self.prompt_tokens, out);
        out.extend_from_slice(b",\"completion_tokens\":");
        json_number(self.completion_tokens, out);
        out.extend_from_slice(b",\"total_tokens\":");
        json_number(self.prompt_tokens + self.completion_tokens, out);
        out.extend_from_slice(b",\"completion_tokens_details\":{\"reasoning_tokens\":");
        json_number(self.reasoning_tokens, out);
        out.extend_from_slice(b"}}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_in_a_chunk_is_usage_in_an_object() {
        let usage = Usage { prompt_tokens: 7, completion_tokens: 1234, reasoning_tokens: 30 };
        let mut written = Vec::new();
        usage.write(&mut written);
        assert_eq!(written, serde_json::to_vec(&usage).unwrap());
    }
}
