//! Calls as Python writes them.

use super::hermes::{BARE, NAME_AND_ARGUMENTS};
use crate::formats::declaration::{On, Signs, State, Text, ToolFormat, Verified};

/// ```text
/// [f(a=1, b='x'), g()]
/// ```
///
/// `<|python_start|>` may stand before it; without it, the list must begin the answer.
pub(in crate::formats) const PYTHONIC: ToolFormat = ToolFormat {
    name: "pythonic",
    aliases: &["llama4_pythonic"],
    verified: Verified::BySample,
    special: true,
    signs: Signs { all: &["[func_name1(params_name1=params_value1"], none: &["\"parameters\": dictionary"] },
    openers: &[On::opens("<|python_start|>", "calls")],
    first_openers: &[On::begins("[", "calls")],
    states: &[
        State::new("calls", Text::PythonCalls("closed"), &[]),
        State::new(
            "closed",
            Text::Space,
            &[On::leads("<|python_end|>", "after"), On::opens("<|python_start|>", "calls")],
        ),
        State::new("after", Text::Space, &[On::opens("<|python_start|>", "calls")]),
    ],
    closers: &[On::closes("<|python_end|>", "after")],
    samples: &[
        "[f(a='it\\'s ]', b=[1, {'x': None}]), g()]",
        "<|python_start|>[f(a=0.10, b=True,)]<|python_end|> and more",
        "[1, 2] is a list, [f(x)] is none",
        "[f(a=1), f(b='",
    ],
    ..ToolFormat::NONE
};

/// ```text
/// <|tool_call_start|>[f(a=1), g()]<|tool_call_end|>
/// <|tool_call_start|>[{"name": "f", "arguments": {"a": 1}}]<|tool_call_end|>
/// ```
pub(in crate::formats) const LFM2: ToolFormat = ToolFormat {
    name: "lfm2",
    aliases: &["lfm2.5"],
    verified: Verified::ByTemplate,
    special: true,
    signs: Signs { all: &["<|tool_call_start|>"], none: &[] },
    openers: &[On::opens("<|tool_call_start|>", "which")],
    states: &[
        State::new("which", Text::Space, &[On::shows("[{", "json"), On::shows("", "calls")]),
        State::new("calls", Text::PythonCalls("close"), &[]),
        State::new("json", Text::Calls(NAME_AND_ARGUMENTS, "close"), &[]),
        State::new("close", Text::Space, &[On::leads("<|tool_call_end|>", "after")]),
        State::new("after", Text::Space, &[On::opens("<|tool_call_start|>", "which")]),
    ],
    closers: &[On::closes("<|tool_call_end|>", "after")],
    samples: &[
        "See:<|tool_call_start|>[f(s='<|tool_call_end|>\\n', n=3), g()]<|tool_call_end|>",
        "<|tool_call_start|>[f(a=1 2)]<|tool_call_end|>done",
        "<|tool_call_start|>[{\"name\": \"f\", \"arguments\": {\"s\": \"<|tool_call_end|>\"}}]<|tool_call_end|>",
    ],
    ..ToolFormat::NONE
};

/// ```text
/// <function_calls>⏎f(a=1)⏎g()⏎</function_calls>
/// ```
pub(in crate::formats) const OLMO3: ToolFormat = ToolFormat {
    name: "olmo3",
    aliases: &[],
    verified: Verified::ByTemplate,
    signs: Signs { all: &["<function_calls>", "</function_calls>"], none: &["DSML"] },
    openers: &[On::opens("<function_calls>", "call").on_its_line()],
    states: &[
        State::new("call", Text::PythonCall("next"), &[]),
        State::new("next", Text::Space, &[On::leads("</function_calls>", "after"), On::begins("", "call")]),
        State::new("after", Text::Space, &[On::opens("<function_calls>", "call")]),
    ],
    closers: &[On::closes("</function_calls>", "after").on_its_line()],
    samples: &["See:\n<function_calls>\nf(a=1, b='</function_calls>')\ng()\n</function_calls>"],
    ..ToolFormat::NONE
};

/// ```text
/// <|tool_calls|>[{'name': 'f', 'arguments': {'a': 1}}]
/// ```
///
/// A Python list of dicts. Where the marker was lost, the list must begin the answer and its dicts have both
/// keys.
pub(in crate::formats) const SARASHINA: ToolFormat = ToolFormat {
    name: "sarashina",
    aliases: &[],
    verified: Verified::BySample,
    special: true,
    signs: Signs { all: &["<|tool_calls|>"], none: &[] },
    openers: &[On::opens("<|tool_calls|>", "calls")],
    first_openers: &[On::begins("[", "bare")],
    states: &[
        State::new("calls", Text::PythonDicts(NAME_AND_ARGUMENTS, "after"), &[]),
        State::new("bare", Text::PythonDicts(BARE, "after"), &[]),
        State::new("after", Text::Space, &[On::opens("<|tool_calls|>", "calls")]),
    ],
    samples: &[
        "See:<|tool_calls|>[{'name': 'f', 'arguments': {'s': 'it\\'s [<|tool_calls|>]', 'n': 0.10, 'o': {'a': None}}}, {'name': 'g'}] Done.",
        "[{'arguments': {'x': True, 's': \"é\\n\"}, 'name': 'f'}]",
        "['<|tool_calls|>[{', 1] and <|tool_calls|>[{'name': 'f', 'arguments': {'a': 1 2}}]",
        "[{'name': 'f', 'arguments': '{\"s\": \"a\\\\nb\", \"n\": [1]}'}]",
        "[{'name': 4,é and [{'name': é",
    ],
    ..ToolFormat::NONE
};
