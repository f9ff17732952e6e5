//! Messages and tools -> normalised conversation -> chat template -> token ids.

mod bounds;
mod checkpoint;
mod context;
mod conversation;
mod defaults;
mod effort;
mod fit;
mod ids;
mod load_error;
mod markers;
mod model;
mod policy;
mod prepare;
mod prepared;
mod proof;
mod responses;
mod source;
mod template;
#[cfg(test)]
mod testing;
mod tokenizer;
mod turn;
mod value;
mod wants;

pub use checkpoint::{Checkpoint, Source, Templates};
pub use conversation::Shape;
pub use defaults::Defaults;
pub use fit::{Choice, Fit, WantedFormats};
pub use load_error::LoadError;
pub use model::{Model, Shapes, quoted};
pub use policy::Policy;
pub use prepare::{Ticket, tail_of_text};
pub use prepared::{Delivery, Prepared, Tool};
pub use proof::{Kept, PLAIN, Proof, Reader, kept, prove_tool};
pub use template::{Context, Refusal, Template};
pub use tokenizer::{Decoder, Tokenizer};
pub use wants::{Answers, Arguments, Calls, Empty, Ids, System, ToolsAt, Wants};
