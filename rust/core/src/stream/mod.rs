//! Token ids -> text, exact in UTF-8 -> events -> stop strings.

mod event;

pub use event::{Event, Finish, Part};
