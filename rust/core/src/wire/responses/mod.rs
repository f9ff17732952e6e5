//! What clients ask of the Responses API, parsed once into types.

mod seal;
mod shell;

pub use seal::{Sealed, seal, unseal};
pub use shell::{ReasoningEvents, Shell, ToolFace};
