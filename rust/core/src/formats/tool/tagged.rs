//! Calls whose arguments are text between tags: only the schema says which is a number.

use super::hermes::HERMES;
use crate::formats::declaration::{EndsReasoning, Field, Framing, On, Signs, State, Text, ToolFormat};

/// ```text
/// text⏎⏎<tool_call>⏎<function=f>⏎<parameter=a>⏎1⏎</parameter>⏎</function>⏎</tool_call>
/// ```
///
/// Exactly one newline on each side of a value is framing. Models leave out `<tool_call>`.
pub(in crate::formats) const QWEN3_CODER: ToolFormat = ToolFormat {
    name: "qwen3_coder",
    aliases: &[
        "qwen_xml",
        "qwen_coder",
        "qwen3_xml",
        "nemotron",
        "nemotron_v3",
        "nemotron_nano",
        "step3p5",
        "step5",
        "nanbeige",
    ],
    signs: Signs { all: &["<function=", "<parameter=", "<tool_call>"], none: &[] },
    openers: &[
        On::opens("<tool_call>", "function").after_a_blank_line(),
        On::opens("<function=", "name").after_a_blank_line(),
    ],
    states: &[
        State::new("function", Text::Space, &[On::leads("<function=", "name")]),
        State::new("name", Text::Field(Field::Name), &[On::leads(">", "body")]),
        State::new(
            "body",
            Text::Space,
            &[On::names("<parameter=", "key"), On::names_and_closes("</function>", "closed")],
        ),
        State::new("key", Text::Field(Field::Key), &[On::leads(">", "value")]),
        State::new(
            "value",
            Text::Value(Framing::Newline),
            &[On::leads("</parameter>", "next").on_its_line()],
        ),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<parameter=", "key"), On::closes("</function>", "closed")],
        ),
        State::new(
            "closed",
            Text::Space,
            &[
                On::leads("</tool_call>", "after"),
                On::opens("<function=", "name"),
                On::opens("<tool_call>", "function"),
            ],
        ),
        State::new(
            "after",
            Text::Space,
            &[On::opens("<tool_call>", "function"), On::opens("<function=", "name")],
        ),
    ],
    closers: &[On::closes("</function>", "closed").on_its_line()],
    ends_reasoning: EndsReasoning::AtLineStart,
    samples: &[
        "See:\n\n<tool_call>\n<function=f>\n<parameter=s>\n  <b>\"</parameter>\"\n\n</parameter>\n<parameter=n>\n12\n</parameter>\n\
         <parameter=x>\n0.10\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=g>\n</function>\n</tool_call>\nDone.",
        "<function=f>\n<parameter=o>\n{\"a\": [1]}\n</parameter>\n<parameter=n>\nthree\n</parameter>\n</function>",
        "<tool_call> <function=f>, <function=f> and </tool_call>",
    ],
    ..HERMES
};

/// Qwen3-Coder's grammar in tags of its own, and values without framing.
pub(in crate::formats) const SEED_OSS: ToolFormat = ToolFormat {
    name: "seed_oss",
    aliases: &[],
    signs: Signs { all: &["<seed:tool_call>"], none: &[] },
    openers: &[On::opens("<seed:tool_call>", "function").after_a_blank_line()],
    states: &[
        State::new("function", Text::Space, &[On::leads("<function=", "name")]),
        State::new("name", Text::Field(Field::Name), &[On::leads(">", "body")]),
        State::new(
            "body",
            Text::Space,
            &[On::names("<parameter=", "key"), On::names_and_closes("</function>", "closed")],
        ),
        State::new("key", Text::Field(Field::Key), &[On::leads(">", "value")]),
        State::new("value", Text::Value(Framing::None), &[On::leads("</parameter>", "next")]),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<parameter=", "key"), On::closes("</function>", "closed")],
        ),
        State::new(
            "closed",
            Text::Space,
            &[On::leads("</seed:tool_call>", "after"), On::opens("<function=", "name")],
        ),
        State::new("after", Text::Space, &[On::opens("<seed:tool_call>", "function")]),
    ],
    samples: &[
        "See:\n\n<seed:tool_call>\n<function=f>\n<parameter=s>\n</parameter></parameter>\n<parameter=n>3</parameter>\n</function>\n\
         </seed:tool_call>",
    ],
    ..QWEN3_CODER
};

