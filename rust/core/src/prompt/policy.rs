//! What the operator decides about every request.

use crate::wire::responses::ReasoningEvents;

/// The settings that decide how requests are read and replies are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether what has no effect is refused, and not only named (`--strict`).
    pub strict: bool,
    /// Whether the model is told which tools it was not given (`--no-skipped-tool-note`).
    pub skipped_tool_note: bool,
    /// The names under which responses tell reasoning (`--reasoning-events`).
    pub reasoning_events: ReasoningEvents,
    /// The key of what clients keep sealed (`--secret`).
    pub secret: [u8; 32],
}

impl Default for Policy {
    /// The settings' defaults, and a key that is none.
    fn default() -> Self {
        let reasoning_events = ReasoningEvents::default();
        Self { strict: false, skipped_tool_note: true, reasoning_events, secret: [0; 32] }
    }
}
