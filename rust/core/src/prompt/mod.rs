//! Messages and tools -> normalised conversation -> chat template -> token ids.

mod prepared;

pub use prepared::{Delivery, Prepared, Tool};
