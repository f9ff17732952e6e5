//! The served model and prepared requests as Python sees them.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use smgd_core::formats::Wanted;
use smgd_core::prompt::{Delivery, Model, Policy, Prepared, Source, Ticket, WantedFormats};
use smgd_core::wire::responses::{ReasoningEvents, Shell};
use smgd_core::wire::{Error, caught};

use crate::asked::{PyAsked, PyConversation, array, history};
use crate::error::{caught_loading, raised};
use crate::ticket::PyTicket;

/// What the server knows of a checkpoint. Shared with the replies it opens.
#[pyclass(frozen, name = "Model", module = "smgd._core")]
pub struct PyModel(pub Arc<Model>);

#[pymethods]
impl PyModel {
    #[staticmethod]
    #[pyo3(signature = (
        folder, *, served_names, tokenizer=None, chat_template=None, max_model_len=None,
        tool_call_parser="auto", reasoning_parser="auto", strict=false, skipped_tool_note=true,
        reasoning_events="summary", secret=[0; 32],
    ))]
    #[expect(clippy::too_many_arguments, reason = "one per setting, by keyword")]
    fn load(
        py: Python<'_>,
        folder: PathBuf,
        served_names: Vec<String>,
        tokenizer: Option<PathBuf>,
        chat_template: Option<String>,
        max_model_len: Option<usize>,
        tool_call_parser: &str,
        reasoning_parser: &str,
        strict: bool,
        skipped_tool_note: bool,
        reasoning_events: &str,
        secret: [u8; 32],
    ) -> PyResult<Self> {
        let reasoning_events = named_events(reasoning_events)?;
        let policy = Policy { strict, skipped_tool_note, reasoning_events, secret };
        let tool = Wanted::tool(tool_call_parser);
        let reasoning = Wanted::reasoning(reasoning_parser);
        let formats = WantedFormats {
            tool: tool.map_err(|error| PyValueError::new_err(error.to_string()))?,
            reasoning: reasoning.map_err(|error| PyValueError::new_err(error.to_string()))?,
        };
        let source = Source { folder, tokenizer, chat_template, max_model_len, formats };
        let load =
            || Model::load(&source, served_names).map_err(|error| PyValueError::new_err(error.to_string()));
        let model = py.detach(|| caught_loading(load))?;
        Ok(Self(Arc::new(model.with_policy(policy))))
    }

    #[getter]
    fn names(&self) -> Vec<String> {
        self.0.names().to_vec()
    }

    #[getter]
    fn max_model_len(&self) -> usize {
        self.0.checkpoint().max_model_len
    }

    #[getter]
    fn vocab_size(&self) -> usize {
        self.0.checkpoint().vocab_size
    }

    #[getter]
    fn stop_ids(&self) -> Vec<u32> {
        self.0.checkpoint().stop_ids.clone()
    }

    #[getter]
    fn sampling_defaults<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let defaults = PyDict::new(py);
        for (name, value) in self.0.checkpoint().defaults.named() {
            defaults.set_item(name, value)?;
        }
        Ok(defaults)
    }

    #[getter]
    fn reasoning_format(&self) -> Option<&str> {
        self.0.formats().reasoning.format.map(|format| format.name)
    }

    #[getter]
    fn tool_format(&self) -> Option<&str> {
        self.0.formats().tool.format.map(|format| format.name)
    }

    #[getter]
    fn formats_reason(&self) -> String {
        self.0.formats().reason()
    }

    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.0.warnings()
    }

    /// Parse, validate, normalise, render, tokenize; the interpreter is free meanwhile.
    fn prepare_chat(
        &self,
        py: Python<'_>,
        body: &[u8],
        ticket: &Bound<'_, PyTicket>,
    ) -> PyResult<PyPrepared> {
        prepared(py, ticket, |ticket| self.0.prepare_chat(body, ticket))
    }

    fn prepare_responses(
        &self,
        py: Python<'_>,
        asked: &Bound<'_, PyAsked>,
        items: &[u8],
        referenced: &[u8],
        ticket: &Bound<'_, PyTicket>,
    ) -> PyResult<PyPrepared> {
        let asked = &asked.get().0;
        prepared(py, ticket, |ticket| {
            let history = history(&ticket.id, items, referenced)?;
            self.0.prepare_responses(asked, &history, ticket)
        })
    }

    fn prepare_compact(
        &self,
        py: Python<'_>,
        asked: &Bound<'_, PyAsked>,
        items: &[u8],
        referenced: &[u8],
        ticket: &Bound<'_, PyTicket>,
    ) -> PyResult<PyPrepared> {
        let asked = &asked.get().0;
        prepared(py, ticket, |ticket| {
            let history = history(&ticket.id, items, referenced)?;
            self.0.prepare_compact(asked, &history, ticket)
        })
    }

    fn count_responses(
        &self,
        py: Python<'_>,
        asked: &Bound<'_, PyAsked>,
        items: &[u8],
        referenced: &[u8],
    ) -> PyResult<usize> {
        let asked = &asked.get().0;
        let count = || {
            let history = history("input_tokens", items, referenced)?;
            self.0.count_responses(asked, &history, 0)
        };
        py.detach(|| caught("input_tokens", count)).map_err(|error| raised(py, &error))
    }

    #[pyo3(signature = (body, *, id))]
    fn conversation(&self, py: Python<'_>, body: &[u8], id: &str) -> PyResult<PyConversation> {
        let conversation = py.detach(|| caught(id, || self.0.conversation(body, id)));
        conversation.map(PyConversation).map_err(|error| raised(py, &error))
    }

    fn encode(&self, py: Python<'_>, text: &str) -> PyResult<Vec<u32>> {
        let encode = || self.0.checkpoint().tokenizer.encode(text).map_err(PyValueError::new_err);
        py.detach(|| caught_loading(encode))
    }

    #[expect(clippy::needless_pass_by_value, reason = "arguments come from Python by value")]
    fn decode<'py>(&self, py: Python<'py>, ids: Vec<u32>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.checkpoint().tokenizer.decode(&ids))
    }
}

