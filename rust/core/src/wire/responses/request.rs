//! Asked and remembered -> the request that every dialect comes to.

use std::sync::Arc;

use serde_json::Value;

use super::asked::Asked;
use super::turns::{History, Turns};
use super::{CompactShell, Shell, ToolFace, echo};
use crate::frame::Sampling;
use crate::prompt::{Delivery, Policy};
use crate::wire::{Error, Message, Request, SamplingRequest};

/// A request, and what is told of it beside its prompt.
#[derive(Debug)]
pub struct Composed {
    /// The request.
    pub request: Request,
    /// Its own input items in their full stored form.
    pub input_items: Vec<Value>,
    /// What the user said in all its turns, in full stored form.
    pub user_items: Vec<Value>,
    /// Calls of these tools are given back in their own shape.
    pub faces: Vec<ToolFace>,
}

/// Most tokens of a summary.
const SUMMARY_TOKENS: u32 = 4096;
/// How a conversation is put into few words.
const COMPACT: &str = "Summarise the conversation so far, so that it can be gone on with by someone who has only \
    the summary and what the user said. Keep what was asked for and decided, names, numbers, paths and code that \
    will be needed, what was done and what is still to do. Answer with the summary alone.";

impl Asked {
    /// The whole request. `reply` is the id that the reply will have.
    ///
    /// # Errors
    ///
    /// A reference that was not found, an output without its call, a request that says nothing.
    pub fn compose(&self, history: &History, reply: &str, policy: &Policy) -> Result<Composed, Error> {
        let mut turns =
            Turns::new(policy, self.instructions.as_deref(), self.tools.clone(), self.ignored.clone());
        turns.add_history(history)?;
        turns.add_input(&self.input, &history.referenced, reply)?;
        let messages = turns.messages();
        if messages.is_empty() {
            return Err(self.says_nothing());
        }
        let Turns { mut tools, mut ignored, own, user_items, .. } = turns;
        // Those that are not offered now may have been before: a call of one is still told as what it is.
        let faces = tools.offered.iter().map(|tool| tool.face.clone()).collect();
        self.choice.keep(&mut tools);
        if self.summary && !policy.reasoning_events.tells_summaries() {
            ignored.push("reasoning.summary");
        }
        let declarations = tools.offered.into_iter().map(|tool| tool.declaration).collect();
        let request = Request {
            model: self.model.clone(),
            messages,
            tools: declarations,
            sampling: self.sampling.clone(),
            add_generation_prompt: true,
            continue_final_message: false,
            template_kwargs: self.template_kwargs.clone(),
            effort: self.effort.clone(),
            ignored,
            conversation: "input",
        };
        Ok(Composed { request, input_items: own, user_items, faces })
    }

    /// The request for a summary of the same conversation, and how that is told. Nothing is called on the way.
    ///
    /// # Errors
    ///
    /// As [`Asked::compose`], or when no model is named.
    pub fn compact(
        &self,
        history: &History,
        reply: &str,
        policy: &Policy,
    ) -> Result<(Request, CompactShell), Error> {
        if self.model.is_none() {
            let expected = "the name of the model that summarises".to_owned();
            return Err(Error::MissingParam { param: "model".to_owned(), expected });
        }
        let Composed { mut request, user_items, .. } = self.compose(history, reply, policy)?;
        request.messages.push(Message::User { content: COMPACT.to_owned(), name: None });
        request.tools.clear();
        request.sampling = SamplingRequest {
            num_choices: 1,
            max_tokens: Some(SUMMARY_TOKENS),
            ..SamplingRequest::default()
        };
        Ok((request, CompactShell { kept: user_items, key: policy.secret }))
    }

    /// How the reply is told, once the model's name and the sampling are known.
    #[must_use]
    pub fn deliver(
        &self,
        faces: Vec<ToolFace>,
        model: &str,
        sampling: &Sampling,
        policy: &Policy,
    ) -> Delivery {
        Delivery::Responses(Arc::new(Shell {
            echo: echo::decided(self.echo.clone(), model, sampling),
            stream: self.stream,
            store: self.store,
            background: self.background,
            reasoning: policy.reasoning_events,
            seal: self.sealed.then_some(policy.secret),
            faces: faces.into_iter().filter(|face| face.custom || face.namespace.is_some()).collect(),
        }))
    }

    fn says_nothing(&self) -> Error {
        let (param, expected) = ("input".to_owned(), "a string or a non-empty array of items".to_owned());
        if self.has_input {
            Error::InvalidParam { param, expected, got: "nothing for the model to answer".to_owned() }
        } else {
            Error::MissingParam { param, expected }
        }
    }
}
