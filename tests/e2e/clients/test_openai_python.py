"""openai-python, as it is published: replies whole and streamed, its helpers, the store."""

import time

import openai
import pydantic
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

MODEL = {"model": "m"}
both_ways = pytest.mark.parametrize("stream", [False, True])


class Place(pydantic.BaseModel):
    """Where."""

    city: str


def connected(daemon):
    return openai.OpenAI(base_url=f"{daemon.url}/v1", api_key="none", max_retries=0)


@pytest.fixture(scope="module")
def client(daemon):
    return connected(daemon)


def ask(client, stream, input, **more):
    """A response, by way of the helper for streams or without."""
    if not stream:
        return client.responses.create(input=input, **MODEL, **more)
    with client.responses.stream(input=input, **MODEL, **more) as events:
        for _ in events:
            pass
        return events.get_final_response()


@both_ways
def test_a_reply(client, stream):
    response = ask(client, stream, "Hello.")
    assert (response.output_text, response.status) == (HELLO, "completed")
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens


def test_a_raw_stream_ends_with_the_response(client):
    events = list(client.responses.create(input="Hello.", stream=True, **MODEL))
    text = "".join(e.delta for e in events if e.type == "response.output_text.delta")
    assert (text, events[-1].response.output_text) == (HELLO, HELLO)


@both_ways
def test_reasoning_is_a_summary(client, stream):
    reasoning, message = ask(client, stream, "Which? [think]").output
    assert [part.text for part in reasoning.summary] == [THOUGHT]
    assert message.content[0].text == "Oslo."


@both_ways
@pytest.mark.parametrize("stored", [False, True])
def test_a_tool_turn(client, stream, stored):
    items = [{"role": "user", "content": "And the weather? [weather]"}]
    first = ask(client, stream, items, tools=[FUNCTION], store=stored)
    (call,) = first.output
    assert (call.name, call.arguments) == ("get_weather", '{"city": "Oslo"}')
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "17 degrees"}
    if stored:
        more = {"previous_response_id": first.id}
        last = ask(client, stream, [output], tools=[FUNCTION], **more)
    else:
        last = ask(client, stream, [*items, *first.output, output], tools=[FUNCTION])
    assert last.output_text == ANSWER


@both_ways
def test_calls_of_every_kind_keep_their_shapes(client, stream):
    tools = [FUNCTION, NO_ARGUMENTS, CUSTOM, NAMESPACE]
    _, *calls = ask(client, stream, "Look: [both]", tools=tools).output
    assert [call.arguments for call in calls] == ['{"city": "Oslo"}', '{"city": "Rome"}']
    (call,) = ask(client, stream, "When? [now]", tools=tools).output
    assert (call.name, call.arguments) == ("now", "{}")
    (call,) = ask(client, stream, "Make it: [patch]", tools=tools).output
    assert (call.type, call.name, call.input) == ("custom_tool_call", "apply_patch", PATCH)


@both_ways
def test_its_helper_parses_arguments(client, stream):
    tools = [openai.pydantic_function_tool(Place, name="get_weather")]
    tools = [{"type": "function", **tools[0]["function"]}]
    asked = {"input": "And the weather? [weather]", "tools": tools, **MODEL}
    if stream:
        with client.responses.stream(**asked) as events:
            response = events.get_final_response()
    else:
        response = client.responses.parse(**asked)
    assert response.output[0].parsed_arguments in ({"city": "Oslo"}, Place(city="Oslo"))


def test_a_schema_for_the_text_is_refused_by_name(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.parse(input="Where?", text_format=Place, **MODEL)
    assert caught.value.param == "text.format"


def test_a_chain_and_a_branch(client):
    first = ask(client, True, "Hello.")
    later = {"previous_response_id": first.id}
    second = ask(client, False, "And then?", **later)
    assert (second.output_text, second.previous_response_id) == ("Then nothing.", first.id)
    assert ask(client, False, "And the weather? [weather]", tools=[FUNCTION], **later).output
    third = ask(client, False, "Go on.", previous_response_id=second.id)
    assert third.output_text == "Then nothing."


def test_an_unknown_response_is_not_found(client):
    with pytest.raises(openai.NotFoundError) as caught:
        ask(client, False, "And then?", previous_response_id="resp_unknown")
    assert caught.value.code == "previous_response_not_found"
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve("resp_unknown")


def test_a_stored_response_is_found_until_it_is_deleted(client):
    made = ask(client, False, "Hello.")
    assert client.responses.retrieve(made.id) == made
    listed = client.responses.input_items.list(made.id)
    assert [item.content[0].text for item in listed] == ["Hello."]
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_what_is_not_to_be_stored_is_not_found(client):
    made = ask(client, False, "Hello.", store=False)
    assert made.store is False
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_a_stream_is_resumed_after_an_event(client):
    events = list(client.responses.create(input="Hello.", stream=True, background=True, **MODEL))
    id = events[0].response.id
    rest = list(client.responses.retrieve(id, stream=True, starting_after=3))
    assert rest == events[4:]
    with client.responses.stream(response_id=id, starting_after=3) as helper:
        assert helper.get_final_response().output_text == HELLO


def test_a_background_reply_is_polled_for(client):
    response = client.responses.create(input="Hello.", background=True, **MODEL)
    assert response.status in {"queued", "in_progress"}
    until = time.monotonic() + 10
    while response.status in {"queued", "in_progress"}:
        assert time.monotonic() < until
        response = client.responses.retrieve(response.id)
    assert (response.status, response.output_text) == ("completed", HELLO)


def test_a_background_reply_is_cancelled(client):
    made = client.responses.create(input="[forever]", background=True, **MODEL)
    assert client.responses.cancel(made.id).status == "cancelled"
    assert client.responses.retrieve(made.id).status == "cancelled"


def test_a_conversation_remembers(client):
    made = client.conversations.create(items=[{"role": "user", "content": "Hello."}])
    ask(client, True, "Say hello.", conversation=made.id)
    last = ask(client, False, "And then?", conversation=made.id)
    assert (last.output_text, last.conversation.id) == ("Then nothing.", made.id)
    items = list(client.conversations.items.list(made.id, order="asc"))
    assert [item.role for item in items] == ["user", "user", "assistant", "user", "assistant"]
    kept = client.conversations.items.retrieve(items[2].id, conversation_id=made.id)
    assert kept.content[0].text == HELLO
    assert client.conversations.update(made.id, metadata={"a": "b"}).metadata == {"a": "b"}
    assert client.conversations.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(made.id)


def test_tokens_are_counted_as_a_reply_counts_them(client):
    counted = client.responses.input_tokens.count(input="Hello.", **MODEL).input_tokens
    assert counted == ask(client, False, "Hello.").usage.input_tokens


def test_a_history_is_made_short(client):
    short = client.responses.compact(input=[{"role": "user", "content": "Hello."}], **MODEL)
    assert (short.object, short.output[-1].type) == ("response.compaction", "compaction")
    items = [*short.output, {"role": "user", "content": "And then?"}]
    assert ask(client, False, items).output_text == "Then nothing."


def test_a_probe_with_nothing_to_say_is_answered(client):
    assert ask(client, False, "", max_output_tokens=1).status in {"completed", "incomplete"}


@both_ways
def test_a_failure_is_raised_in_the_servers_words(mortal, stream):
    client = connected(mortal)
    with pytest.raises(openai.APIError, match="worker"):
        ask(client, stream, "Hello. [poison]")
    with pytest.raises(openai.APIError, match="worker"):
        list(client.responses.create(input="Hello. [poison]", stream=True, **MODEL))