/// Qwen3-Coder's wire, with values without framing. Declared from a table of wires; no template was seen.
pub(in crate::formats) const MIMO: ToolFormat = ToolFormat {
    name: "mimo",
    aliases: &[],
    signs: Signs { all: &["mimo", "<function="], none: &[] },
    states: &[
        State::new("function", Text::Space, &[On::leads("<function=", "name")]),
        State::new("name", Text::Field(Field::Name), &[On::leads(">", "body")]),
        State::new(
            "body",
            Text::Space,
            &[On::names("<parameter=", "key"), On::names_and_closes("</function>", "closed")],
        ),
        State::new("key", Text::Field(Field::Key), &[On::leads(">", "value")]),
        State::new("value", Text::Value(Framing::None), &[On::leads("</parameter>", "next")]),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<parameter=", "key"), On::closes("</function>", "closed")],
        ),
        State::new(
            "closed",
            Text::Space,
            &[On::leads("</tool_call>", "after"), On::opens("<function=", "name")],
        ),
        State::new(
            "after",
            Text::Space,
            &[On::opens("<tool_call>", "function"), On::opens("<function=", "name")],
        ),
    ],
    samples: &["<tool_call>\n<function=f>\n<parameter=s>\nx</parameter>\n</function>\n</tool_call>"],
    ..QWEN3_CODER
};

/// ```text
/// text⏎<tool_call>f⏎<arg_key>a</arg_key>⏎<arg_value>1</arg_value>⏎</tool_call>      4.5 and 4.6
/// text<tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value></tool_call>           4.7 and 5
/// ```
///
/// Values are written as they are, without escapes or framing.
pub(in crate::formats) const GLM45: ToolFormat = ToolFormat {
    name: "glm45",
    aliases: &["glm", "glm45_moe", "glm47", "glm47_moe", "ling3", "poolside_v1", "spark25"],
    signs: Signs { all: &["<arg_key>", "<tool_call>"], none: &["<tool_sep>", "<iquest_tool_call>"] },
    openers: &[On::opens("<tool_call>", "name").on_its_line()],
    states: &[
        State::new(
            "name",
            Text::Field(Field::Name),
            &[
                On::leads("\n", "body"),
                On::names("<arg_key>", "key"),
                On::names_and_closes("</tool_call>", "after"),
            ],
        ),
        State::new(
            "body",
            Text::Space,
            &[On::names("<arg_key>", "key"), On::names_and_closes("</tool_call>", "after")],
        ),
        State::new("key", Text::Field(Field::Key), &[On::leads("</arg_key>", "between")]),
        State::new("between", Text::Space, &[On::leads("<arg_value>", "value")]),
        State::new("value", Text::Value(Framing::None), &[On::leads("</arg_value>", "next")]),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<arg_key>", "key"), On::closes("</tool_call>", "after")],
        ),
        State::new("after", Text::Space, &[On::opens("<tool_call>", "name")]),
    ],
    closers: &[On::closes("</tool_call>", "after").on_its_line()],
    ends_reasoning: EndsReasoning::AtLineStart,
    samples: &[
        "See:\n<tool_call>f\n<arg_key>s</arg_key>\n<arg_value> a &amp; </arg_value>! </arg_value>\n<arg_key>n</arg_key>\n\
         <arg_value>3</arg_value>\n</tool_call>\n<tool_call>g\n</tool_call>",
        "<tool_call>f<arg_key>x</arg_key><arg_value>null</arg_value></tool_call><tool_call>g</tool_call>",
        "the <tool_call> tag\nand </tool_call>",
    ],
    ..HERMES
};

