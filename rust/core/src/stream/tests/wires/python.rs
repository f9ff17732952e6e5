//! Calls as Python writes them, and with bare keys.

/// Formats, replies in them, and what those are told as.
pub(super) const WIRES: &[(&str, &str, &str)] = &[
    (
        "pythonic",
        "[f(a=1, b='it\\'s', c=[True, None]), g()]",
        "f({\"a\": 1, \"b\": \"it's\", \"c\": [true, null]})|g({})|ToolCalls",
    ),
    (
        "llama4_pythonic",
        "<|python_start|>[f(a={'x': 0.10})]<|python_end|>",
        "f({\"a\": {\"x\": 0.10}})|ToolCalls",
    ),
    ("pythonic", "[1, 2]", "content:[1, 2]|Stop"),
    ("pythonic", "[f(x)] is text", "content:[f(x)] is text|Stop"),
    ("lfm2", "a<|tool_call_start|>[f(s='x')]<|tool_call_end|>", "content:a|f({\"s\": \"x\"})|ToolCalls"),
    (
        "olmo3",
        "a\n<function_calls>\nf(n=1)\ng()\n</function_calls>",
        "content:a|f({\"n\": 1})|g({})|ToolCalls",
    ),
    (
        "lfm2",
        "<|tool_call_start|>[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]<|tool_call_end|>",
        "f({\"a\": 1})|ToolCalls",
    ),
    (
        "sarashina",
        "a<|tool_calls|>[{'name': 'f', 'arguments': {'s': 'it\\'s', 'n': 0.10, 'o': {'a': None}}}, {'name': 'g'}]",
        "content:a|f({\"s\": \"it's\", \"n\": 0.10, \"o\": {\"a\": null}})|g({})|ToolCalls",
    ),
    ("sarashina", "[{'arguments': {'x': True}, 'name': 'f'}]", "f({\"x\": true})|ToolCalls"),
    (
        "sarashina",
        "<|tool_calls|>[{'name': 'f', 'arguments': {'s': 'it\\é'}}]",
        "f({\"s\": \"it\\\\é\"})|ToolCalls",
    ),
    ("sarashina", "['a', 1]", "content:['a', 1]|Stop"),
    ("sarashina", "<|tool_calls|>[{'name': 'f', 'arguments': {'a': 12;3}}]", "f({\"a\": 12;3}}])!|Length"),
    ("sarashina", "<|tool_calls|>[{'name': f;}]", "content:<|tool_calls|>[{'name': f;}]|Stop"),
    (
        "gemma4",
        "a<|tool_call>call:f{n:1,o:{a:0.10,list:[<|\"|>é<|\"|>,true,[]]},s:<|\"|> \"x\", }<|\"|>}<tool_call|><|tool_call>call:g{}<tool_call|>",
        "content:a|f({\"n\": 1, \"o\": {\"a\": 0.10, \"list\": [\"é\", true, []]}, \"s\": \" \\\"x\\\", }\"})|g({})|ToolCalls",
    ),
    (
        "gemma4",
        "<|tool_call>call:f{s:5, n : three,<|\"|>a b<|\"|>:\"x}\\\"\",\"c:d\":[1,],x:null}<tool_call|>",
        "f({\"s\": \"5\", \"n\": \"three\", \"a b\": \"x}\\\"\", \"c:d\": [1], \"x\": null})|ToolCalls",
    ),
    ("gemma4", "<|tool_call>call:f{n:1,s}<tool_call|>b", "f({\"n\": 1s})!|content:b|ToolCalls"),
    ("gemma4", "<|tool_call>call:f{s:<|\"|>a<|\"", "f({\"s\": \"a)!|Length"),
    (
        "functiongemma",
        "<start_function_call>call:f{s:<escape>{\"a\", <end_function_call><escape>,n:3,o:{deep:true}}<end_function_call><start_function_response>",
        "f({\"s\": \"{\\\"a\\\", <end_function_call>\", \"n\": 3, \"o\": {\"deep\": true}})|ToolCalls",
    ),
    (
        "functiongemma",
        "<start_function_call>call:f{s:New York,x:0.10}<end_function_call>",
        "f({\"s\": \"New York\", \"x\": 0.10})|ToolCalls",
    ),
];
