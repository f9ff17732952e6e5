"""Bodies and events of `/v1/responses` against the types that openai-python generates."""

import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import BaseModel, TypeAdapter
from responded import COMPLETED, INCOMPLETE, KINDS

# What OpenResponses wants in a response, and OpenAI's own types do not know.
OPENRESPONSES = {"presence_penalty", "frequency_penalty", "store"}
# Codex sends a custom call's status back; a nested error is what some clients raise on.
EXTRAS = {"custom call": {"status"}, "failed": {"error"}}
EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
RESPONSE = TypeAdapter(Response)


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
