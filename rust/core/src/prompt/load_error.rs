//! Why a checkpoint cannot be used: which file, and what is wrong with it.

/// One failure to load, for the operator. Nothing is replaced by a default.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct LoadError {
    /// The file at fault, as it was asked for.
    pub file: String,
    /// What is wrong, and where it helps, what was expected.
    pub reason: String,
}

impl LoadError {
    /// A failure of `file`.
    pub fn new(file: impl std::fmt::Display, reason: impl std::fmt::Display) -> Self {
        Self { file: file.to_string(), reason: reason.to_string() }
    }
}
