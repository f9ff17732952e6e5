"""openai-python, unmodified, against the embedded model: what a newcomer would try offline."""

import json
from pathlib import Path

import openai
import pytest

DEMO = Path(__file__).parents[2] / "python/smgd/demo/model"
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "The city's name."}},
            "required": ["city"],
        },
    },
}
GREEDY = {"model": "smgd-demo", "temperature": 0}

pytestmark = pytest.mark.skipif(
    not (DEMO / "model.safetensors").exists(),
    reason="the embedded model's weights are not in this tree",
)


@pytest.fixture(scope="module")
def client(serve_long):
    daemon = serve_long("--dtype", "float32").ready()
    return openai.OpenAI(base_url=f"{daemon.url}/v1", api_key="none", max_retries=0)


def user(text):
    return {"role": "user", "content": text}


def ask(client, text, **more):
    return client.chat.completions.create(messages=[user(text)], **{**GREEDY, **more})


def text_of(chunks):
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def test_a_greeting_streamed_and_whole(client):
    reply = ask(client, "Hello!")
    assert reply.choices[0].finish_reason == "stop"
    assert reply.choices[0].message.content
    assert text_of(ask(client, "Hello!", stream=True)) == reply.choices[0].message.content


def test_usage_is_the_same_both_ways(client):
    *_, last = ask(client, "Hello!", stream=True, stream_options={"include_usage": True})
    assert last.usage.model_dump() == ask(client, "Hello!").usage.model_dump()


def test_the_same_seed_says_the_same(client):
    first, again, other = (
        ask(client, "Hello!", temperature=1.5, seed=seed, max_tokens=40) for seed in (1, 1, 2)
    )
    assert first.choices[0].message.content == again.choices[0].message.content
    assert other.usage.completion_tokens


def test_two_choices(client):
    two = ask(client, "Hello!", n=2, temperature=1, seed=4)
    one = ask(client, "Hello!", temperature=1, seed=4)
    assert [choice.index for choice in two.choices] == [0, 1]
    assert two.choices[0].message.content == one.choices[0].message.content


def test_a_stop_string_ends_the_content(client):
    whole = ask(client, "Hello!").choices[0].message.content
    stop = whole[len(whole) // 2 :][:3]
    expected = whole[: whole.index(stop)]
    assert ask(client, "Hello!", stop=stop).choices[0].message.content == expected
    assert text_of(ask(client, "Hello!", stop=stop, stream=True)) == expected


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_round_trip(client, stream):
    question = user("What is the weather in Oslo?")
    options = {**GREEDY, "tools": [TOOL]}
    if stream:
        with client.chat.completions.stream(messages=[question], **options) as events:
            choice = events.get_final_completion().choices[0]
    else:
        choice = client.chat.completions.create(messages=[question], **options).choices[0]
    assert choice.finish_reason == "tool_calls"
    (call,) = choice.message.tool_calls
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Oslo"}
    spoken = {"role": "assistant", "tool_calls": [call.model_dump(include={"id", "type"})]}
    spoken["tool_calls"][0]["function"] = call.function.model_dump(include={"name", "arguments"})
    result = {"role": "tool", "tool_call_id": call.id, "content": '{"temperature": 17}'}
    reply = client.chat.completions.create(
        messages=[question, spoken, result], stream=stream, **options
    )
    answer = text_of(reply) if stream else reply.choices[0].message.content
    assert "17" in answer


def test_thinking_can_be_switched_off(client):
    off = {"chat_template_kwargs": {"enable_thinking": False}}
    message = ask(client, "What is 12 + 30?", extra_body=off).choices[0].message
    assert not getattr(message, "reasoning_content", None)
    assert "42" in message.content
