//! Frames as Python sees them: bytes in, attributes out.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use smgd_core::frame::{
    self, Abort, Fault, FrameError, Header, Message, Ready, Row, RowTokens, Sampling, StepEnd, StepState,
    Submit, Tokens,
};

fn refused(error: &FrameError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn to_bytes<'py>(py: Python<'py>, generation: u32, step: u64, message: &Message) -> Bound<'py, PyBytes> {
    PyBytes::new(py, &frame::encode(generation, step, message))
}

/// Payload bytes that follow this header.
#[pyfunction]
pub fn frame_length(header: &[u8]) -> PyResult<usize> {
    Header::parse(header).map(|header| header.length).map_err(|error| refused(&error))
}

/// `(kind, generation, step)` of a frame.
#[pyfunction]
pub fn frame_kind(frame: &[u8]) -> PyResult<(&'static str, u32, u64)> {
    let header = Header::parse(frame).map_err(|error| refused(&error))?;
    Ok((header.kind.name(), header.generation, header.step))
}

/// The message of a whole frame.
#[pyfunction]
pub fn decode_frame(py: Python<'_>, frame: &[u8]) -> PyResult<Py<PyAny>> {
    let (_, message) = frame::decode(frame).map_err(|error| refused(&error))?;
    Ok(match message {
        Message::Ready(ready) => PyReady(ready).into_pyobject(py)?.into_any().unbind(),
        Message::Submit(submit) => PySubmit(submit).into_pyobject(py)?.into_any().unbind(),
        Message::Abort(abort) => abort.sequences.into_pyobject(py)?.into_any().unbind(),
        Message::Tokens(tokens) => PyTokens(tokens).into_pyobject(py)?.into_any().unbind(),
        Message::State(state) => PyState(state).into_pyobject(py)?.into_any().unbind(),
        Message::Error(fault) => PyFault(fault).into_pyobject(py)?.into_any().unbind(),
    })
}

/// One getter per field: the message is kept as it was decoded.
macro_rules! fields {
    ($class:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        #[pymethods]
        impl $class {
            $(#[getter]
            fn $field(&self) -> $kind {
                self.0.$field.clone()
            })*
        }
    };
}

/// What a worker knows once its model is loaded.
#[pyclass(frozen, name = "Ready", module = "smgd._core")]
pub struct PyReady(Ready);
fields!(PyReady {
    num_parameters: u64,
    weight_bytes: u64,
    num_pages: u32,
    page_size: u32,
    max_model_len: u32,
    max_num_seqs: u32,
    max_num_batched_tokens: u32,
    load_ms: u32,
    device: String,
    dtype: String,
});

/// How a worker stands after a step.
#[pyclass(frozen, name = "State", module = "smgd._core")]
pub struct PyState(StepState);
fields!(PyState {
    num_running: u32,
    num_waiting: u32,
    pages_used: u32,
    num_pages: u32,
    prompt_tokens: u64,
    generated_tokens: u64,
    num_preemptions: u64,
});

/// Something failed in the worker.
#[pyclass(frozen, name = "Fault", module = "smgd._core")]
pub struct PyFault(Fault);
fields!(PyFault { request: u64, message: String });

/// One step's tokens.
#[pyclass(frozen, name = "Tokens", module = "smgd._core")]
pub struct PyTokens(Tokens);

#[pymethods]
impl PyTokens {
    /// `(sequence, new ids, end)`.
    #[getter]
    fn rows(&self) -> Vec<(u64, Vec<u32>, &'static str)> {
        let rows = self.0.rows.iter();
        rows.map(|row| (row.sequence, row.ids.clone(), end_name(row.end))).collect()
    }
}

fn end_name(end: StepEnd) -> &'static str {
    match end {
        StepEnd::Running => "",
        StepEnd::StopId => "stop_id",
        StepEnd::Length => "length",
        StepEnd::Aborted => "aborted",
    }
}

