//! JSON objects in tags, as Hermes 2 wrote them first and Qwen 2.5 and 3 do.

use crate::formats::declaration::{Act, CallKeys, CallStyle, OPENAI_IDS, On, Signs, State, Text, ToolFormat};

/// The keys of most JSON calls; Llama writes `parameters`.
pub(super) const NAME_AND_ARGUMENTS: CallKeys =
    CallKeys { name: "name", arguments: &["arguments", "parameters"], style: CallStyle::Marked };

/// ```text
/// text⏎<tool_call>⏎{"name": "f", "arguments": {"a": 1}}⏎</tool_call>⏎<tool_call>⏎{...}⏎</tool_call>
/// ```
///
/// Framing, from Qwen's templates: one newline before the first opener, and white space inside the tags and
/// between two calls. White space after the last call is content when text follows it, else framing.
pub(in crate::formats) const HERMES: ToolFormat = ToolFormat {
    name: "hermes",
    aliases: &["qwen", "qwen2.5", "qwen25", "qwen3", "qwen3_json", "granite4", "trinity"],
    special: false,
    // GLM and Qwen3-Coder write other things between the same tags.
    signs: Signs { all: &["<tool_call>", "arguments"], none: &["<arg_key>", "<function="] },
    openers: &[On { marker: "<tool_call>", newlines: 1, acts: &[Act::Open], to: "call" }],
    first_openers: &[],
    wrappers: &[],
    states: &[
        State { name: "call", text: Text::Call(NAME_AND_ARGUMENTS, "close"), on: &[] },
        State {
            name: "close",
            text: Text::Space,
            on: &[On { marker: "</tool_call>", newlines: 1, acts: &[Act::Close], to: "after" }],
        },
        State {
            name: "after",
            text: Text::Space,
            on: &[On { marker: "<tool_call>", newlines: 1, acts: &[Act::Open], to: "call" }],
        },
    ],
    closers: &[On { marker: "</tool_call>", newlines: 1, acts: &[Act::Close], to: "after" }],
    ends_reasoning: false,
    ids: OPENAI_IDS,
    samples: &[
        "Let me look.\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Zürich \\\"</tool_call>\\\"\", \
         \"days\": [1, 2.50], \"raw\": {\"a\": null}}}\n</tool_call>\n<tool_call>\n{\"arguments\": {}, \"name\": \
         \"now\"}\n</tool_call>\nDone.",
        "<tool_call>{\"name\":\"f\",\"arguments\":\"{\\\"a\\\": \\\"\\\\u00e9\\\\n\\\"}\"}</tool_call>",
        "<tool_call>\n{\"name\": \"no_arguments\"}\n</tool_call>",
        "a <tool_call> is no call, nor is <tool_call>\n{\"name\": 1}\n</tool_call>, but\n<tool_call>\n{\"name\": \"f\", \
         \"arguments\": {\"a\": tru}}\n</tool_call> is.",
    ],
};
