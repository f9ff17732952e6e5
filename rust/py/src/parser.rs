//! The reply machine for text, as Python sees it: text in any pieces in, events out.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use serde_json::Value;
use smgd_core::formats::{ReasoningFormat, ToolFormat, reasoning_of, text_table};
use smgd_core::prompt::{Tool, tail_of_text};
use smgd_core::reply::finish_reason;
use smgd_core::stream::{Begin, Event, Part, Stream};

use crate::error::caught_loading;
use crate::event::PyEvent;
use crate::formats::{reasoning_named, tool_named};
use crate::json::to_list;
use crate::parse::{bytes_of, finish_named};

/// Bytes from which on the interpreter is free while they are parsed: a tenth of a millisecond's work.
pub const LONG_BYTES: usize = 16 << 10;

/// A reply's parse. Threads may share one; each push is whole.
#[pyclass(frozen, name = "ReplyParser", module = "smgd._core")]
pub struct PyReplyParser(Mutex<Parse>);

struct Parse {
    stream: Stream,
    finish_reason: Option<&'static str>,
}

#[pymethods]
impl PyReplyParser {
    #[new]
    #[pyo3(signature = (tool_format=None, reasoning_format=None, tools=None, prompt="", id_seed=None))]
    fn new(
        tool_format: Option<&str>,
        reasoning_format: Option<&str>,
        tools: Option<&Bound<'_, PyAny>>,
        prompt: &str,
        id_seed: Option<u64>,
    ) -> PyResult<Self> {
        let tool = tool_named("tool_format", tool_format)?;
        let reasoning = reasoning_named("reasoning_format", reasoning_format)?;
        let stream = begin(reasoning, tool, tools, prompt, id_seed)?;
        Ok(Self(Mutex::new(Parse { stream, finish_reason: None })))
    }

    fn push(&self, py: Python<'_>, text_or_bytes: &Bound<'_, PyAny>) -> PyResult<Vec<PyEvent>> {
        let bytes = bytes_of(text_or_bytes)?;
        let push = |parse: &mut Parse| parse.push(bytes);
        // The lock is never held while waiting for the interpreter, so neither can wait for the other.
        if bytes.len() >= LONG_BYTES {
            py.detach(|| caught_loading(|| push(&mut *self.0.lock().map_err(|_| failed())?)))
        } else {
            let mut parse = self.0.lock_py_attached(py).map_err(|_| failed())?;
            caught_loading(|| push(&mut parse))
        }
    }

    #[pyo3(signature = (finish_reason="stop"))]
    fn finish(&self, py: Python<'_>, finish_reason: &str) -> PyResult<Vec<PyEvent>> {
        let finish = finish_named(finish_reason)?;
        let mut parse = self.0.lock_py_attached(py).map_err(|_| failed())?;
        caught_loading(|| {
            parse.stream.finish(finish);
            Ok(parse.told())
        })
    }

    #[getter]
    fn finish_reason(&self, py: Python<'_>) -> PyResult<Option<&'static str>> {
        Ok(self.0.lock_py_attached(py).map_err(|_| failed())?.finish_reason)
    }
}

impl Parse {
    fn push(&mut self, bytes: &[u8]) -> PyResult<Vec<PyEvent>> {
        if self.stream.is_ended() {
            return Err(PyValueError::new_err("the reply is finished, so nothing can be pushed"));
        }
        self.stream.push_text(bytes);
        Ok(self.told())
    }

    /// What was told since the last call.
    fn told(&mut self) -> Vec<PyEvent> {
        let mut events = Vec::new();
        for Event { part, .. } in self.stream.drain() {
            if let Part::End { finish } = &part {
                self.finish_reason = Some(finish_reason(finish, false));
            }
            events.extend(PyEvent::of(part));
        }
        events
    }
}

/// Begins a reply that comes as text. `tools` is `None` where they are not known: any may be called.
pub fn begin(
    reasoning: Option<&'static ReasoningFormat>,
    tool: Option<&'static ToolFormat>,
    tools: Option<&Bound<'_, PyAny>>,
    prompt: &str,
    id_seed: Option<u64>,
) -> PyResult<Stream> {
    let reasoning = reasoning_of(reasoning, tool);
    let turn = reasoning.and_then(|format| format.channels?.channels).map(|channels| channels.turn);
    let (tools, known) = (to_list(tools)?, tools.is_some());
    let tool = tool.filter(|_| !known || !tools.is_empty());
    let tools: Arc<[Tool]> = tools.into_iter().enumerate().map(declared).collect::<PyResult<_>>()?;
    let id_seed = id_seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let begin = Begin { prompt_tail: tail_of_text(prompt, turn), tools, id_seed, ..Begin::default() };
    Ok(Stream::new(text_table(reasoning, tool), &begin))
}

fn declared((index, json): (usize, Value)) -> PyResult<Tool> {
    let wrong = |expected| PyValueError::new_err(format!("\"tools[{index}]\" must be {expected}"));
    Tool::declared(json).map_err(wrong)
}

fn failed() -> PyErr {
    PyRuntimeError::new_err("the core failed in an earlier push; its log line is above")
}
