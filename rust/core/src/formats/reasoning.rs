//! Reasoning formats. Newlines are what the families' templates write around the markers.

use super::declaration::{ReasoningFormat, Signs, Start};

/// `<think>⏎reasoning⏎</think>⏎⏎answer`; a template may open or close it in the prompt.
pub(super) const QWEN3: ReasoningFormat = ReasoningFormat {
    name: "qwen3",
    aliases: &[
        "think",
        "base",
        "basic",
        "nano_v3",
        "nemotron_v3",
        "nemotron_deci",
        "holo2",
        "interns1",
        "smollm3",
    ],
    special: false,
    signs: Signs { all: &["</think>"], none: &[] },
    open: "<think>",
    close: "</think>",
    newlines: [0, 1, 1, 2],
    answer: None,
    start: Start::Content,
    samples: &[
        "<think>\nHmm, a\n\n<tool_call>?\n</think>\n\nIt is 4.",
        "<think>one</think>two<think>three</think>",
        "<think>\n\n</think>\n\n\nfour",
        "no < thinking, </think> here <thin",
    ],
};

/// The same for models that always reason, whether the prompt or they themselves open it.
pub(super) const DEEPSEEK_R1: ReasoningFormat = ReasoningFormat {
    name: "deepseek_r1",
    aliases: &[
        "deepseek-r1",
        "qwen3_thinking",
        "kimi_thinking",
        "minimax",
        "minimax_m2",
        "step3",
        "step5",
        "olmo3",
    ],
    start: Start::Reasoning,
    ..QWEN3
};

/// `reasoning</think>answer`: V3.1 and later open or close it in the prompt, without newlines.
pub(super) const DEEPSEEK_V31: ReasoningFormat = ReasoningFormat {
    name: "deepseek_v31",
    aliases: &["deepseek_v3", "deepseek-v3", "deepseek_v4", "deepseek-v4"],
    signs: Signs { all: &["</think>", "<｜Assistant｜>", "if not thinking"], none: &[] },
    newlines: [0; 4],
    samples: &["<think>\nHmm\n</think>\n4"],
    ..QWEN3
};

/// `<think>reasoning</think>answer`.
pub(super) const KIMI_K2: ReasoningFormat = ReasoningFormat {
    name: "kimi_k2",
    aliases: &["kimi_k25"],
    signs: Signs { all: &["</think>", "<|tool_calls_section_begin|>"], none: &[] },
    newlines: [0; 4],
    samples: &["<think> Hmm</think> 4"],
    ..QWEN3
};

/// `⏎<think>reasoning</think>⏎answer`; 4.7 and later without the newlines.
pub(super) const GLM45: ReasoningFormat = ReasoningFormat {
    name: "glm45",
    aliases: &["glm47", "ling3", "poolside_v1"],
    signs: Signs { all: &["</think>", "<arg_key>"], none: &[] },
    newlines: [1, 0, 0, 1],
    samples: &["\n<think>Hmm\n</think>\n\n4", "<think></think>4", "\n\n<think>"],
    ..QWEN3
};

/// `<think>⏎reasoning⏎</think>⏎<answer>⏎answer⏎</answer>`.
pub(super) const HUNYUAN_A13B: ReasoningFormat = ReasoningFormat {
    name: "hunyuan_a13b",
    aliases: &["hunyuan"],
    signs: Signs { all: &["</think>", "<|extra_0|>"], none: &[] },
    newlines: [0, 1, 1, 1],
    answer: Some(("<answer>", "</answer>")),
    samples: &[
        "<think>\nHmm\n</think>\n<answer>\nIt is </answe 4.\n</answer>",
        "<answer>4</answer> or <answer>5</answer>",
        "It is <answer>.",
    ],
    ..QWEN3
};

/// `<think>reasoning</think><response>answer</response>`. The template only describes it in words.
pub(super) const GRANITE_THINKING: ReasoningFormat = ReasoningFormat {
    name: "granite_thinking",
    aliases: &["granite_thinking_parser"],
    signs: Signs { all: &["</think>", "<response></response>"], none: &[] },
    newlines: [0, 1, 1, 2],
    answer: Some(("<response>", "</response>")),
    samples: &["<think>Hmm</think>\n<response>It is 4.</response>"],
    ..QWEN3
};

