//! The one way from a request's body to a prepared request.
//!
//! ```text
//!  body -> dialect's parser -> Request -> model known? -> conversation -> template -> token ids -> room left? -> Prepared
//! ```

use serde_json::Value;

use super::effort::effort_variables;
use super::template::Refusal;
use super::{Delivery, Model, Prepared, Shape, Template, Tool};
use crate::frame::Sampling;
use crate::wire::{Error, Request, SamplingRequest, ToolDeclaration, parse_chat};

/// What the server adds to a request: the core takes no time, ids or seeds of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Number of the request within this server, from 1.
    pub request: u64,
    /// The id the client will see.
    pub id: String,
    /// Unix time in seconds; also the template's `strftime_now`.
    pub created: u64,
    /// The draws' key where the client sends none.
    pub seed: u64,
    /// Tokens the worker can hold for one sequence.
    pub max_model_len: usize,
}

impl Model {
    /// Parses, validates, normalises, renders and tokenizes a chat request.
    ///
    /// # Errors
    ///
    /// Each of [`Error`]'s 4xx that a request can earn before the worker sees it.
    pub fn prepare_chat(&self, body: &[u8], ticket: Ticket) -> Result<Prepared, Error> {
        let (request, delivery) = parse_chat(body)?;
        self.prepare(request, ticket, |_, _| delivery)
    }

    /// The way of every dialect from here on: what one refuses, all do. `deliver` says how the reply is told, once
    /// the model's name and the sampling are known.
    pub(super) fn prepare(
        &self,
        request: Request,
        ticket: Ticket,
        deliver: impl FnOnce(&str, &Sampling) -> Delivery,
    ) -> Result<Prepared, Error> {
        let model = self.name(request.model.as_deref())?.to_owned();
        let max_model_len = self.checkpoint().max_model_len.min(ticket.max_model_len);
        let prompt = self.prompt(&request, max_model_len, ticket.created)?;
        let room =
            room(prompt.ids.len(), max_model_len).map_err(|error| error.about(request.conversation))?;
        let sampling = self.sampling(&request.sampling, ticket.seed, room)?;
        Ok(Prepared {
            request: ticket.request,
            id: ticket.id,
            created: ticket.created,
            prompt_tail: self.tail(&prompt.text, &prompt.ids, request.continue_final_message).to_owned(),
            prompt_ids: prompt.ids.into(),
            num_choices: request.sampling.num_choices,
            stop: request.sampling.stop,
            include_stop: request.sampling.include_stop,
            own_stop_ids: request.sampling.stop_ids,
            tools: request.tools.into_iter().map(tool).collect(),
            delivery: deliver(&model, &sampling),
            model,
            sampling,
            ignored: prompt.ignored,
            input_items: Vec::new(),
        })
    }

    /// The prompt of a request, and what of the request has no effect, which is refused if the operator is strict.
    pub(super) fn prompt(&self, request: &Request, max_len: usize, now: u64) -> Result<Prompt, Error> {
        self.rendered(request, max_len, now).map_err(|error| error.about(request.conversation))
    }

    /// Refuses what has no effect if the operator is strict.
    pub(super) fn check_effect(&self, ignored: &[String]) -> Result<(), Error> {
        match ignored.first() {
            Some(name) if self.policy().strict => Err(without_effect(name)),
            Some(_) | None => Ok(()),
        }
    }

    fn rendered(&self, request: &Request, max_len: usize, now: u64) -> Result<Prompt, Error> {
        if request.messages.len().max(request.tools.len()) > max_len {
            return Err(too_long(max_len));
        }
        let (template, shape) = self.template(request)?;
        let effort = request.effort.as_ref();
        let effort_variables =
            effort.map(|effort| effort_variables(template, &effort.word)).unwrap_or_default();
        let ignored = ignored(request, template, !effort_variables.is_empty());
        self.check_effect(&ignored)?;
        let mut context = shape.context(&request.messages, &declarations(request), now);
        // The client's own variables win over those that are filled in for it.
        context.kwargs.extend(effort_variables);
        context.kwargs.extend(request.template_kwargs.clone());
        context.add_generation_prompt = request.add_generation_prompt;
        context.continue_final_message = request.continue_final_message;
        let text = template.render(&context).map_err(|refusal| refused(&refusal))?;
        let ids = self.encode(&text, max_len)?;
        Ok(Prompt { text, ids, ignored })
    }

