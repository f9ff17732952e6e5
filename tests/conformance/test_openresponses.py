"""Bodies and events of `/v1/responses` against the published OpenResponses document."""

import json
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from responded import COMPLETED, INCOMPLETE, KINDS, stream

DOCUMENT = Path(__file__).parents[3] / "shared/openresponses/openapi.json"
# What OpenAI has and OpenResponses does not: items and tools of these types are judged elsewhere.
BEYOND = {"custom_tool_call", "custom", "namespace"}

pytestmark = pytest.mark.skipif(
    not DOCUMENT.exists(), reason="the OpenResponses document is not beside this tree"
)


@cache
def document():
    return json.loads(DOCUMENT.read_text())


@cache
def validator(name):
    registry = Registry().with_resource(
        "openapi", Resource(contents=document(), specification=DRAFT202012)
    )
    schema = {"$ref": f"openapi#/components/schemas/{name}"}
    return Draft202012Validator(schema, registry=registry)


@cache
def event_schemas():
    """Names of the schemas of a stream's events, by the event's type."""
    content = document()["paths"]["/responses"]["post"]["responses"]["200"]["content"]
    names = [
        entry["$ref"].split("/")[-1] for entry in content["text/event-stream"]["schema"]["oneOf"]
    ]
    schemas = document()["components"]["schemas"]
    return {schemas[name]["properties"]["type"]["enum"][0]: name for name in names}


def wrong(name, told):
    """What a schema has against a value."""
    return [f"{e.json_path}: {e.message[:300]}" for e in validator(name).iter_errors(told)]


def shared(response):
    """A response without the items and tools that OpenResponses has no types for."""
    lists = {
        name: [entry for entry in response[name] if entry["type"] not in BEYOND]
        for name in ("output", "tools")
    }
    return response | lists


def is_beyond(event):
    """Whether an event tells of an item that OpenResponses has no type for."""
    custom = event["type"].startswith("response.custom_tool_call_input.")
    return custom or event.get("item", {}).get("type") in BEYOND


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_is_valid(streamed, kind):
    events = streamed(kind).events
    judged = [event for event in events if not is_beyond(event)]
    assert (len(judged) < len(events)) == (kind == "custom call")
    for event in judged:
        told = {**event, "response": shared(event["response"])} if "response" in event else event
        assert event["type"] in event_schemas(), event
        assert wrong(event_schemas()[event["type"]], told) == [], event


@pytest.mark.parametrize("kind", COMPLETED | INCOMPLETE)
def test_every_response_is_valid(whole, kind):
    assert wrong("ResponseResource", shared(whole(kind))) == []


@pytest.mark.parametrize("setting", ["text", "openresponses"])
def test_raw_reasoning_is_valid(serve, setting):
    script = {"replies": [{"text": "<think>\nHm.\n</think>\n\nYes."}]}
    daemon = serve("--served-model-name", "m", "--reasoning-events", setting, script=script).ready()
    with daemon.client() as client:
        told = stream(client, input="Hello.")
    own = {"response.reasoning_text.delta", "response.reasoning_text.done"}
    assert bool(own & set(told.types)) == (setting == "text")
    for event in told.events:
        if event["type"] not in own:
            assert wrong(event_schemas()[event["type"]], event) == [], event


def test_a_stored_response_is_valid_when_it_is_read_again(client, whole):
    for kind in COMPLETED | INCOMPLETE:
        made = whole(kind)
        if made["store"]:
            assert client.get(f"/v1/responses/{made['id']}").json() == made


def test_a_history_made_short_is_valid(client):
    asked = {"model": "m", "input": [{"role": "user", "content": "Hello."}]}
    told = client.post("/v1/responses/compact", json=asked).json()
    assert wrong("CompactResource", told) == []


def test_the_document_is_really_asked(whole):
    assert wrong("ResponseResource", whole("text") | {"temperature": None})
    lacking = {name: value for name, value in whole("text").items() if name != "error"}
    assert wrong("ResponseResource", lacking)