/// Prepares without the interpreter.
fn prepared(
    py: Python<'_>,
    ticket: &Bound<'_, PyTicket>,
    prepare: impl FnOnce(Ticket) -> Result<Prepared, Error> + Send,
) -> PyResult<PyPrepared> {
    let ticket = &ticket.get().0;
    let prepared = py.detach(|| caught(&ticket.id, || prepare(ticket.clone())));
    prepared.map(PyPrepared).map_err(|error| raised(py, &error))
}

/// What `--reasoning-events` takes.
fn named_events(name: &str) -> PyResult<ReasoningEvents> {
    match name {
        "summary" => Ok(ReasoningEvents::Summary),
        "text" => Ok(ReasoningEvents::Text),
        "openresponses" => Ok(ReasoningEvents::OpenResponses),
        _ => Err(PyValueError::new_err("reasoning_events must be summary, text or openresponses")),
    }
}

/// A request that passed every gate.
#[pyclass(frozen, name = "Prepared", module = "smgd._core")]
pub struct PyPrepared(pub Prepared);

#[pymethods]
impl PyPrepared {
    #[getter]
    fn request(&self) -> u64 {
        self.0.request
    }

    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    #[getter]
    fn created(&self) -> u64 {
        self.0.created
    }

    #[getter]
    fn model(&self) -> &str {
        &self.0.model
    }

    #[getter]
    fn stream(&self) -> bool {
        match &self.0.delivery {
            Delivery::Chat | Delivery::Compaction(_) => false,
            Delivery::ChatStream { .. } => true,
            Delivery::Responses(shell) => shell.stream,
        }
    }

    #[getter]
    fn stored(&self) -> bool {
        self.shell().is_some_and(|shell| shell.store)
    }

    #[getter]
    fn background(&self) -> bool {
        self.shell().is_some_and(|shell| shell.background)
    }

    #[getter]
    fn previous_response_id(&self) -> Option<&str> {
        self.shell()?.echo.get("previous_response_id")?.as_str()
    }

    #[getter]
    fn conversation(&self) -> Option<&str> {
        self.shell()?.echo.get("conversation")?.get("id")?.as_str()
    }

    #[getter]
    fn ignored(&self) -> Vec<String> {
        self.0.ignored.clone()
    }

    #[getter]
    fn input_items<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        array(py, &self.0.input_items)
    }

    #[getter]
    fn prompt_len(&self) -> usize {
        self.0.prompt_ids.len()
    }

    #[getter]
    fn num_choices(&self) -> u32 {
        self.0.num_choices
    }

    #[getter]
    fn max_tokens(&self) -> u32 {
        self.0.sampling.max_tokens
    }
}

impl PyPrepared {
    /// What a response says of its request; chat has no such.
    fn shell(&self) -> Option<&Shell> {
        match &self.0.delivery {
            Delivery::Responses(shell) => Some(shell),
            Delivery::Chat | Delivery::ChatStream { .. } | Delivery::Compaction(_) => None,
        }
    }
}
