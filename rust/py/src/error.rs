//! The core's error as a Python exception.
//!
//! The stable ABI of Python 3.11 has no way to add fields to a built-in exception in C, so the class is made
//! by calling `type`, and an instance carries the core's value as an attribute.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::{PyException, PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList, PyType};
use smgd_core::prompt::quoted;
use smgd_core::wire::{Error, shorten};

static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// What an exception was made of; `Replies.fail` takes it back.
#[pyclass(frozen, name = "_ErrorValue", module = "smgd._core")]
struct PyErrorValue(Error);

/// The class `smgd._core.Error`, made once.
pub fn class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    CLASS.get_or_try_init(py, || make_class(py)).map(|class| class.bind(py))
}

fn make_class(py: Python<'_>) -> PyResult<Py<PyType>> {
    let fields = PyDict::new(py);
    fields.set_item("__module__", "smgd._core")?;
    fields.set_item("__doc__", "One refusal or failure, in the core's words.")?;
    fields.set_item("status", 500)?;
    fields.set_item("code", "internal_error")?;
    fields.set_item("param", py.None())?;
    fields.set_item("retry_after_s", py.None())?;
    fields.set_item("body", PyBytes::new(py, b""))?;
    let staticmethod = py.import("builtins")?.getattr("staticmethod")?;
    for function in [
        wrap_pyfunction!(body_too_large, py)?,
        wrap_pyfunction!(missing_param, py)?,
        wrap_pyfunction!(invalid_param, py)?,
        wrap_pyfunction!(unsupported_media_type, py)?,
        wrap_pyfunction!(not_found, py)?,
        wrap_pyfunction!(method_not_allowed, py)?,
        wrap_pyfunction!(model_not_found, py)?,
        wrap_pyfunction!(previous_response_not_found, py)?,
        wrap_pyfunction!(response_not_found, py)?,
        wrap_pyfunction!(conversation_not_found, py)?,
        wrap_pyfunction!(item_not_found, py)?,
        wrap_pyfunction!(reference_not_found, py)?,
        wrap_pyfunction!(conversation_locked, py)?,
        wrap_pyfunction!(not_in_background, py)?,
        wrap_pyfunction!(no_websocket, py)?,
        wrap_pyfunction!(unauthorized, py)?,
        wrap_pyfunction!(overloaded, py)?,
        wrap_pyfunction!(draining, py)?,
        wrap_pyfunction!(not_ready, py)?,
        wrap_pyfunction!(worker_lost, py)?,
        wrap_pyfunction!(server_restarted, py)?,
        wrap_pyfunction!(not_stored, py)?,
        wrap_pyfunction!(internal, py)?,
        wrap_pyfunction!(samples, py)?,
    ] {
        fields.set_item(function.getattr("__name__")?, staticmethod.call1((function,))?)?;
    }
    let bases = (py.get_type::<PyException>(),);
    let class = py.get_type::<PyType>().call1(("Error", bases, fields))?;
    Ok(class.cast_into::<PyType>().map_err(PyErr::from)?.unbind())
}

/// An instance for one of the core's errors.
pub fn instance<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let face = error.face();
    let instance = class(py)?.call1((error.to_string(),))?;
    instance.setattr("status", face.status)?;
    instance.setattr("code", face.code)?;
    instance.setattr("param", face.param)?;
    instance.setattr("retry_after_s", error.retry_after_s())?;
    instance.setattr("body", PyBytes::new(py, &error.to_json()))?;
    instance.setattr("_value", PyErrorValue(error.clone()))?;
    Ok(instance)
}

/// The core's error as something to raise.
pub fn raised(py: Python<'_>, error: &Error) -> PyErr {
    match instance(py, error) {
        Ok(instance) => PyErr::from_value(instance),
        Err(failed) => failed,
    }
}

/// The core's error in an instance.
pub fn value(instance: &Bound<'_, PyAny>) -> PyResult<Error> {
    let value =
        instance.getattr("_value").map_err(|_| PyTypeError::new_err("expected a smgd._core.Error"))?;
    Ok(value.cast::<PyErrorValue>().map_err(PyErr::from)?.get().0.clone())
}

/// A panic says where it happened and no more: its message may quote a prompt.
pub fn hide_panic_messages() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("smgd: the core panicked at {place}");
    }));
}

/// A panic in a call whose failure is the operator's to read.
pub fn caught_loading<T>(work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done,
        Err(_) => Err(PyRuntimeError::new_err("the core failed; its log line is above")),
    }
}

