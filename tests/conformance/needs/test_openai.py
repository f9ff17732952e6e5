"""What openai-python and openai-node were seen to break without, one property a test."""

import pytest
from responded import FAILED, LIFECYCLE, every_kind, stream, with_items


@every_kind
def test_openai_python_wants_created_first(told):
    assert told.types[0] == "response.created"


@with_items
def test_openai_python_wants_every_item_and_part_opened(told):
    for item in told.done.values():
        if item["type"] != "message":
            continue
        mine = [event for event in told.events if event.get("item_id") == item["id"]]
        parts = [e for e in mine if e["type"] == "response.content_part.added"]
        assert [part["content_index"] for part in parts] == list(range(len(item["content"])))
        assert mine[0] == parts[0]
        assert parts[0]["part"] == {
            "type": "output_text",
            "text": "",
            "annotations": [],
            "logprobs": [],
        }
    assert told.added.keys() == told.done.keys()


@with_items
def test_openai_python_wants_a_content_index_at_text(told):
    own = ("response.output_text.delta", "response.output_text.done", "response.content_part.done")
    assert all(event["content_index"] == 0 for event in told.of(*own))


@with_items
def test_openai_helpers_throw_on_an_identity_that_changes(told):
    names = ("id", "type", "call_id", "name", "namespace")
    for at, item in told.done.items():
        for name in names:
            assert told.added[at].get(name) == item.get(name)
    assert len({item["id"] for item in told.done.values()}) == len(told.done)
    assert len({event["response"]["id"] for event in told.of(*LIFECYCLE)}) == 1


@with_items
def test_openai_python_gives_what_the_last_event_holds(told):
    assert told.response["output"] == list(told.done.values()) != []


@every_kind
def test_openai_python_raises_on_an_error_at_the_top_of_any_event(told):
    assert all("error" not in event for event in told.events if event["type"] != "error")


@pytest.mark.parametrize("kind", FAILED)
def test_openai_python_raises_on_a_nested_error_and_reads_a_flat_one(told):
    (event,) = told.of("error")
    assert event["error"] == {
        "type": "server_error",
        **{name: event[name] for name in ("code", "message", "param")},
    }


@with_items
def test_openai_python_wants_output_in_a_whole_reply(whole, kind):
    assert isinstance(whole(kind)["output"], list)


KNOWN = LIFECYCLE | {
    "error",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.content_part.done",
    "response.output_text.delta",
    "response.output_text.done",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
    "response.reasoning_summary_text.delta",
    "response.reasoning_summary_text.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.custom_tool_call_input.delta",
    "response.custom_tool_call_input.done",
}


@every_kind
def test_openai_node_throws_on_events_it_does_not_know(told):
    assert set(told.types) <= KNOWN


def test_openai_node_throws_on_raw_reasoning_without_its_part(serve):
    script = {"replies": [{"text": "<think>\nHm.\n</think>\n\nYes."}]}
    daemon = serve("--served-model-name", "m", "--reasoning-events", "text", script=script).ready()
    with daemon.client() as client:
        raw = stream(client, input="Hello.")
    first = raw.types.index("response.reasoning_text.delta")
    part = raw.events[first - 1]
    assert (part["type"], part["part"]) == (
        "response.content_part.added",
        {"type": "reasoning_text", "text": ""},
    )
    assert part["item_id"] == raw.events[first]["item_id"]
