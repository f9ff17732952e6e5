//! Calls as Python writes them.

use super::hermes::HERMES;
use crate::formats::declaration::{On, Signs, State, Text, ToolFormat};

/// ```text
/// [f(a=1, b='x'), g()]
/// ```
///
/// `<|python_start|>` may stand before it; without it, the list must begin the answer.
pub(in crate::formats) const PYTHONIC: ToolFormat = ToolFormat {
    name: "pythonic",
    aliases: &["llama4_pythonic"],
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
    ..HERMES
};

/// ```text
/// <|tool_call_start|>[f(a=1), g()]<|tool_call_end|>
/// ```
pub(in crate::formats) const LFM2: ToolFormat = ToolFormat {
    name: "lfm2",
    aliases: &["lfm2.5"],
    special: true,
    signs: Signs { all: &["<|tool_call_start|>"], none: &[] },
    openers: &[On::opens("<|tool_call_start|>", "calls")],
    states: &[
        State::new("calls", Text::PythonCalls("close"), &[]),
        State::new("close", Text::Space, &[On::leads("<|tool_call_end|>", "after")]),
        State::new("after", Text::Space, &[On::opens("<|tool_call_start|>", "calls")]),
    ],
    closers: &[On::closes("<|tool_call_end|>", "after")],
    samples: &[
        "See:<|tool_call_start|>[f(s='<|tool_call_end|>\\n', n=3), g()]<|tool_call_end|>",
        "<|tool_call_start|>[f(a=1 2)]<|tool_call_end|>done",
    ],
    ..HERMES
};

/// ```text
/// <function_calls>⏎f(a=1)⏎g()⏎</function_calls>
/// ```
pub(in crate::formats) const OLMO3: ToolFormat = ToolFormat {
    name: "olmo3",
    aliases: &[],
    signs: Signs { all: &["<function_calls>", "</function_calls>"], none: &["DSML"] },
    openers: &[On::opens("<function_calls>", "call").on_its_line()],
    states: &[
        State::new("call", Text::PythonCall("next"), &[]),
        State::new("next", Text::Space, &[On::leads("</function_calls>", "after"), On::begins("", "call")]),
        State::new("after", Text::Space, &[On::opens("<function_calls>", "call")]),
    ],
    closers: &[On::closes("</function_calls>", "after").on_its_line()],
    samples: &["See:\n<function_calls>\nf(a=1, b='</function_calls>')\ng()\n</function_calls>"],
    ..HERMES
};