/// A request for one or more sequences over one prompt.
#[pyclass(frozen, name = "Submit", module = "smgd._core")]
pub struct PySubmit(Submit);

#[pymethods]
impl PySubmit {
    #[new]
    #[pyo3(signature = (request, prompt_ids, rows, *, temperature=1.0, top_p=1.0, min_p=0.0, top_k=0,
        presence_penalty=0.0, frequency_penalty=0.0, repetition_penalty=1.0, seed=0, max_tokens=16,
        min_tokens=0, ignore_eos=false, stop_ids=Vec::new(), logprobs=-1))]
    #[expect(clippy::too_many_arguments, reason = "one per field of the message")]
    fn new(
        request: u64,
        prompt_ids: Vec<u32>,
        rows: Vec<(u64, u32, Vec<u32>)>,
        temperature: f32,
        top_p: f32,
        min_p: f32,
        top_k: u32,
        presence_penalty: f32,
        frequency_penalty: f32,
        repetition_penalty: f32,
        seed: u64,
        max_tokens: u32,
        min_tokens: u32,
        ignore_eos: bool,
        stop_ids: Vec<u32>,
        logprobs: i32,
    ) -> Self {
        let rows = rows.into_iter();
        let rows =
            rows.map(|(sequence, choice, emitted_ids)| Row { sequence, choice, emitted_ids }).collect();
        let sampling = Sampling {
            temperature,
            top_p,
            min_p,
            top_k,
            presence_penalty,
            frequency_penalty,
            repetition_penalty,
            seed,
            max_tokens,
            min_tokens,
            ignore_eos,
            stop_ids,
            logprobs,
        };
        Self(Submit { request, prompt_ids, rows, sampling, ..Submit::default() })
    }

    /// The frame that says this.
    fn frame<'py>(&self, py: Python<'py>, generation: u32) -> Bound<'py, PyBytes> {
        to_bytes(py, generation, 0, &Message::Submit(self.0.clone()))
    }

    /// `(sequence, choice, emitted ids)`.
    #[getter]
    fn rows(&self) -> Vec<(u64, u32, Vec<u32>)> {
        self.0.rows.iter().map(|row| (row.sequence, row.choice, row.emitted_ids.clone())).collect()
    }

    #[getter]
    fn cache_salt<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.cache_salt)
    }

    #[getter]
    fn attachments<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyBytes>> {
        self.0.attachments.iter().map(|bytes| PyBytes::new(py, bytes)).collect()
    }
}

fields!(PySubmit { request: u64, prompt_ids: Vec<u32>, constraint: String, adapter: String });

/// The sampling parameters are a submission's own attributes in Python.
macro_rules! sampling_fields {
    ($($field:ident: $kind:ty),* $(,)?) => {
        #[pymethods]
        impl PySubmit {
            $(#[getter]
            fn $field(&self) -> $kind {
                self.0.sampling.$field.clone()
            })*
        }
    };
}
sampling_fields!(
    temperature: f32,
    top_p: f32,
    min_p: f32,
    top_k: u32,
    presence_penalty: f32,
    frequency_penalty: f32,
    repetition_penalty: f32,
    seed: u64,
    max_tokens: u32,
    min_tokens: u32,
    ignore_eos: bool,
    stop_ids: Vec<u32>,
    logprobs: i32,
);

/// The frame with which a worker says it is ready.
#[pyfunction]
#[pyo3(signature = (generation, *, num_parameters, weight_bytes, num_pages, page_size, max_model_len,
    max_num_seqs, max_num_batched_tokens, load_ms, device, dtype))]
