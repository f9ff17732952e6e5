//! Tool-call formats, a file per way of writing.

mod hermes;

pub(super) use hermes::HERMES;
