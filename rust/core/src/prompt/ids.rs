//! The ids of calls, as a template takes them.

use std::collections::HashMap;

use super::wants::Ids;
use crate::wire::Message;

impl Ids {
    /// Gives calls the ids that the template takes, and their answers with them.
    pub(super) fn rename<T>(self, messages: &[Message], then: impl Fn(&[Message]) -> T) -> T {
        if self == Self::Any {
            return then(messages);
        }
        let (mut messages, mut renamed, mut count) = (messages.to_vec(), HashMap::new(), 0);
        for message in &mut messages {
            match message {
                Message::Assistant(turn) => {
                    for call in &mut turn.tool_calls {
                        let id = self.fitting(call.id.as_deref(), &call.name, count);
                        count += 1;
                        if let Some(old) = call.id.replace(id.clone()) {
                            renamed.insert(old, id);
                        }
                    }
                }
                Message::Tool { call_id: Some(id), .. } => {
                    if let Some(new) = renamed.get(&*id) {
                        id.clone_from(new);
                    }
                }
                Message::System { .. } | Message::User { .. } | Message::Tool { call_id: None, .. } => {}
            }
        }
        then(&messages)
    }

    /// The id itself where it fits, or else one made of the call's number in the conversation.
    fn fitting(self, id: Option<&str>, name: &str, count: usize) -> String {
        let fits = |id: &&str| match self {
            Self::Any => true,
            Self::Nine => id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            Self::Named => {
                id.contains(name) && id.rsplit_once(':').is_some_and(|(_, n)| n.parse::<u32>().is_ok())
            }
        };
        match id.filter(fits) {
            Some(id) => id.to_owned(),
            None if self == Self::Named => format!("functions.{name}:{count}"),
            None => format!("{count:09}"),
        }
    }
}
