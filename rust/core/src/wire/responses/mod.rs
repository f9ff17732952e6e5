//! What clients ask of the Responses API, parsed once into types.

mod shell;

pub use shell::{ReasoningEvents, Shell, ToolFace};