/// `<think>⏎reasoning⏎</think>⏎⏎<response>⏎answer⏎</response>`. Declared from a table of wires; no template of
/// it was seen.
pub(super) const ERNIE45: ReasoningFormat = ReasoningFormat {
    name: "ernie45",
    aliases: &[],
    signs: Signs { all: &["</think>", "<response>\\n"], none: &["<minimax:tool_call>"] },
    answer: Some(("<response>", "</response>")),
    start: Start::Reasoning,
    samples: &["Hmm\n</think>\n\n<response>\nIt is 4.\n</response>"],
    ..QWEN3
};

/// `<seed:think>reasoning</seed:think>⏎answer`.
pub(super) const SEED_OSS: ReasoningFormat = ReasoningFormat {
    name: "seed_oss",
    aliases: &[],
    signs: Signs { all: &["</seed:think>"], none: &[] },
    open: "<seed:think>",
    close: "</seed:think>",
    newlines: [0, 0, 0, 1],
    samples: &["<seed:think>Hmm<seed:cot_budget_reflect></seed:think>\n\n4"],
    ..QWEN3
};

/// Declared from a table of wires; no template of it was seen.
pub(super) const KIMI: ReasoningFormat = ReasoningFormat {
    name: "kimi",
    aliases: &[],
    signs: Signs { all: &["◁/think▷"], none: &[] },
    open: "◁think▷",
    close: "◁/think▷",
    newlines: [0; 4],
    samples: &["◁think▷Hmm ◁◁/think▷4 ◁"],
    ..QWEN3
};

/// Special tokens since tokenizer v13. Declared from a table of wires; no template of it was seen.
pub(super) const MISTRAL: ReasoningFormat = ReasoningFormat {
    name: "mistral",
    aliases: &["magistral"],
    special: true,
    signs: Signs { all: &["[/THINK]"], none: &[] },
    open: "[THINK]",
    close: "[/THINK]",
    newlines: [0; 4],
    samples: &["[THINK]Hmm [x][/THINK]4"],
    ..QWEN3
};

/// The answer's own markers are the tool-call format's wrappers.
pub(super) const COHERE: ReasoningFormat = ReasoningFormat {
    name: "cohere",
    aliases: &["cohere_cmd", "cohere_command3", "cohere_command4"],
    special: true,
    signs: Signs { all: &["<|END_THINKING|>"], none: &[] },
    open: "<|START_THINKING|>",
    close: "<|END_THINKING|>",
    newlines: [0; 4],
    answer: Some(("<|START_RESPONSE|>", "<|END_RESPONSE|>")),
    samples: &["<|START_THINKING|>Hmm<|END_THINKING|><|START_RESPONSE|>4<|END_RESPONSE|>"],
    ..QWEN3
};

/// `<|inner_prefix|>reasoning<|inner_suffix|>answer`.
pub(super) const APERTUS: ReasoningFormat = ReasoningFormat {
    name: "apertus",
    aliases: &["apertus2509"],
    special: true,
    signs: Signs { all: &["<|inner_suffix|>"], none: &[] },
    open: "<|inner_prefix|>",
    close: "<|inner_suffix|>",
    newlines: [0; 4],
    samples: &["<|inner_prefix|>Hmm<|inner_suffix|>4"],
    ..QWEN3
};

/// `<|channel>thought⏎reasoning⏎<channel|>answer`; the prompt closes it where thinking is off.
pub(super) const GEMMA4: ReasoningFormat = ReasoningFormat {
    name: "gemma4",
    aliases: &[],
    special: true,
    signs: Signs { all: &["<|channel>thought", "<channel|>"], none: &[] },
    open: "<|channel>thought\n",
    close: "<channel|>",
    newlines: [0, 0, 1, 0],
    samples: &["<|channel>thought\nHmm\n\n<channel|>4", "<|channel>final\n4"],
    ..QWEN3
};

/// Declared from a table of wires; no template of it was seen.
pub(super) const MINIMAX_M3: ReasoningFormat = ReasoningFormat {
    name: "minimax_m3",
    aliases: &["minimax-m3"],
    signs: Signs { all: &["</mm:think>"], none: &[] },
    open: "<mm:think>",
    close: "</mm:think>",
    samples: &["<mm:think>\nHmm\n</mm:think>\n\n4"],
    ..QWEN3
};

/// Granite 3.2's ordinary words. Declared from a table of wires; no template of it was seen.
pub(super) const GRANITE: ReasoningFormat = ReasoningFormat {
    name: "granite",
    aliases: &[],
    signs: Signs { all: &["Here is my response:"], none: &[] },
    open: "Here is my thought process:",
    close: "Here is my response:",
    newlines: [0, 1, 2, 1],
    samples: &["Here is my thought process:\nHmm\n\nHere is my response:\nHere is my thought: 4"],
    ..QWEN3
};