/// GLM's grammar in tags of its own. Declared from a table of wires; no template of it was seen.
pub(in crate::formats) const IQUEST: ToolFormat = ToolFormat {
    name: "iquest",
    aliases: &["iquest_q1"],
    signs: Signs { all: &["<iquest_tool_call>"], none: &[] },
    openers: &[On::opens("<iquest_tool_call>", "name").on_its_line()],
    states: &[
        State::new(
            "name",
            Text::Field(Field::Name),
            &[
                On::leads("\n", "body"),
                On::names("<arg_key>", "key"),
                On::names_and_closes("</iquest_tool_call>", "after"),
            ],
        ),
        State::new(
            "body",
            Text::Space,
            &[On::names("<arg_key>", "key"), On::names_and_closes("</iquest_tool_call>", "after")],
        ),
        State::new("key", Text::Field(Field::Key), &[On::leads("</arg_key>", "between")]),
        State::new("between", Text::Space, &[On::leads("<arg_value>", "value")]),
        State::new("value", Text::Value(Framing::None), &[On::leads("</arg_value>", "next")]),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<arg_key>", "key"), On::closes("</iquest_tool_call>", "after")],
        ),
        State::new("after", Text::Space, &[On::opens("<iquest_tool_call>", "name")]),
    ],
    closers: &[On::closes("</iquest_tool_call>", "after").on_its_line()],
    samples: &["<iquest_tool_call>f<arg_key>s</arg_key><arg_value>x</arg_value></iquest_tool_call>"],
    ..GLM45
};

/// ```text
/// <tool_calls>⏎<tool_call>f<tool_sep>⏎<arg_key>a</arg_key>⏎<arg_value>1</arg_value>⏎</tool_call>⏎</tool_calls>
/// ```
///
/// Declared from a table of wires; no template of it was seen. A checkpoint whose tags have a suffix is not
/// covered.
pub(in crate::formats) const HUNYUAN_V3: ToolFormat = ToolFormat {
    name: "hy_v3",
    aliases: &["hy_v4", "hy4"],
    signs: Signs { all: &["<tool_sep>", "<arg_key>"], none: &[] },
    openers: &[
        On::opens("<tool_calls>", "section").on_its_line(),
        On::opens("<tool_call>", "name").on_its_line(),
    ],
    states: &[
        State::new(
            "section",
            Text::Space,
            &[On::opens("<tool_call>", "name"), On::leads("</tool_calls>", "after")],
        ),
        State::new("name", Text::Field(Field::Name), &[On::leads("<tool_sep>", "body")]),
        State::new(
            "body",
            Text::Space,
            &[On::names("<arg_key>", "key"), On::names_and_closes("</tool_call>", "section")],
        ),
        State::new("key", Text::Field(Field::Key), &[On::leads("</arg_key>", "between")]),
        State::new("between", Text::Space, &[On::leads("<arg_value>", "value")]),
        State::new("value", Text::Value(Framing::None), &[On::leads("</arg_value>", "next")]),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<arg_key>", "key"), On::closes("</tool_call>", "section")],
        ),
        State::new("after", Text::Space, &[On::opens("<tool_calls>", "section")]),
    ],
    closers: &[On::closes("</tool_call>", "section").on_its_line()],
    samples: &[
        "<tool_calls>\n<tool_call>f<tool_sep>\n<arg_key>s</arg_key>\n<arg_value>x</arg_value>\n</tool_call>\n<tool_call>g<tool_sep>\n\
         </tool_call>\n</tool_calls>",
    ],
    ..GLM45
};

/// ```text
/// text⏎<minimax:tool_call>⏎<invoke name="f">⏎<parameter name="a">1</parameter>⏎</invoke>⏎</minimax:tool_call>
/// ```
pub(in crate::formats) const MINIMAX_M2: ToolFormat = ToolFormat {
    name: "minimax_m2",
    aliases: &["minimax-m2"],
    signs: Signs { all: &["<minimax:tool_call>"], none: &[] },
    openers: &[On::opens("<minimax:tool_call>", "section").on_its_line()],
    states: &[
        State::new(
            "section",
            Text::Space,
            &[On::opens("<invoke name=\"", "name"), On::leads("</minimax:tool_call>", "after")],
        ),
        State::new("name", Text::Field(Field::Name), &[On::names("\">", "next")]),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<parameter name=\"", "key"), On::closes("</invoke>", "section")],
        ),
        State::new("key", Text::Field(Field::Key), &[On::leads("\">", "value")]),
        State::new("value", Text::Value(Framing::None), &[On::leads("</parameter>", "next")]),
        State::new("after", Text::Space, &[On::opens("<minimax:tool_call>", "section")]),
    ],
    closers: &[On::closes("</invoke>", "section")],
    samples: &[
        "See:\n<minimax:tool_call>\n<invoke name=\"f\">\n<parameter name=\"s\"></parameter> </parameter>\n<parameter name=\"x\">null</parameter>\n\
         </invoke>\n<invoke name=\"g\">\n</invoke>\n</minimax:tool_call>",
    ],
    ..HERMES
};

