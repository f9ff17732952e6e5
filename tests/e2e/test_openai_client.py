"""openai-python, unmodified: what it sends is understood, what it gets back is what it expects."""

import json

import openai
import pytest

CALL = (
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo", "days": 2}}\n</tool_call>'
)
SCRIPT = {
    "replies": [
        {"when": '"sky": "clear"', "text": "It is clear in Oslo."},
        {"when": "weather in Oslo", "text": CALL},
        {"when": "two calls", "text": f"{CALL}\n{CALL.replace('Oslo', 'Rome')}"},
        {"when": "think", "text": "<think>\n2 + 2 is 4\n</think>\n\nIt is 4."},
        {"when": "count", "text": "one two three four five six"},
        {"text": "Hello! naïve 🫠 text."},
    ]
}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}


@pytest.fixture(scope="module")
def daemon(serve_long):
    return serve_long("--served-model-name", "m", "alias", "--api-key", "sk", script=SCRIPT).ready()


@pytest.fixture(scope="module")
def client(daemon):
    return openai.OpenAI(base_url=f"{daemon.url}/v1", api_key="sk", max_retries=0)


def user(text):
    return {"role": "user", "content": text}


def ask(client, text, **more):
    return client.chat.completions.create(model="m", messages=[user(text)], **more)


def test_models(client):
    assert [model.id for model in client.models.list()] == ["m", "alias"]
    assert client.models.retrieve("alias").id == "alias"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("other")


def test_a_whole_reply(client):
    reply = ask(client, "Hello!")
    (choice,) = reply.choices
    assert choice.message.content == "Hello! naïve 🫠 text."
    assert (choice.message.role, choice.finish_reason, reply.model) == ("assistant", "stop", "m")
    assert (reply.object, choice.index) == ("chat.completion", 0)
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


def test_a_streamed_reply(client):
    chunks = list(ask(client, "Hello!", stream=True))
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    deltas = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(deltas) == "Hello! naïve 🫠 text."
    assert all(chunk.usage is None for chunk in chunks)
    assert [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason] == ["stop"]


def test_usage_comes_alone_and_only_on_request(client):
    options = {"include_usage": True}
    *_, last = ask(client, "Hello!", stream=True, stream_options=options)
    whole = ask(client, "Hello!")
    assert last.choices == []
    assert last.usage.model_dump(exclude_none=True) == whole.usage.model_dump(exclude_none=True)


def test_two_choices(client):
    reply = ask(client, "Hello!", n=2, seed=3)
    assert [choice.index for choice in reply.choices] == [0, 1]
    seen = {0: "", 1: ""}
    for chunk in ask(client, "Hello!", n=2, seed=3, stream=True):
        for choice in chunk.choices:
            seen[choice.index] += choice.delta.content or ""
    assert list(seen.values()) == [choice.message.content for choice in reply.choices]


@pytest.mark.parametrize("stop", ["three", ["nothing", "e f"], ["four", "three"]])
def test_stop_strings(client, stop):
    stops = [stop] if isinstance(stop, str) else stop
    text = "one two three four five six"
    end = min(text.index(word) for word in stops if word in text)
    reply = ask(client, "count", stop=stop)
    assert reply.choices[0].message.content == text[:end]
    assert reply.choices[0].finish_reason == "stop"
    chunks = ask(client, "count", stop=stop, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == text[:end]


@pytest.mark.parametrize("limit", ["max_tokens", "max_completion_tokens"])
def test_a_limit_ends_a_reply(client, limit):
    reply = ask(client, "count", **{limit: 3})
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage.completion_tokens == 3


def test_reasoning_is_apart_from_content(client):
    message = ask(client, "think").choices[0].message
    assert message.content.strip() == "It is 4."
    assert message.reasoning_content.strip() == "2 + 2 is 4"


def test_a_tool_round_trip(client):
    question = user("What is the weather in Oslo?")
    options = {"model": "m", "tools": [TOOL]}
    reply = client.chat.completions.create(messages=[question], **options)
    (choice,) = reply.choices
    (call,) = choice.message.tool_calls
    assert (choice.finish_reason, call.type) == ("tool_calls", "function")
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Oslo", "days": 2}
    result = {"role": "tool", "tool_call_id": call.id, "content": '{"sky": "clear"}'}
    messages = [question, choice.message, result]
    reply = client.chat.completions.create(messages=messages, **options)
    assert reply.choices[0].message.content == "It is clear in Oslo."


def test_a_streamed_tool_round_trip(client):
    question = user("What is the weather in Oslo?")
    with client.chat.completions.stream(model="m", messages=[question], tools=[TOOL]) as stream:
        message = stream.get_final_completion().choices[0].message
    (call,) = message.tool_calls
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Oslo", "days": 2}
    result = {"role": "tool", "tool_call_id": call.id, "content": '{"sky": "clear"}'}
    spoken = {"role": "assistant", "tool_calls": [call.model_dump(exclude={"index"})]}
    chunks = client.chat.completions.create(
        model="m", messages=[question, spoken, result], tools=[TOOL], stream=True
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == "It is clear in Oslo."


def test_several_calls_keep_their_places(client):
    chunks = ask(client, "two calls", tools=[TOOL], stream=True)
    calls = {}
    for chunk in chunks:
        for part in chunk.choices[0].delta.tool_calls or []:
            if part.id:
                assert part.type == "function"
                assert part.function.name
                calls[part.index] = ""
            else:
                assert part.function.name is None
            calls[part.index] += part.function.arguments or ""
    assert [json.loads(text)["city"] for text in calls.values()] == ["Oslo", "Rome"]


def test_no_tools_means_markup_is_text(client):
    reply = ask(client, "weather in Oslo", tools=[TOOL], tool_choice="none")
    assert reply.choices[0].message.tool_calls is None
    assert reply.choices[0].message.content == CALL


def test_errors_are_the_clients_own(client, daemon):
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, "Hello!", temperature=-1)
    assert (caught.value.code, caught.value.param) == ("invalid_value", "temperature")
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="gpt-4o", messages=[user("Hello!")])
    stranger = openai.OpenAI(base_url=f"{daemon.url}/v1", api_key="wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        ask(stranger, "Hello!")