#[expect(clippy::too_many_arguments, reason = "one per field of the message")]
pub fn encode_ready(
    py: Python<'_>,
    generation: u32,
    num_parameters: u64,
    weight_bytes: u64,
    num_pages: u32,
    page_size: u32,
    max_model_len: u32,
    max_num_seqs: u32,
    max_num_batched_tokens: u32,
    load_ms: u32,
    device: String,
    dtype: String,
) -> Bound<'_, PyBytes> {
    let ready = Ready {
        num_parameters,
        weight_bytes,
        num_pages,
        page_size,
        max_model_len,
        max_num_seqs,
        max_num_batched_tokens,
        load_ms,
        device,
        dtype,
    };
    to_bytes(py, generation, 0, &Message::Ready(ready))
}

/// Per new token of a row: the drawn id and the most likely ones, with their log probabilities.
type Logprobs = Vec<Vec<(u32, f32)>>;

/// One step's tokens from columns.
#[pyfunction]
#[pyo3(signature = (generation, step, sequences, counts, ids, ends, logprobs=None))]
#[expect(clippy::too_many_arguments, reason = "one per column of the message")]
#[expect(clippy::needless_pass_by_value, reason = "columns are converted from Python's sequences")]
pub fn encode_tokens(
    py: Python<'_>,
    generation: u32,
    step: u64,
    sequences: Vec<u64>,
    counts: Vec<usize>,
    ids: Vec<u32>,
    ends: Vec<u8>,
    logprobs: Option<Vec<Logprobs>>,
) -> PyResult<Bound<'_, PyBytes>> {
    let mut logprobs = logprobs.unwrap_or_else(|| vec![Vec::new(); sequences.len()]);
    if counts.len() != sequences.len() || ends.len() != sequences.len() || logprobs.len() != sequences.len() {
        return Err(PyValueError::new_err("every column must have one entry per sequence"));
    }
    let mut rest = ids.as_slice();
    let mut rows = Vec::with_capacity(sequences.len());
    for (row, sequence) in sequences.into_iter().enumerate() {
        let short = || PyValueError::new_err("\"ids\" must hold as many ids as \"counts\" says");
        let (ids, others) = rest.split_at_checked(counts[row]).ok_or_else(short)?;
        rest = others;
        let logprobs = std::mem::take(&mut logprobs[row]);
        rows.push(RowTokens { sequence, ids: ids.to_vec(), end: step_end(ends[row])?, logprobs });
    }
    if !rest.is_empty() {
        return Err(PyValueError::new_err("\"ids\" must hold as many ids as \"counts\" says"));
    }
    Ok(to_bytes(py, generation, step, &Message::Tokens(Tokens { rows })))
}

fn step_end(end: u8) -> PyResult<StepEnd> {
    StepEnd::try_from(end).map_err(|error| refused(&error))
}

/// The frame that says which sequences are no longer wanted.
#[pyfunction]
pub fn encode_abort(py: Python<'_>, generation: u32, sequences: Vec<u64>) -> Bound<'_, PyBytes> {
    to_bytes(py, generation, 0, &Message::Abort(Abort { sequences }))
}

/// The frame that says how a worker stands.
#[pyfunction]
#[pyo3(signature = (generation, step, *, num_running, num_waiting, pages_used, num_pages, prompt_tokens,
    generated_tokens, num_preemptions))]
#[expect(clippy::too_many_arguments, reason = "one per field of the message")]
pub fn encode_state(
    py: Python<'_>,
    generation: u32,
    step: u64,
    num_running: u32,
    num_waiting: u32,
    pages_used: u32,
    num_pages: u32,
    prompt_tokens: u64,
    generated_tokens: u64,
    num_preemptions: u64,
) -> Bound<'_, PyBytes> {
    let state = StepState {
        num_running,
        num_waiting,
        pages_used,
        num_pages,
        prompt_tokens,
        generated_tokens,
        num_preemptions,
    };
    to_bytes(py, generation, step, &Message::State(state))
}

/// The frame that says what failed.
#[pyfunction]
pub fn encode_error(
    py: Python<'_>,
    generation: u32,
    step: u64,
    request: u64,
    message: String,
) -> Bound<'_, PyBytes> {
    to_bytes(py, generation, step, &Message::Error(Fault { request, message }))
}
