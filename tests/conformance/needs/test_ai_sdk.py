"""What openai-agents and the AI SDK were seen to break without, one property a test."""

import pytest
from responded import COMPLETED, TERMINAL, TOOLS, every_kind, with_items
from scripted import REMEMBERED


@every_kind
def test_openai_agents_raises_without_a_terminal_event(told):
    assert told.types[-1] in TERMINAL


@every_kind
def test_the_ai_sdk_wants_id_time_and_model_at_once(told):
    response = told.events[0]["response"]
    assert response["id"]
    assert isinstance(response["created_at"], int)
    assert response["model"] == "m"


@with_items
def test_the_ai_sdk_wants_a_place_at_every_item(told):
    events = told.of("response.output_item.added", "response.output_item.done")
    places = [event["output_index"] for event in events]
    assert places == [at for at in range(len(told.done)) for _ in "ad"]


@pytest.mark.parametrize("kind", COMPLETED)
def test_the_ai_sdk_runs_a_call_that_is_complete(told):
    for item in told.done.values():
        assert item.get("status", "completed") == "completed"
        if item["type"] == "function_call":
            assert {"id", "call_id", "name", "arguments", "status"} <= item.keys()


@with_items
def test_the_ai_sdk_shows_text_from_deltas_alone(told):
    for item in told.done.values():
        mine = [event for event in told.events if event.get("item_id") == item["id"]]
        deltas = "".join(event["delta"] for event in mine if event["type"].endswith(".delta"))
        match item["type"]:
            case "message":
                whole = item["content"][0]["text"]
            case "reasoning":
                whole = item["summary"][0]["text"]
            case "function_call":
                whole = item["arguments"]
            case "custom_tool_call":
                whole = item["input"]
        assert deltas == whole


@pytest.mark.parametrize("kind", ["reasoning", "reasoning and call", "cut reasoning"])
def test_the_ai_sdk_shows_reasoning_that_is_a_summary(told):
    assert told.of("response.reasoning_summary_text.delta")
    assert told.done[0]["type"] == "reasoning"


@with_items
def test_the_ai_sdk_wants_annotations(told, whole, kind):
    for item in [*told.response["output"], *whole(kind)["output"]]:
        if item["type"] == "message":
            assert [part["annotations"] for part in item["content"]] == [[]]


def test_the_ai_sdk_names_earlier_items(client, whole):
    items = [*whole("reasoning")["output"], *whole("call")["output"]]
    references = [{"type": "item_reference", "id": item["id"]} for item in items]
    output = {
        "type": "function_call_output",
        "call_id": items[-1]["call_id"],
        "output": "17 degrees",
    }
    asked = [{"role": "user", "content": "Which?"}, *references, output]
    told = client.post("/v1/responses", json={"model": "m", "input": asked, "tools": TOOLS}).json()
    assert told["output"][-1]["content"][0]["text"] == REMEMBERED
