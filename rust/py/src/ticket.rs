//! What the server decides of a request before it is read, as Python gives it.

use pyo3::prelude::*;
use smgd_core::prompt::Ticket;

/// A request's number, name, time and key.
#[pyclass(frozen, name = "Ticket", module = "smgd._core")]
pub struct PyTicket(pub Ticket);

#[pymethods]
impl PyTicket {
    #[new]
    #[pyo3(signature = (*, request, id, created, seed, max_model_len))]
    fn new(request: u64, id: String, created: u64, seed: u64, max_model_len: usize) -> Self {
        Self(Ticket { request, id, created, seed, max_model_len })
    }
}
