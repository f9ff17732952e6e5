//! The live replies as Python sees them: one call per worker step.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use smgd_core::reply::{self, Chunk, Replies, Step};
use smgd_core::wire::responses::ReasoningEvents;

use crate::error::{instance, value};
use crate::model::{PyModel, PyPrepared};

/// The live replies of one server.
#[pyclass(frozen, name = "Replies", module = "smgd._core")]
pub struct PyReplies(Mutex<Replies>);

#[pymethods]
impl PyReplies {
    #[new]
    fn new(model: &Bound<'_, PyModel>) -> PyResult<Self> {
        let (checkpoint, formats) = (model.get().0.checkpoint(), model.get().0.formats());
        let replies = Replies::new(
            Arc::clone(&checkpoint.tokenizer) as _,
            formats.reasoning.format,
            formats.tool.format,
        );
        Ok(Self(Mutex::new(replies.map_err(|error| PyValueError::new_err(error.to_string()))?)))
    }

    fn open<'py>(
        &self,
        py: Python<'py>,
        prepared: &Bound<'py, PyPrepared>,
        generation: u32,
    ) -> (Bound<'py, PyBytes>, Bound<'py, PyBytes>) {
        let (frame, first) = self.replies().open(&Arc::new(prepared.get().0.clone()), generation);
        (PyBytes::new(py, &frame), PyBytes::new(py, &first))
    }

    fn resubmit<'py>(&self, py: Python<'py>, generation: u32) -> Vec<(u64, Bound<'py, PyBytes>)> {
        let submits = self.replies().resubmit(generation);
        submits.into_iter().map(|(request, frame)| (request, PyBytes::new(py, &frame))).collect()
    }

    fn advance(&self, py: Python<'_>, frame: &[u8], now: u64) -> PyResult<PyStep> {
        let step = self.replies().advance(frame, now);
        PyStep::new(py, step.map_err(|error| PyValueError::new_err(error.to_string()))?)
    }

    fn abort<'py>(&self, py: Python<'py>, request: u64, generation: u32) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.replies().abort(request, generation))
    }

    fn fail(&self, py: Python<'_>, request: u64, error: &Bound<'_, PyAny>) -> PyResult<PyStep> {
        let step = self.replies().fail(request, &value(error)?);
        PyStep::new(py, step)
    }

    fn cancel(&self, py: Python<'_>, request: u64) -> PyResult<PyStep> {
        let step = self.replies().cancel(request);
        PyStep::new(py, step)
    }

    fn heartbeat<'py>(&self, py: Python<'py>, request: u64) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.replies().heartbeat(request))
    }

    fn object<'py>(&self, py: Python<'py>, request: u64) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.replies().object(request))
    }

    #[getter]
    fn live(&self) -> usize {
        self.replies().num_live()
    }
}

impl PyReplies {
    /// A panic within a reply is caught in the core, so a poisoned lock still guards whole replies.
    fn replies(&self) -> MutexGuard<'_, Replies> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one step brought the clients.
#[pyclass(frozen, get_all, name = "Step", module = "smgd._core")]
pub struct PyStep {
    chunks: Py<PyList>,
    abort: Py<PyBytes>,
    num_tokens: u32,
}

impl PyStep {
    fn new(py: Python<'_>, step: Step) -> PyResult<Self> {
        let chunks = step.chunks.into_iter().map(|chunk| PyChunk::new(py, chunk));
        Ok(Self {
            chunks: PyList::new(py, chunks.collect::<PyResult<Vec<_>>>()?)?.unbind(),
            abort: PyBytes::new(py, &step.abort).unbind(),
            num_tokens: step.num_tokens,
        })
    }
}

/// One client's part of a step.
#[pyclass(frozen, get_all, name = "Chunk", module = "smgd._core")]
pub struct PyChunk {
    request: u64,
    data: Py<PyBytes>,
    record: Py<PyBytes>,
    last: Py<PyBytes>,
    unstored: Py<PyBytes>,
    num_tokens: u32,
    finished: bool,
    error: Option<Py<PyAny>>,
    prompt_len: u64,
    completion_tokens: u64,
    finish_reasons: Vec<&'static str>,
}

impl PyChunk {
    fn new(py: Python<'_>, chunk: Chunk) -> PyResult<Self> {
        let error = chunk.error.map(|error| instance(py, &error).map(Bound::unbind)).transpose()?;
        Ok(Self {
            request: chunk.request,
            data: PyBytes::new(py, &chunk.data).unbind(),
            record: PyBytes::new(py, &chunk.record).unbind(),
            last: PyBytes::new(py, &chunk.last).unbind(),
            unstored: PyBytes::new(py, &chunk.unstored).unbind(),
            num_tokens: chunk.num_tokens,
            finished: chunk.finished,
            error,
            prompt_len: chunk.usage.prompt_tokens,
            completion_tokens: chunk.usage.completion_tokens,
            finish_reasons: chunk.finish_reasons,
        })
    }
}

#[pyfunction]
#[pyo3(signature = (record, reasoning_events="summary"))]
pub fn replay<'py>(py: Python<'py>, record: &[u8], reasoning_events: &str) -> PyResult<Bound<'py, PyBytes>> {
    let names = match reasoning_events {
        "summary" => ReasoningEvents::Summary,
        "text" => ReasoningEvents::Text,
        "openresponses" => ReasoningEvents::OpenResponses,
        _ => return Err(PyValueError::new_err("reasoning_events must be summary, text or openresponses")),
    };
    let events = reply::replay(record, names).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(PyBytes::new(py, &events))
}

#[pyfunction]
pub fn failed<'py>(
    py: Python<'py>,
    record: &[u8],
    error: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    let failed =
        reply::failed(record, &value(error)?).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(PyBytes::new(py, &failed))
}