/// ```text
/// <dots_function_call>⏎<invoke name="f">⏎<parameter name="a">1</parameter>⏎</invoke>⏎</dots_function_call>
/// ```
///
/// Declared from a table of wires; no template of it was seen.
pub(in crate::formats) const DOTS: ToolFormat = ToolFormat {
    name: "dots",
    aliases: &["dots3"],
    signs: Signs { all: &["<dots_function_call>"], none: &[] },
    openers: &[On::opens("<dots_function_call>", "section").on_its_line()],
    states: &[
        State::new(
            "section",
            Text::Space,
            &[On::opens("<invoke name=\"", "name"), On::leads("</dots_function_call>", "after")],
        ),
        State::new("name", Text::Field(Field::Name), &[On::names("\">", "next")]),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<parameter name=\"", "key"), On::closes("</invoke>", "section")],
        ),
        State::new("key", Text::Field(Field::Key), &[On::leads("\">", "value")]),
        State::new("value", Text::Value(Framing::None), &[On::leads("</parameter>", "next")]),
        State::new("after", Text::Space, &[On::opens("<dots_function_call>", "section")]),
    ],
    samples: &[
        "<dots_function_call>\n<invoke name=\"f\">\n<parameter name=\"n\">1</parameter>\n</invoke>\n</dots_function_call>",
    ],
    ..MINIMAX_M2
};

/// ```text
/// <｜DSML｜function_calls>⏎<｜DSML｜invoke name="f">⏎<｜DSML｜parameter name="a" string="false">1</｜DSML｜parameter>⏎
/// </｜DSML｜invoke>⏎</｜DSML｜function_calls>
/// ```
///
/// The wire says which values are strings. V4 names the outer tag `tool_calls`.
pub(in crate::formats) const DEEPSEEK_V32: ToolFormat = ToolFormat {
    name: "deepseek_v32",
    aliases: &["deepseek32", "deepseekv32", "deepseek_v3_2", "deepseek_v4", "deepseekv4"],
    signs: Signs { all: &["DSML", "invoke name="], none: &[] },
    openers: &[
        On::opens("<｜DSML｜function_calls>", "section").after_a_blank_line(),
        On::opens("<｜DSML｜tool_calls>", "section").after_a_blank_line(),
    ],
    states: &[
        State::new(
            "section",
            Text::Space,
            &[
                On::opens("<｜DSML｜invoke name=\"", "name"),
                On::leads("</｜DSML｜function_calls>", "after"),
                On::leads("</｜DSML｜tool_calls>", "after"),
            ],
        ),
        State::new("name", Text::Field(Field::Name), &[On::names("\">", "next")]),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<｜DSML｜parameter name=\"", "key"), On::closes("</｜DSML｜invoke>", "section")],
        ),
        State::new(
            "key",
            Text::Field(Field::Key),
            &[On::leads("\" string=\"", "type"), On::leads("\">", "value")],
        ),
        State::new("type", Text::Field(Field::IsString), &[On::leads("\">", "value")]),
        State::new("value", Text::Value(Framing::None), &[On::leads("</｜DSML｜parameter>", "next")]),
        State::new(
            "after",
            Text::Space,
            &[On::opens("<｜DSML｜function_calls>", "section"), On::opens("<｜DSML｜tool_calls>", "section")],
        ),
    ],
    closers: &[On::closes("</｜DSML｜invoke>", "section")],
    samples: &[
        "See:\n\n<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"f\">\n<｜DSML｜parameter name=\"s\" string=\"true\">1 </｜DSML｜x\
         </｜DSML｜parameter>\n<｜DSML｜parameter name=\"o\" string=\"false\">{\"a\": 0.10}</｜DSML｜parameter>\n</｜DSML｜invoke>\n\
         <｜DSML｜invoke name=\"g\">\n</｜DSML｜invoke>\n</｜DSML｜function_calls>",
    ],
    ..HERMES
};

