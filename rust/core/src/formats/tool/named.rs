//! Calls whose name stands between markers and whose arguments are one JSON value.

use super::hermes::{BARE, HERMES};
use crate::formats::declaration::{Act, EndsReasoning, Field, IdPolicy, On, Signs, State, Text, ToolFormat};

/// ```text
/// [TOOL_CALLS] [{"name": "f", "arguments": {"a": 1}}, {...}]        up to tokenizer v7
/// [TOOL_CALLS]f[ARGS]{"a": 1}[TOOL_CALLS]g[CALL_ID]123456789[ARGS]{}   from v11 on
/// ```
///
/// The bytes after the opener tell which. Neither has a closer.
pub(in crate::formats) const MISTRAL: ToolFormat = ToolFormat {
    name: "mistral",
    aliases: &["mistral_v13"],
    special: true,
    signs: Signs { all: &["[TOOL_CALLS]"], none: &[] },
    openers: &[On::opens("[TOOL_CALLS]", "which")],
    states: &[
        State::new(
            "which",
            Text::Optional("name"),
            &[On::shows("[{", "calls"), On::shows(" [", "calls"), On::shows("[ ", "calls")],
        ),
        State::new("calls", Text::Calls(BARE, "after"), &[]),
        State::new(
            "name",
            Text::Field(Field::Name),
            &[
                On::names("[ARGS]", "arguments"),
                On::leads("[CALL_ID]", "id"),
                On { acts: &[Act::Announce, Act::Peek], ..On::names("{", "arguments") },
            ],
        ),
        State::new("id", Text::Field(Field::Id), &[On::names("[ARGS]", "arguments")]),
        State::new("arguments", Text::Json("close"), &[]),
        State::new("close", Text::Close("after"), &[]),
        State::new("after", Text::Space, &[On::opens("[TOOL_CALLS]", "which")]),
    ],
    closers: &[],
    // What Mistral's templates accept.
    ids: IdPolicy { prefix: "", len: 9 },
    samples: &[
        "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"a\": \"[ARGS]\"}, \"id\": \"123456789\"}, {\"name\": \"g\", \"arguments\": {}}]",
        "See:[TOOL_CALLS]f[ARGS]{\"a\": [1]}[TOOL_CALLS]g[CALL_ID]abcdef123[ARGS]{}",
        "[TOOL_CALLS]f",
    ],
    ..HERMES
};

/// ```text
/// <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{"a": 1}<｜tool▁call▁end｜>...<｜tool▁calls▁end｜>
/// ```
pub(in crate::formats) const DEEPSEEK_V31: ToolFormat = ToolFormat {
    name: "deepseek_v31",
    aliases: &["deepseek31", "deepseekv31", "deepseek_v3_1"],
    special: true,
    signs: Signs { all: &["<｜tool▁calls▁begin｜>"], none: &["```json"] },
    openers: &[On::opens("<｜tool▁calls▁begin｜>", "section"), On::opens("<｜tool▁call▁begin｜>", "name")],
    states: &[
        State::new("section", Text::Space, SECTION),
        State::new("name", Text::Field(Field::Name), &[On::names("<｜tool▁sep｜>", "arguments")]),
        State::new("arguments", Text::Json("close"), &[]),
        State::new("close", Text::Space, &[On::closes("<｜tool▁call▁end｜>", "section")]),
        State::new("after", Text::Space, &[On::opens("<｜tool▁calls▁begin｜>", "section")]),
    ],
    closers: &[On::closes("<｜tool▁call▁end｜>", "section")],
    samples: &[
        "See:<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": \"<｜tool▁call▁end｜>\"}<｜tool▁call▁end｜>\
         <｜tool▁call▁begin｜>g<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        "<｜tool▁call▁begin｜>f<｜tool▁sep｜><｜tool▁call▁end｜> and <｜tool▁calls▁begin｜> nothing",
    ],
    ..HERMES
};

