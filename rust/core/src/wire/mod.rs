//! The dialects' requests and replies as types, and the one [`Error`].

mod error;

pub use error::{Error, Face};