type Made<'py> = PyResult<Bound<'py, PyAny>>;

#[pyfunction]
fn body_too_large(py: Python<'_>, limit: usize, got: String) -> Made<'_> {
    instance(py, &Error::BodyTooLarge { limit, got })
}

#[pyfunction]
fn unsupported_media_type(py: Python<'_>, got: String) -> Made<'_> {
    instance(py, &Error::UnsupportedMediaType { got })
}

#[pyfunction]
fn not_found(py: Python<'_>, method: String, path: String) -> Made<'_> {
    instance(py, &Error::NotFound { method, path })
}

#[pyfunction]
fn method_not_allowed(py: Python<'_>, method: String, path: String, allowed: String) -> Made<'_> {
    instance(py, &Error::MethodNotAllowed { method, path, allowed })
}

#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "arguments come from Python by value")]
fn model_not_found(py: Python<'_>, model: String, served: Vec<String>) -> Made<'_> {
    instance(py, &Error::ModelNotFound { model, served: quoted(&served) })
}

#[pyfunction]
fn previous_response_not_found<'py>(py: Python<'py>, id: &str) -> Made<'py> {
    instance(py, &Error::PreviousResponseNotFound { id: shorten(id) })
}

#[pyfunction]
fn response_not_found<'py>(py: Python<'py>, id: &str) -> Made<'py> {
    instance(py, &Error::ResponseNotFound { id: shorten(id) })
}

#[pyfunction]
fn conversation_not_found<'py>(py: Python<'py>, id: &str) -> Made<'py> {
    instance(py, &Error::ConversationNotFound { id: shorten(id) })
}

#[pyfunction]
fn item_not_found<'py>(py: Python<'py>, id: &str) -> Made<'py> {
    instance(py, &Error::ItemNotFound { id: shorten(id) })
}

#[pyfunction]
fn reference_not_found<'py>(py: Python<'py>, param: String, id: &str) -> Made<'py> {
    instance(py, &Error::ReferenceNotFound { param, id: shorten(id) })
}

#[pyfunction]
fn conversation_locked(py: Python<'_>, id: String) -> Made<'_> {
    instance(py, &Error::ConversationLocked { id })
}

#[pyfunction]
fn not_in_background(py: Python<'_>, id: String) -> Made<'_> {
    instance(py, &Error::NotInBackground { id })
}

#[pyfunction]
fn no_websocket(py: Python<'_>, path: String) -> Made<'_> {
    instance(py, &Error::NoWebSocket { path })
}

#[pyfunction]
fn missing_param(py: Python<'_>, param: String, expected: String) -> Made<'_> {
    instance(py, &Error::MissingParam { param, expected })
}

#[pyfunction]
fn invalid_param(py: Python<'_>, param: String, expected: String, got: String) -> Made<'_> {
    instance(py, &Error::InvalidParam { param, expected, got })
}

#[pyfunction]
fn unauthorized(py: Python<'_>) -> Made<'_> {
    instance(py, &Error::Unauthorized)
}

#[pyfunction]
fn overloaded(py: Python<'_>, waiting: usize, retry_after_s: u32) -> Made<'_> {
    instance(py, &Error::Overloaded { waiting, retry_after_s })
}

#[pyfunction]
fn draining(py: Python<'_>) -> Made<'_> {
    instance(py, &Error::Draining)
}

#[pyfunction]
fn not_ready(py: Python<'_>, reason: String) -> Made<'_> {
    instance(py, &Error::NotReady { reason })
}

#[pyfunction]
fn worker_lost(py: Python<'_>, id: String) -> Made<'_> {
    instance(py, &Error::WorkerLost { id })
}

#[pyfunction]
fn server_restarted(py: Python<'_>, id: String) -> Made<'_> {
    instance(py, &Error::ServerRestarted { id })
}

#[pyfunction]
fn not_stored(py: Python<'_>, id: String) -> Made<'_> {
    instance(py, &Error::NotStored { id })
}

#[pyfunction]
fn internal(py: Python<'_>, id: String) -> Made<'_> {
    instance(py, &Error::Internal { id })
}

#[pyfunction]
fn samples(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let samples = Error::samples();
    let instances: Vec<_> = samples.iter().map(|error| instance(py, error)).collect::<PyResult<_>>()?;
    PyList::new(py, instances)
}