    fn template(&self, request: &Request) -> Result<(&Template, &Shape), Error> {
        let templates = self.checkpoint().templates.as_ref().ok_or_else(|| {
            refused_as("this model has none; the server needs one (--chat-template)".to_owned())
        })?;
        Ok(match &templates.tools {
            Some(template) if !request.tools.is_empty() => (template, &self.shapes().tools),
            Some(_) | None => (&templates.chat, &self.shapes().chat),
        })
    }

    /// The checkpoint's defaults fill what the client left open, and the room left bounds the reply.
    fn sampling(&self, request: &SamplingRequest, seed: u64, room: u32) -> Result<Sampling, Error> {
        let checkpoint = self.checkpoint();
        let mut stop_ids = if request.ignore_eos { Vec::new() } else { checkpoint.stop_ids.clone() };
        for id in &request.stop_ids {
            if *id as usize >= checkpoint.vocab_size {
                return Err(Error::InvalidParam {
                    param: "stop_token_ids".to_owned(),
                    expected: format!("an array of token ids below {}", checkpoint.vocab_size),
                    got: id.to_string(),
                });
            }
            if !stop_ids.contains(id) {
                stop_ids.push(*id);
            }
        }
        let max_tokens = request.max_tokens.unwrap_or(room).min(room);
        Ok(Sampling {
            max_tokens,
            min_tokens: request.min_tokens.min(max_tokens),
            stop_ids,
            ..checkpoint.defaults.fill(request, seed)
        })
    }

    /// The prompt's token ids. A prompt far too long is refused by its beginning: counting 32 MiB to the end
    /// would take a minute.
    fn encode(&self, prompt: &str, max_model_len: usize) -> Result<Vec<u32>, Error> {
        let tokenizer = &self.checkpoint().tokenizer;
        let mut len = max_model_len.saturating_mul(LONG_TOKEN_BYTES);
        while len < prompt.len() / 2 {
            let begin = tokenizer.encode(&prompt[..boundary(prompt, len)]).map_err(refused_as)?;
            if begin.len() > max_model_len + CUT_TOKENS {
                return Err(too_long(max_model_len));
            }
            len = len.saturating_mul(4);
        }
        let ids = tokenizer.encode(prompt).map_err(refused_as)?;
        if ids.is_empty() { Err(refused_as("the prompt it gives is empty".to_owned())) } else { Ok(ids) }
    }

    /// The prompt's end, from the beginning of the model's turn on, or else from the last special token on, so
    /// that nothing the user wrote is part of it. Where a turn does not begin with one, that is a guess: at
    /// most [`TAIL_BYTES`], unless the turn is `continued`.
    fn tail<'a>(&self, prompt: &'a str, ids: &[u32], continued: bool) -> &'a str {
        if let Some(at) = self.turn().and_then(|turn| prompt.rfind(turn)) {
            return &prompt[at..];
        }
        let tokenizer = &self.checkpoint().tokenizer;
        let last = ids.iter().rposition(|id| tokenizer.is_special(*id));
        let turn_bytes = last
            .map_or(TAIL_BYTES, |last| ids[last..].iter().map(|id| tokenizer.token_bytes(*id).len()).sum());
        let len = if continued { turn_bytes } else { turn_bytes.min(TAIL_BYTES) };
        &prompt[boundary(prompt, prompt.len().saturating_sub(len))..]
    }
}

