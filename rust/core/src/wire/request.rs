//! What a request of any dialect comes to: what was said, which tools there are, how tokens are drawn.

use serde_json::{Map, Value};

use super::message::Message;
use super::sampling::SamplingRequest;
use super::tool::ToolDeclaration;

/// What a client asked for. Fields that cannot be honoured were refused; those without effect are named.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The model's name; absent means the one served.
    pub model: Option<String>,
    /// The conversation, at least one message.
    pub messages: Vec<Message>,
    /// The tools the model may call; none when `tool_choice` is `none`.
    pub tools: Vec<ToolDeclaration>,
    /// How tokens are drawn and when the reply ends.
    pub sampling: SamplingRequest,
    /// Whether the prompt ends where the assistant begins to speak.
    pub add_generation_prompt: bool,
    /// Whether the reply continues the last message.
    pub continue_final_message: bool,
    /// Variables for the template alone, such as `enable_thinking`.
    pub template_kwargs: Map<String, Value>,
    /// How hard the model is to think, where the client says so.
    pub effort: Option<Effort>,
    /// Fields and tools that were read and have no effect.
    pub ignored: Ignored,
    /// The field that holds the conversation, for errors.
    pub conversation: &'static str,
}

/// How hard the model is to think.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effort {
    /// The field that says it.
    pub param: String,
    /// `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, or a word that nobody knows.
    pub word: String,
}

/// Full names of what a client sent and what had no effect, fit for a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignored(Vec<String>);

/// Most names that are told, and the characters of each.
const MAX_NAMES: usize = 64;
const MAX_NAME_CHARS: usize = 80;

impl Ignored {
    /// Adds a name; once is enough.
    pub fn push(&mut self, name: impl AsRef<str>) {
        let fits = |character: char| match character {
            ',' | ';' | '"' => '?',
            '!'..='~' => character,
            _ => '?',
        };
        let name: String = name.as_ref().chars().take(MAX_NAME_CHARS).map(fits).collect();
        if self.0.len() < MAX_NAMES && !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    /// Whether everything had an effect.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, in the order they were found.
    #[must_use]
    pub fn into_names(self) -> Vec<String> {
        self.0
    }
}

impl<S: AsRef<str>> Extend<S> for Ignored {
    fn extend<I: IntoIterator<Item = S>>(&mut self, names: I) {
        names.into_iter().for_each(|name| self.push(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_fits_a_header_and_is_told_once() {
        let mut ignored = Ignored::default();
        ignored.extend(["user", "a, b\r\n\u{ef}", "user", &"x".repeat(1000)]);
        assert_eq!(ignored.clone().into_names(), ["user", "a??b???", &"x".repeat(MAX_NAME_CHARS)]);
        ignored.extend((0..1000).map(|number| number.to_string()));
        assert_eq!(ignored.into_names().len(), MAX_NAMES);
    }
}
