"""Bodies and events of `/v1/responses` against the types that openai-python generates."""

import pytest
from openai.types.conversations import (
    Conversation,
    ConversationDeletedResource,
    ConversationItem,
)
from openai.types.responses import (
    CompactedResponse,
    InputTokenCountResponse,
    Response,
    ResponseItem,
    ResponseStreamEvent,
)
from pydantic import BaseModel, TypeAdapter
from responded import COMPLETED, INCOMPLETE, KINDS

# What OpenResponses wants in a response, and OpenAI's own types do not know.
OPENRESPONSES = {"presence_penalty", "frequency_penalty", "store"}
# The AI SDK wants a custom call's status; a nested error is what some clients raise on.
EXTRAS = {"custom call": {"status"}, "failed": {"error"}}
EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
RESPONSE = TypeAdapter(Response)
ITEM: TypeAdapter[ResponseItem] = TypeAdapter(ResponseItem)
CONVERSATION_ITEM: TypeAdapter[ConversationItem] = TypeAdapter(ConversationItem)
HISTORY = [
    {"role": "developer", "content": "Be."},
    {"role": "user", "content": [{"type": "input_text", "text": "Hello."}]},
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
    {"role": "assistant", "content": "I will."},
    {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
    {"type": "custom_tool_call", "call_id": "call_2", "name": "g", "input": "x"},
    {"type": "function_call_output", "call_id": "call_1", "output": "1"},
    {"type": "custom_tool_call_output", "call_id": "call_2", "output": "2"},
]


def unknown(told):
    """Names of all fields that the types do not have."""
    if isinstance(told, BaseModel):
        names = set(told.model_extra or {})
        return names.union(*(unknown(value) for _, value in told))
    if isinstance(told, list):
        return set().union(*map(unknown, told))
    return set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_parses_and_has_no_field_of_its_own(streamed, kind):
    for event in streamed(kind).events:
        parsed = EVENT.validate_python(event)
        assert parsed.type == event["type"]
        assert unknown(parsed) <= OPENRESPONSES | EXTRAS.get(kind, set()), event


@pytest.mark.parametrize("kind", COMPLETED | INCOMPLETE)
def test_every_response_parses_and_has_no_field_of_its_own(whole, kind):
    assert unknown(RESPONSE.validate_python(whole(kind))) <= OPENRESPONSES | EXTRAS.get(kind, set())


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_parsed_is_what_was_told(streamed, kind):
    for event in streamed(kind).events:
        parsed = EVENT.validate_python(event)
        assert parsed.model_dump(mode="json", exclude_unset=True, by_alias=True) == event


def test_what_was_said_parses_where_it_is_listed(client):
    made = client.post("/v1/responses", json={"model": "m", "input": HISTORY}).json()
    path = f"/v1/responses/{made['id']}/input_items"
    listed = client.get(path, params={"order": "asc"}).json()
    assert len(listed["data"]) == len(HISTORY)
    for item in listed["data"]:
        assert ITEM.validate_python(item).id == item["id"]


def test_conversations_and_their_items_parse(client):
    asked = {"items": HISTORY, "metadata": {"about": "tests"}}
    made = client.post("/v1/conversations", json=asked).json()
    assert unknown(Conversation.model_validate(made)) == set()
    path = f"/v1/conversations/{made['id']}/items"
    listed = client.get(path, params={"order": "asc"}).json()
    assert len(listed["data"]) == len(HISTORY)
    for item in listed["data"]:
        assert CONVERSATION_ITEM.validate_python(item).id == item["id"]
    deleted = client.delete(f"/v1/conversations/{made['id']}").json()
    assert unknown(ConversationDeletedResource.model_validate(deleted)) == set()


def test_a_compacted_history_and_a_count_parse(client):
    asked = {"model": "m", "input": HISTORY}
    compacted = client.post("/v1/responses/compact", json=asked).json()
    # What is kept of the user is an item, but none of those that the type says are put out.
    *kept, last = compacted["output"]
    assert [ITEM.validate_python(item).role for item in kept] == ["user"]
    assert unknown(CompactedResponse.model_validate(compacted | {"output": [last]})) == set()
    counted = client.post("/v1/responses/input_tokens", json=asked).json()
    assert unknown(InputTokenCountResponse.model_validate(counted)) == set()
