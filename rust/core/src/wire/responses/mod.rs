//! What clients ask of the Responses API, parsed once into types.

mod id;
mod seal;
mod shell;

pub use id::{Place, item_id};
pub use seal::{Sealed, seal, unseal};
pub use shell::{CompactShell, ReasoningEvents, Shell, ToolFace};
