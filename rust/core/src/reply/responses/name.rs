//! The names of the events, each written once.

pub(super) const CREATED: &str = "response.created";
pub(super) const QUEUED: &str = "response.queued";
pub(super) const IN_PROGRESS: &str = "response.in_progress";
pub(super) const COMPLETED: &str = "response.completed";
pub(super) const INCOMPLETE: &str = "response.incomplete";
pub(super) const FAILED: &str = "response.failed";
pub(super) const ERROR: &str = "error";

pub(super) const ITEM_ADDED: &str = "response.output_item.added";
pub(super) const ITEM_DONE: &str = "response.output_item.done";

pub(super) const CONTENT_ADDED: &str = "response.content_part.added";
pub(super) const CONTENT_DONE: &str = "response.content_part.done";
pub(super) const TEXT_DELTA: &str = "response.output_text.delta";
pub(super) const TEXT_DONE: &str = "response.output_text.done";

pub(super) const SUMMARY_ADDED: &str = "response.reasoning_summary_part.added";
pub(super) const SUMMARY_DONE: &str = "response.reasoning_summary_part.done";
pub(super) const SUMMARY_TEXT_DELTA: &str = "response.reasoning_summary_text.delta";
pub(super) const SUMMARY_TEXT_DONE: &str = "response.reasoning_summary_text.done";

pub(super) const REASONING_TEXT_DELTA: &str = "response.reasoning_text.delta";
pub(super) const REASONING_TEXT_DONE: &str = "response.reasoning_text.done";
/// `OpenResponses`'s names of the two above.
pub(super) const REASONING_DELTA: &str = "response.reasoning.delta";
pub(super) const REASONING_DONE: &str = "response.reasoning.done";

pub(super) const ARGUMENTS_DELTA: &str = "response.function_call_arguments.delta";
pub(super) const ARGUMENTS_DONE: &str = "response.function_call_arguments.done";
pub(super) const INPUT_DELTA: &str = "response.custom_tool_call_input.delta";
pub(super) const INPUT_DONE: &str = "response.custom_tool_call_input.done";