/// The part of a prompt that may say where its reply starts, when only the text of the prompt is known: from
/// what begins the model's turn on, where its format says that.
#[must_use]
pub fn tail_of_text<'a>(prompt: &'a str, turn: Option<&str>) -> &'a str {
    let guess = || boundary(prompt, prompt.len().saturating_sub(TAIL_BYTES));
    &prompt[turn.and_then(|turn| prompt.rfind(turn)).unwrap_or_else(guess)..]
}

/// The character boundary at or before a place.
fn boundary(text: &str, index: usize) -> usize {
    (0..=index).rev().find(|index| text.is_char_boundary(*index)).unwrap_or_default()
}

/// The field that most dialects hold the conversation in; see [`Error::about`].
const MESSAGES: &str = "messages";
/// Bytes per token that few texts reach; a prompt of so many a token is counted to its end.
const LONG_TOKEN_BYTES: usize = 8;
/// Tokens by which cutting a text can change its count.
const CUT_TOKENS: usize = 64;
/// Bytes of a prompt's end that a template writes to begin a turn, and the reply machine is shown: a `<think>`
/// that is open or closed again, and blank lines.
const TAIL_BYTES: usize = 64;

/// A request's prompt.
pub(super) struct Prompt {
    pub(super) text: String,
    pub(super) ids: Vec<u32>,
    /// Full names of what in the request has no effect.
    pub(super) ignored: Vec<String>,
}

/// What has no effect: what the dialect says, and what the template does not look at.
fn ignored(request: &Request, template: &Template, has_effort: bool) -> Vec<String> {
    let mut ignored = request.ignored.clone();
    ignored.extend(request.effort.as_ref().filter(|_| !has_effort).map(|effort| &effort.param));
    let unseen = request.template_kwargs.keys().filter(|name| !template.mentions(name));
    ignored.extend(unseen.map(|name| match name.as_str() {
        "documents" => "documents".to_owned(),
        own => format!("chat_template_kwargs.{own}"),
    }));
    ignored.into_names()
}

fn without_effect(name: &str) -> Error {
    let reason = "it has no effect here, and this server is strict (--strict); leave it out".to_owned();
    Error::UnsupportedParam { param: name.split('=').next().unwrap_or_default().to_owned(), reason }
}

fn declarations(request: &Request) -> Vec<Value> {
    request.tools.iter().map(|tool| tool.declaration.clone()).collect()
}

fn tool(declared: ToolDeclaration) -> Tool {
    Tool { name: declared.name, parameters: declared.parameters }
}

/// Tokens left for the reply, at least one.
fn room(prompt_len: usize, max_model_len: usize) -> Result<u32, Error> {
    match max_model_len.checked_sub(prompt_len) {
        Some(room) if room > 0 => Ok(u32::try_from(room).unwrap_or(u32::MAX)),
        Some(_) | None => {
            let prompt_len = prompt_len.to_string();
            Err(Error::ContextLengthExceeded { prompt_len, max_model_len, param: MESSAGES })
        }
    }
}

/// The error for a prompt that was not counted to its end; every message and every tool is a token at least.
fn too_long(max_model_len: usize) -> Error {
    let prompt_len = format!("more than {max_model_len}");
    Error::ContextLengthExceeded { prompt_len, max_model_len, param: MESSAGES }
}

fn refused(refusal: &Refusal) -> Error {
    refused_as(refusal.to_string())
}

/// Characters of a template's own words that an error repeats: they may quote the messages.
const MAX_REASON_CHARS: usize = 200;

fn refused_as(reason: String) -> Error {
    let reason = match reason.char_indices().nth(MAX_REASON_CHARS) {
        Some((end, _)) => format!("{}...", &reason[..end]),
        None => reason,
    };
    Error::TemplateRefused { reason, param: MESSAGES }
}

#[cfg(test)]
#[path = "prepare_tests.rs"]
mod tests;
