//! Messages and tools -> normalised conversation -> chat template -> token ids.

mod load_error;
mod prepared;
mod tokenizer;

pub use load_error::LoadError;
pub use prepared::{Delivery, Prepared, Tool};
pub use tokenizer::Tokenizer;