/// ```text
/// <｜tool_calls_begin｜>⏎<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="f">
/// <steptml:parameter name="a">1</steptml:parameter></steptml:invoke><｜tool_call_end｜>⏎<｜tool_calls_end｜>
/// ```
///
/// Declared from a table of wires; no template of it was seen.
pub(in crate::formats) const STEP3: ToolFormat = ToolFormat {
    name: "step3",
    aliases: &[],
    signs: Signs { all: &["<steptml:invoke"], none: &[] },
    openers: &[On::opens("<｜tool_calls_begin｜>", "section")],
    states: &[
        State::new(
            "section",
            Text::Space,
            &[On::opens("<｜tool_call_begin｜>", "type"), On::leads("<｜tool_calls_end｜>", "after")],
        ),
        State::new("type", Text::Space, &[On::leads("function", "separator")]),
        State::new("separator", Text::Space, &[On::leads("<｜tool_sep｜>", "invoke")]),
        State::new("invoke", Text::Space, &[On::leads("<steptml:invoke name=\"", "name")]),
        State::new("name", Text::Field(Field::Name), &[On::names("\">", "next")]),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<steptml:parameter name=\"", "key"), On::closes("</steptml:invoke>", "closed")],
        ),
        State::new("key", Text::Field(Field::Key), &[On::leads("\">", "value")]),
        State::new("value", Text::Value(Framing::None), &[On::leads("</steptml:parameter>", "next")]),
        State::new("closed", Text::Space, &[On::leads("<｜tool_call_end｜>", "section")]),
        State::new("after", Text::Space, &[On::opens("<｜tool_calls_begin｜>", "section")]),
    ],
    closers: &[On::closes("<｜tool_call_end｜>", "section")],
    samples: &[
        "<｜tool_calls_begin｜>\n<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name=\"f\"><steptml:parameter name=\"s\">a <b>\
         </steptml:parameter></steptml:invoke><｜tool_call_end｜>\n<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name=\"g\">\
         </steptml:invoke><｜tool_call_end｜>\n<｜tool_calls_end｜>",
    ],
    ..HERMES
};

/// ```text
/// <function name="f"><param name="a"><![CDATA[1]]></param></function>
/// ```
///
/// Declared from a table of wires; no template of it was seen.
pub(in crate::formats) const MINICPM5: ToolFormat = ToolFormat {
    name: "minicpm5",
    aliases: &[],
    signs: Signs { all: &["<function name=", "<param name="], none: &[] },
    openers: &[On::opens("<function name=\"", "name").on_its_line()],
    states: &[
        State::new("name", Text::Field(Field::Name), &[On::leads("\">", "body")]),
        State::new(
            "body",
            Text::Space,
            &[On::names("<param name=\"", "key"), On::names_and_closes("</function>", "after")],
        ),
        State::new("key", Text::Field(Field::Key), &[On::leads("\">", "which")]),
        State::new("which", Text::Optional("value"), &[On::leads("<![CDATA[", "literal")]),
        State::new("value", Text::Value(Framing::None), &[On::leads("</param>", "next")]),
        State::new("literal", Text::Value(Framing::None), &[On::leads("]]></param>", "next")]),
        State::new(
            "next",
            Text::Space,
            &[On::leads("<param name=\"", "key"), On::closes("</function>", "after")],
        ),
        State::new("after", Text::Space, &[On::opens("<function name=\"", "name")]),
    ],
    closers: &[On::closes("</function>", "after")],
    samples: &[
        "<function name=\"f\"><param name=\"s\"><![CDATA[a </param> b]]></param><param name=\"n\">3</param></function>\
         <function name=\"g\"></function>",
    ],
    ..HERMES
};
