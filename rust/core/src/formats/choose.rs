//! Which formats a checkpoint writes, judged by its chat template.

use super::declaration::{ReasoningFormat, ToolFormat};
use super::registry::{reasoning_format, tool_format};

/// The formats chosen, and why, in a sentence for the operator.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// How the model reasons; `None` when it does not say.
    pub reasoning: Option<&'static ReasoningFormat>,
    /// How the model calls tools; `None` when it does not say.
    pub tool: Option<&'static ToolFormat>,
    /// What in the checkpoint decided it.
    pub reason: &'static str,
}

/// Chooses by what the template writes.
#[must_use]
pub fn choose(template: &str) -> Choice {
    let thinks = template.contains("</think>");
    let hermes = template.contains("<tool_call>")
        && template.contains("\"arguments\"")
        && !template.contains("<function=");
    let reason = match (thinks, hermes) {
        (true, true) => "the chat template writes <think> and <tool_call> with JSON",
        (true, false) => "the chat template writes <think>, and no tool call in a known way",
        (false, true) => "the chat template writes <tool_call> with JSON, and no reasoning in a known way",
        (false, false) => "the chat template writes neither reasoning nor tool calls in a known way",
    };
    Choice {
        reasoning: reasoning_format("qwen3").filter(|_| thinks),
        tool: tool_format("hermes").filter(|_| hermes),
        reason,
    }
}
