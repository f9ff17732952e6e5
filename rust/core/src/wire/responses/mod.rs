//! What clients ask of the Responses API, parsed once into types.
//!
//! ```text
//!  body -> Asked (items, tools, what has no effect) + History (from the store) -> Request, as chat's
//! ```
//!
//! The types are ours and not upstream's: those are closed, and would refuse or lose what clients send (items
//! without types, unknown ones, sampling fields of other servers, `chat_template_kwargs`).

mod asked;
mod conversation;
mod echo;
mod id;
mod item;
mod part;
mod request;
mod seal;
mod shell;
mod tool;
mod tool_choice;
mod turns;

pub use asked::{Asked, parse_responses};
pub use conversation::{Conversation, parse_conversation};
pub use id::{Place, item_id};
pub use request::Composed;
pub use seal::{Sealed, seal, unseal};
pub use shell::{CompactShell, ReasoningEvents, Shell, ToolFace};
pub use turns::History;
