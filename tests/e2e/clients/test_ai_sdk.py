"""The AI SDK with its provider for OpenAI, as they are published."""

from functools import partial

import pytest
from scripted import ANSWER, HELLO, PATCH, REMEMBERED, THOUGHT


@pytest.fixture(scope="module")
def step(node):
    return partial(node, "ai_sdk.mjs")


both_ways = pytest.mark.parametrize("stream", [False, True])


@both_ways
def test_a_reply(step, stream):
    told = step("says", stream=stream, prompt="Hello.")
    assert (told["text"], told["finishReason"]) == (HELLO, "stop")
    assert told["usage"]["inputTokens"] > 1
    assert told["usage"]["outputTokens"] > 1


@both_ways
def test_reasoning_is_shown(step, stream):
    told = step("says", stream=stream, prompt="Which? [think]")
    assert (told["reasoning"], told["text"]) == (THOUGHT, "Oslo.")


@both_ways
@pytest.mark.parametrize(
    ("prompt", "text"),
    [("And the weather? [weather]", ANSWER), ("Well? [think and look]", REMEMBERED)],
)
def test_tools_are_run_and_answered(step, stream, prompt, text):
    told = step("looks_up", stream=stream, prompt=prompt)
    assert told["calls"] == [["get_weather", {"city": "Oslo"}]]
    assert told["text"] == text


@both_ways
def test_a_custom_tool_is_run_with_its_text(step, stream):
    told = step("patches", stream=stream, prompt="Make it: [patch]")
    assert told == {"seen": [PATCH], "text": "It is made."}


@both_ways
@pytest.mark.parametrize("prompt", ["Which? [think]", "Well? [think and look]"])
def test_a_second_turn_names_the_items_of_the_first(step, stream, prompt):
    told = step("goes_on", stream=stream, prompt=prompt)
    assert told["text"] == "Then nothing."
    assert told["references"] >= 2


@both_ways
def test_a_failure_is_told_in_the_servers_words(node, mortal, stream):
    told = node("ai_sdk.mjs", "fails", url=mortal.url, stream=stream, prompt="Hello. [poison]")
    assert "worker" in told
