//! Tool-call formats, a file per way of writing.

mod array;
mod hermes;
mod named;

pub(super) use array::{APERTUS, COHERE, GRANITE, JAMBA, NEMOTRON_DECI, PHI4_MINI, XLAM};
pub(super) use hermes::{GRANITE_20B_FC, HERMES, INTERNLM, LLAMA3_JSON, LONGCAT};
pub(super) use named::{DEEPSEEK_V3, DEEPSEEK_V31, KIMI_K2, MISTRAL};
