"""openai-node, as it is published: replies whole and streamed, its helpers, the store."""

from functools import partial

import pytest
from scripted import (
    ANSWER,
    CUSTOM,
    FUNCTION,
    HELLO,
    NAMESPACE,
    NO_ARGUMENTS,
    PATCH,
    THOUGHT,
)


@pytest.fixture(scope="module")
def step(node):
    return partial(node, "openai_node.mjs")


def types(events):
    return [event["type"] for event in events]


def test_a_reply_whole_and_streamed(step):
    whole = step("create", input="Hello.")
    assert (whole["output_text"], whole["status"]) == (HELLO, "completed")
    streamed = step("stream", input="Hello.")
    assert streamed["final"]["output_text"] == HELLO
    assert types(streamed["events"])[:2] == ["response.created", "response.in_progress"]


def test_reasoning_is_a_summary(step):
    final = step("stream", input="Which? [think]")["final"]
    reasoning, message = final["output"]
    assert [part["text"] for part in reasoning["summary"]] == [THOUGHT]
    assert message["content"][0]["text"] == "Oslo."


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_turn(step, stream):
    told = step("looks_up", stream=stream)
    assert told == {
        "called": ["get_weather", {"city": "Oslo"}],
        "text": ANSWER,
    }


def test_calls_of_every_kind_keep_their_places(step):
    tools = [FUNCTION, NO_ARGUMENTS, CUSTOM, NAMESPACE]
    message, *calls = step("stream", input="Look: [both]", tools=tools)["final"]["output"]
    assert message["content"][0]["text"].strip() == "I will look."
    assert [call["arguments"] for call in calls] == ['{"city": "Oslo"}', '{"city": "Rome"}']
    (call,) = step("stream", input="When? [now]", tools=tools)["final"]["output"]
    assert (call["name"], call["arguments"]) == ("now", "{}")
    (call,) = step("stream", input="Make it: [patch]", tools=tools)["final"]["output"]
    assert (call["type"], call["input"]) == ("custom_tool_call", PATCH)


def test_its_helper_parses_arguments(step):
    assert step("parses_arguments") == [{"city": "Oslo"}] * 2


def test_a_schema_for_the_text_is_refused_by_name(step):
    told = step("parses_text")
    assert (told["status"], told["param"]) == (400, "text.format")


def test_a_chain_after_a_streamed_reply(step):
    told = step("chain")
    assert (told["text"], told["previous"]) == ("Then nothing.", True)
    assert [item["role"] for item in told["items"]][-1] == "user"


def test_a_stored_response_is_found_until_it_is_deleted(step):
    told = step("retrieve")
    assert told["found"] == told["made"]
    assert told["gone"] == 404


def test_a_stream_is_resumed_after_an_event(step):
    told = step("resume")
    assert told["rest"] == told["events"][4:]
    assert told["helped"] == told["events"][4:]
    assert told["final"]["output_text"] == HELLO


def test_a_background_reply_is_polled_for(step):
    told = step("polls")
    assert told["first"] in {"queued", "in_progress"}
    assert (told["last"], told["text"]) == ("completed", HELLO)


def test_a_background_reply_is_cancelled(step):
    assert step("cancels")["last"] == "cancelled"


def test_a_conversation_remembers(step):
    told = step("converses")
    assert (told["text"], told["conversation"]) == ("Then nothing.", True)
    roles = [item["role"] for item in told["items"]]
    assert roles == ["user", "user", "assistant", "user", "assistant"]


def test_tokens_are_counted_and_a_history_is_made_short(step):
    assert step("counts") > 1
    told = step("compacts")
    assert told["object"] == "response.compaction"
    assert "compaction" in told["types"]
    assert told["text"] == "Then nothing."


def test_a_failure_is_thrown_in_the_servers_words(node, mortal):
    told = node("openai_node.mjs", "fails", url=mortal.url, input="Hello. [poison]")
    assert "worker" in told["raw"]
    assert "worker" in told["helper"]
