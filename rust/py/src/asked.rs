//! What a client asked of the Responses API, and what it put into a conversation, as Python sees them.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::{Map, Value};
use smgd_core::wire::responses::{Asked, Conversation, History, parse_responses};
use smgd_core::wire::{Error, caught};

use crate::error::raised;

/// A request of the Responses API, parsed.
#[pyclass(frozen, name = "Asked", module = "smgd._core")]
pub struct PyAsked(pub Asked);

#[pymethods]
impl PyAsked {
    #[staticmethod]
    fn parse(py: Python<'_>, body: &[u8]) -> PyResult<Self> {
        let asked = py.detach(|| caught("parse", || parse_responses(body)));
        asked.map(Self).map_err(|error| raised(py, &error))
    }

    #[getter]
    fn previous_response_id(&self) -> Option<&str> {
        self.0.previous_response_id.as_deref()
    }

    #[getter]
    fn conversation(&self) -> Option<&str> {
        self.0.conversation.as_deref()
    }

    #[getter]
    fn references(&self) -> Vec<&str> {
        self.0.references()
    }

    #[getter]
    fn stream(&self) -> bool {
        self.0.stream
    }

    #[getter]
    fn store(&self) -> bool {
        self.0.store
    }

    #[getter]
    fn background(&self) -> bool {
        self.0.background
    }

    #[getter]
    fn body_bytes(&self) -> usize {
        self.0.body_bytes
    }
}

/// Earlier items (a JSON array) and items by id (a JSON object), as the store has them.
pub fn history(id: &str, items: &[u8], referenced: &[u8]) -> Result<History, Error> {
    // What the store has was written by this server: if it is not JSON, that is no client's fault.
    let broken = |_| Error::Internal { id: id.to_owned() };
    Ok(History {
        items: serde_json::from_slice(items).map_err(broken)?,
        referenced: serde_json::from_slice(referenced).map_err(broken)?,
    })
}

/// The body of a request that makes or changes a conversation.
#[pyclass(frozen, name = "Conversation", module = "smgd._core")]
pub struct PyConversation(pub Conversation);

#[pymethods]
impl PyConversation {
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        let told = |metadata: &Map<String, Value>| Value::Object(metadata.clone()).to_string();
        self.0.metadata.as_ref().map(|metadata| PyBytes::new(py, told(metadata).as_bytes()))
    }

    #[getter]
    fn items<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        array(py, &self.0.items)
    }

    #[getter]
    fn ignored(&self) -> Vec<String> {
        self.0.ignored.clone()
    }
}

/// A JSON array's bytes.
pub fn array<'py>(py: Python<'py>, items: &[Value]) -> Bound<'py, PyBytes> {
    PyBytes::new(py, Value::from(items).to_string().as_bytes())
}
