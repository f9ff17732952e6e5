//! The way of a request of the Responses API to a prepared one: composed with what was said before, then as every
//! dialect's.

use std::sync::Arc;

use super::{Delivery, Model, Prepared, Ticket};
use crate::wire::Error;
use crate::wire::responses::{Asked, Conversation, History, parse_conversation};

impl Model {
    /// Reads what a client puts into a conversation; ids that items lack are made from `id`.
    ///
    /// # Errors
    ///
    /// As [`parse_conversation`], and what has no effect if the operator is strict.
    pub fn conversation(&self, body: &[u8], id: &str) -> Result<Conversation, Error> {
        let conversation = parse_conversation(body, id)?;
        self.check_effect(&conversation.ignored)?;
        Ok(conversation)
    }

    /// Prepares a response.
    ///
    /// # Errors
    ///
    /// Each of [`Error`]'s 4xx that a request can earn before the worker sees it.
    pub fn prepare_responses(
        &self,
        asked: &Asked,
        history: &History,
        ticket: Ticket,
    ) -> Result<Prepared, Error> {
        let policy = self.policy();
        let composed = asked.compose(history, &ticket.id, policy)?;
        let faces = composed.faces;
        let deliver = |model: &str, sampling: &_| asked.deliver(faces, model, sampling, policy);
        let prepared = self.prepare(composed.request, ticket, deliver)?;
        Ok(Prepared { input_items: composed.input_items, ..prepared })
    }

    /// Prepares a request for a summary of a conversation.
    ///
    /// # Errors
    ///
    /// As [`Model::prepare_responses`].
    pub fn prepare_compact(
        &self,
        asked: &Asked,
        history: &History,
        ticket: Ticket,
    ) -> Result<Prepared, Error> {
        let (request, shell) = asked.compact(history, &ticket.id, self.policy())?;
        self.prepare(request, ticket, |_, _| Delivery::Compaction(Arc::new(shell)))
    }

    /// How many tokens the prompt of a response would have, also where they are too many.
    ///
    /// # Errors
    ///
    /// As [`Model::prepare_responses`], but for the context's length.
    pub fn count_responses(&self, asked: &Asked, history: &History, now: u64) -> Result<usize, Error> {
        let request = asked.compose(history, "", self.policy())?.request;
        self.name(request.model.as_deref())?;
        Ok(self.prompt(&request, usize::MAX, now)?.ids.len())
    }
}

#[cfg(test)]
#[path = "responses_tests.rs"]
mod tests;
