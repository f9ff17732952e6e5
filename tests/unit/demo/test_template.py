"""The chat template, as transformers renders it."""

import pytest
from transformers import AutoTokenizer

from smgd import demo
from smgd.demo.chat import template

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": {"a": "ü"}}}
ASKED = {"role": "user", "content": "Hi"}


def render(messages, **options):
    return template().render(messages=messages, add_generation_prompt=True, **options)


def test_a_question_opens_the_assistants_turn():
    assert render([ASKED]) == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"


def test_thinking_off_closes_the_thought_in_the_prompt():
    assert render([ASKED], enable_thinking=False).endswith("assistant\n<think>\n\n</think>\n\n")
    assert render([ASKED], enable_thinking=True).endswith("assistant\n")


def test_tools_follow_the_system_prompt_one_to_a_line():
    text = render([{"role": "system", "content": "Be brief."}, ASKED], tools=[TOOL, TOOL])
    line = '{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}\n'
    assert text.startswith("<|im_start|>system\nBe brief.\n\n# Tools\n")
    assert f"<tools>\n{line}{line}</tools>\n" in text


@pytest.mark.parametrize("content", [None, ""])
@pytest.mark.parametrize("arguments", [{"a": "ü"}, '{"a": "ü"}'])
def test_a_call_reads_the_same_from_an_object_and_from_a_string(content, arguments):
    call = CALL | {"function": {"name": "f", "arguments": arguments}}
    text = render([ASKED, {"role": "assistant", "content": content, "tool_calls": [call]}])
    wanted = (
        'assistant\n<tool_call>\n{"name": "f", "arguments": {"a": "ü"}}\n</tool_call><|im_end|>'
    )
    assert wanted in text


def test_results_of_one_step_share_a_users_turn():
    results = [{"role": "tool", "content": "1"}, {"role": "tool", "content": "2"}]
    text = render([ASKED, {"role": "assistant", "tool_calls": [CALL, CALL]}, *results])
    one, two = (f"<tool_response>\n{n}\n</tool_response>" for n in (1, 2))
    assert f"<|im_start|>user\n{one}\n{two}<|im_end|>\n" in text


def test_reasoning_of_earlier_turns_is_dropped_and_of_this_one_kept():
    thought = {"role": "assistant", "content": "A", "reasoning_content": "why"}
    inline = {"role": "assistant", "content": "<think>\nwhy\n</think>\n\nA"}
    assert "why" not in render([ASKED, thought, ASKED])
    assert "why" not in render([ASKED, inline, ASKED])
    assert "<think>\nwhy\n</think>\n\nA<|im_end|>" in render([ASKED, thought])


def test_parts_of_text_are_joined():
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert "user\nab<|im_end|>" in render([{"role": "user", "content": parts}])


def test_transformers_renders_the_same():
    reference = AutoTokenizer.from_pretrained(str(demo.path()))
    messages = [
        {"role": "system", "content": "S"},
        ASKED,
        {"role": "assistant", "tool_calls": [CALL]},
    ]
    messages += [{"role": "tool", "content": "3"}]
    text = reference.apply_chat_template(
        messages, tools=[TOOL], tokenize=False, add_generation_prompt=True
    )
    assert text == render(messages, tools=[TOOL])