const SECTION: &[On] =
    &[On::opens("<｜tool▁call▁begin｜>", "name"), On::leads("<｜tool▁calls▁end｜>", "after")];

/// ```text
/// <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f⏎
/// ```json⏎{"a": 1}⏎```<｜tool▁call▁end｜>⏎<｜tool▁call▁begin｜>...<｜tool▁calls▁end｜>
/// ```
pub(in crate::formats) const DEEPSEEK_V3: ToolFormat = ToolFormat {
    name: "deepseek_v3",
    aliases: &["deepseek", "deepseekv3"],
    signs: Signs { all: &["<｜tool▁calls▁begin｜>", "```json"], none: &[] },
    openers: &[On::opens("<｜tool▁calls▁begin｜>", "section"), On::opens("<｜tool▁call▁begin｜>", "type")],
    states: &[
        State::new(
            "section",
            Text::Space,
            &[On::opens("<｜tool▁call▁begin｜>", "type"), On::leads("<｜tool▁calls▁end｜>", "after")],
        ),
        State::new("type", Text::Space, &[On::leads("function", "separator")]),
        State::new("separator", Text::Space, &[On::leads("<｜tool▁sep｜>", "name")]),
        State::new("name", Text::Field(Field::Name), &[On::names("\n```json\n", "arguments")]),
        State::new("arguments", Text::Json("fence"), &[]),
        State::new(
            "fence",
            Text::Space,
            &[On::leads("```", "close"), On::closes("<｜tool▁call▁end｜>", "section")],
        ),
        State::new("close", Text::Space, &[On::closes("<｜tool▁call▁end｜>", "section")]),
        State::new("after", Text::Space, &[On::opens("<｜tool▁calls▁begin｜>", "section")]),
    ],
    closers: &[On::closes("<｜tool▁call▁end｜>", "section")],
    samples: &[
        "See:<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"a\": \"\\n```\"}\n```<｜tool▁call▁end｜>\n\
         <｜tool▁call▁begin｜>function<｜tool▁sep｜>g\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    ],
    ..DEEPSEEK_V31
};

/// ```text
/// <|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": 1}
/// <|tool_call_end|>...<|tool_calls_section_end|>
/// ```
///
/// The id is the model's own and goes back to it as it is. Some checkpoints spell the section in the singular.
/// The models call while reasoning is open, and mean it.
pub(in crate::formats) const KIMI_K2: ToolFormat = ToolFormat {
    name: "kimi_k2",
    aliases: &["kimik2", "kimi_k25"],
    special: true,
    signs: Signs { all: &["<|tool_calls_section_begin|>"], none: &[] },
    openers: &[
        On::opens("<|tool_calls_section_begin|>", "section"),
        On::opens("<|tool_call_section_begin|>", "section"),
        On::opens("<|tool_call_begin|>", "id"),
    ],
    states: &[
        State::new(
            "section",
            Text::Space,
            &[
                On::opens("<|tool_call_begin|>", "id"),
                On::leads("<|tool_calls_section_end|>", "after"),
                On::leads("<|tool_call_section_end|>", "after"),
            ],
        ),
        State::new("id", Text::Field(Field::Id), &[On::names("<|tool_call_argument_begin|>", "arguments")]),
        State::new("arguments", Text::Json("close"), &[]),
        State::new("close", Text::Space, &[On::closes("<|tool_call_end|>", "section")]),
        State::new(
            "after",
            Text::Space,
            &[
                On::opens("<|tool_calls_section_begin|>", "section"),
                On::opens("<|tool_call_section_begin|>", "section"),
            ],
        ),
    ],
    closers: &[On::closes("<|tool_call_end|>", "section")],
    ends_reasoning: EndsReasoning::Anywhere,
    samples: &[
        "See:<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{\"a\": \"\\n<|tool_call_end|>\"}\
         <|tool_call_end|><|tool_call_begin|>functions.g.h:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
        "<|tool_calls_section_begin|><|tool_calls_section_end|>",
    ],
    ..HERMES
};
