"""What each client loses when a stream of ours lacks what it needs.

The properties themselves are kept by tests/conformance/needs; here the clients
show that they are needed.
"""

import copy

import httpx
import openai
import pytest
import responded
from codex import Codex
from replaying import replaying
from scripted import FUNCTION, HELLO, PATCH

SHELL = {"type": "function", "name": "exec_command", "parameters": {"type": "object"}}
ASKED = {
    "text": {"input": "Hello."},
    "reasoning": {"input": "Which? [think]"},
    "call": {"input": "And the weather? [weather]", "tools": [FUNCTION]},
    "shell": {"input": "Run it: [shell]", "tools": [SHELL]},
    "patch": responded.KINDS["custom call"],
}


@pytest.fixture(scope="module")
def recorded(daemon):
    with daemon.client() as client:
        return {kind: responded.stream(client, **asked).events for kind, asked in ASKED.items()}


def without(*types):
    """Events of these types are not told."""
    return lambda events: [event for event in events if event["type"] not in types]


def changed(type, change):
    """Every event of a type is told differently."""

    def mutate(events):
        for event in events:
            if event["type"] == type:
                change(event)
        return events

    return mutate


def another_id(event):
    event["item"]["id"] = "msg_another"


def no_id(event):
    del event["response"]["id"]


def no_call_id(event):
    del event["item"]["call_id"]


def as_function(event):
    event["item"] |= {"type": "function_call", "arguments": event["item"].pop("input")}


def raw(events):
    """Reasoning as text, without its part."""
    told = []
    for event in without(
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_part.done",
        "response.reasoning_summary_text.done",
    )(events):
        if event["type"] == "response.reasoning_summary_text.delta":
            event |= {"type": "response.reasoning_text.delta", "content_index": 0}
        told.append(event)
    return told


def unknown(events):
    return [*events[:2], {"type": "response.of_tomorrow", "sequence_number": 2}, *events[2:]]


def same(events):
    return events


@pytest.fixture
def mutated(recorded):
    """A server that tells a kind of reply with a change."""

    def start(kind, change=same, times=1):
        return replaying(change(copy.deepcopy(recorded[kind])), times)

    return start


ADDED, DONE = "response.output_item.added", "response.output_item.done"
PART, DELTA = "response.content_part.added", "response.output_text.delta"
CREATED, COMPLETED = "response.created", "response.completed"


@pytest.mark.parametrize(
    "change",
    [
        without(CREATED),
        without(ADDED),
        without(PART),
        without(COMPLETED),
        changed(DONE, another_id),
        changed(DELTA, lambda event: event.pop("content_index")),
    ],
    ids=["created", "item added", "part added", "completed", "one id", "content index"],
)
def test_openai_python_raises_without(mutated, change):
    def final(url):
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
        with client.responses.stream(model="m", input="Hello.") as events:
            return events.get_final_response()

    with mutated("text") as url:
        assert final(url).output_text == HELLO
    with mutated("text", change) as url, pytest.raises(Exception):  # noqa: B017, PT011 - many kinds
        final(url)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("text", without(CREATED)),
        ("text", without(ADDED)),
        ("text", without(PART)),
        ("text", changed(DONE, another_id)),
        ("text", unknown),
        ("reasoning", raw),
    ],
    ids=["created", "item added", "part added", "one id", "known events", "reasoning's part"],
)
def test_openai_node_throws_without(node, mutated, kind, change):
    with mutated(kind, times=2) as url:
        assert node("openai_node.mjs", "fails", url=url, input="Hello.")["helper"] is None
    with mutated(kind, change, times=2) as url:
        assert node("openai_node.mjs", "fails", url=url, input="Hello.")["helper"]


@pytest.mark.parametrize("change", [without(ADDED), without(DELTA)], ids=["item added", "deltas"])
def test_the_ai_sdk_loses_text_without(node, mutated, change):
    with mutated("text", change) as url:
        told = node("ai_sdk.mjs", "tries", url=url, prompt="Hello.")
    assert not told["text"]


def test_the_ai_sdk_loses_a_call_without_its_item_done(node, mutated):
    with mutated("call", without(DONE)) as url:
        assert node("ai_sdk.mjs", "tries", url=url, prompt="Hello.")["calls"] == []


def test_the_ai_sdk_shows_no_raw_reasoning(node, mutated):
    with mutated("reasoning", raw) as url:
        assert not node("ai_sdk.mjs", "tries", url=url, prompt="Hello.")["reasoning"]


@pytest.fixture
def turn(packages, tmp_path):
    def run(url, **options):
        user = Codex(packages, tmp_path, url, **options)
        return user, user.run("Hello.")

    return run


def test_codex_loses_text_without_its_item_done(turn, mutated):
    with mutated("text", without(DONE)) as url:
        assert turn(url)[1].text == []


@pytest.mark.parametrize(
    "change", [without(COMPLETED), changed(COMPLETED, no_id)], ids=["completed", "id"]
)
def test_codex_fails_a_turn_without(turn, mutated, change):
    with mutated("text", change) as url:
        assert turn(url)[1].failure


def test_codex_drops_a_call_without_call_id(turn, mutated):
    with mutated("shell", changed(DONE, no_call_id)) as url:
        assert turn(url)[1].items("command_execution") == []


def test_codex_does_not_apply_a_patch_that_comes_as_a_function(turn, mutated):
    with mutated("patch", changed(DONE, as_function)) as url:
        user, _ = turn(url, model="gpt-5.5")
    (file,) = [line.split(": ")[1] for line in PATCH.splitlines() if "Add File" in line]
    assert not (user.folder / file).exists()


def test_the_events_are_those_of_the_server(recorded):
    with httpx.Client() as client, replaying(recorded["text"]) as url:
        told = client.post(f"{url}/v1/responses", json={}).content
    assert responded.streamed(told).events == recorded["text"]
