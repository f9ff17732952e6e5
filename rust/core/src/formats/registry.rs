//! All formats, and the names they are found by.

use super::declaration::{ReasoningFormat, Signs, Start, ToolFormat};
use super::tool;

/// Every tool-call format.
pub const TOOL_FORMATS: &[&ToolFormat] = &[
    &tool::HERMES,
    &tool::LONGCAT,
    &tool::INTERNLM,
    &tool::LLAMA3_JSON,
    &tool::GRANITE_20B_FC,
    &tool::JAMBA,
    &tool::NEMOTRON_DECI,
    &tool::GRANITE,
    &tool::PHI4_MINI,
    &tool::COHERE,
    &tool::APERTUS,
    &tool::XLAM,
    &tool::MISTRAL,
    &tool::DEEPSEEK_V31,
    &tool::DEEPSEEK_V3,
    &tool::KIMI_K2,
    &tool::QWEN3_CODER,
    &tool::SEED_OSS,
    &tool::MIMO,
    &tool::GLM45,
    &tool::IQUEST,
    &tool::HUNYUAN_V3,
    &tool::MINIMAX_M2,
    &tool::DOTS,
    &tool::DEEPSEEK_V32,
    &tool::STEP3,
    &tool::MINICPM5,
];

/// Every reasoning format.
///
/// The newlines are what the families' templates write: `<think>⏎reasoning⏎</think>⏎⏎content`.
pub const REASONING_FORMATS: &[&ReasoningFormat] = &[&THINK, &DEEPSEEK_R1];

const THINK_SAMPLES: &[&str] = &[
    "<think>\nHmm, a\n\n<tool_call>?\n</think>\n\nIt is 4.",
    "<think>one</think>two<think>three</think>",
    "<think>\n\n</think>\n\n\nfour",
    "no < thinking, </think> here <thin",
];

const THINK: ReasoningFormat = ReasoningFormat {
    name: "qwen3",
    aliases: &["think", "base", "basic", "glm45", "deepseek_v31", "deepseek_v3", "nano_v3", "nemotron_v3"],
    special: false,
    signs: Signs { all: &["</think>"], none: &[] },
    open: "<think>",
    close: "</think>",
    newlines: [1, 1, 2],
    start: Start::Content,
    samples: THINK_SAMPLES,
};

const DEEPSEEK_R1: ReasoningFormat = ReasoningFormat {
    name: "deepseek_r1",
    aliases: &["deepseek-r1", "qwen3_thinking", "kimi_thinking", "minimax", "minimax_m2", "step3", "olmo3"],
    start: Start::Reasoning,
    ..THINK
};

/// The tool-call format with this name or alias.
#[must_use]
pub fn tool_format(name: &str) -> Option<&'static ToolFormat> {
    TOOL_FORMATS.iter().copied().find(|format| format.name == name || format.aliases.contains(&name))
}

/// The reasoning format with this name or alias.
#[must_use]
pub fn reasoning_format(name: &str) -> Option<&'static ReasoningFormat> {
    REASONING_FORMATS.iter().copied().find(|format| format.name == name || format.aliases.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Table;
    use std::collections::HashSet;

    #[test]
    fn every_name_and_alias_means_one_format() {
        let mut names = HashSet::new();
        for format in TOOL_FORMATS {
            assert!(
                [&[format.name], format.aliases].concat().into_iter().all(|name| names.insert(name)),
                "{}",
                format.name
            );
        }
        names.clear();
        for format in REASONING_FORMATS {
            assert!(
                [&[format.name], format.aliases].concat().into_iter().all(|name| names.insert(name)),
                "{}",
                format.name
            );
        }
    }

    #[test]
    fn every_declaration_can_be_walked_and_has_a_sample() {
        for format in TOOL_FORMATS {
            assert!(!format.samples.is_empty());
            for reasoning in REASONING_FORMATS {
                Table::bind(Some(reasoning), Some(format), None).unwrap();
            }
        }
    }
}
