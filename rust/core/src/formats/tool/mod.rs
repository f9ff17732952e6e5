//! Tool-call formats, a file per way of writing.

mod array;
mod hermes;
mod named;
mod python;
mod tagged;

pub(super) use array::{APERTUS, COHERE, GRANITE, JAMBA, NEMOTRON_DECI, PHI4_MINI, XLAM};
pub(super) use hermes::{GRANITE_20B_FC, HERMES, INTERNLM, LLAMA3_JSON, LONGCAT};
pub(super) use named::{DEEPSEEK_V3, DEEPSEEK_V31, KIMI_K2, MISTRAL};
pub(super) use python::{LFM2, OLMO3, PYTHONIC};
pub(super) use tagged::{
    DEEPSEEK_V32, DOTS, GLM45, HUNYUAN_V3, IQUEST, MIMO, MINICPM5, MINIMAX_M2, QWEN3_CODER, SEED_OSS, STEP3,
};
