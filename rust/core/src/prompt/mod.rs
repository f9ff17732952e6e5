//! Messages and tools -> normalised conversation -> chat template -> token ids.

mod load_error;
mod prepared;
mod template;
mod tokenizer;
mod value;

pub use load_error::LoadError;
pub use prepared::{Delivery, Prepared, Tool};
pub use template::{Context, Refusal, Template};
pub use tokenizer::Tokenizer;
