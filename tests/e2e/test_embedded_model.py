"""openai-python, unmodified, against the embedded model: what a newcomer would try offline."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
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


def message_of(chunks):
    """Join a stream's deltas: content, reasoning, calls and why it ended."""
    texts, calls, reason = {"content": "", "reasoning_content": ""}, [], None
    for choice in (chunk.choices[0] for chunk in chunks if chunk.choices):
        reason = choice.finish_reason or reason
        for name in texts:
            texts[name] += getattr(choice.delta, name, None) or ""
        for part in choice.delta.tool_calls or []:
            if part.index == len(calls):
                calls.append([part.id, part.function.name, ""])
            calls[part.index][2] += part.function.arguments or ""
    return *texts.values(), [(name, arguments) for _, name, arguments in calls], reason


def message_in(choice):
    """The same of a whole reply. Ids of calls differ from reply to reply."""
    message = choice.message
    calls = [(call.function.name, call.function.arguments) for call in message.tool_calls or []]
    reasoning = getattr(message, "reasoning_content", None) or ""
    return message.content or "", reasoning, calls, choice.finish_reason


def text_of(chunks):
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def test_a_greeting_streamed_and_whole(client):
    reply = ask(client, "Hello!")
    assert reply.choices[0].finish_reason == "stop"
    assert reply.choices[0].message.content
    assert text_of(ask(client, "Hello!", stream=True)) == reply.choices[0].message.content


def prompts_of_all_skills(count):
    """Fresh conversations, skill after skill, as requests."""
    evaluate = pytest.importorskip("smgd.demo.evaluate", reason="the demo's own tools are missing")
    short = [skill for skill in evaluate.SKILLS if skill.share == 1]
    each = -(-count // len(short))
    for drawn in zip(*(evaluate.fresh(skill, each, seed=7) for skill in short), strict=True):
        for made in drawn:
            thinking = {"enable_thinking": made.reasoning is not None}
            for tool in made.tools:
                # True is refused, and the model has seen tools both ways.
                tool["function"].pop("strict", None)
            more = {"tools": made.tools} if made.tools else {}
            yield {
                "messages": made.messages,
                "extra_body": {"chat_template_kwargs": thinking},
                **more,
            }


def test_a_stream_says_exactly_its_whole_for_200_prompts_of_all_skills(client):
    asked = list(prompts_of_all_skills(200))[:200]
    create = partial(client.chat.completions.create, **GREEDY, max_tokens=400)

    def both(request):
        whole = message_in(create(**request).choices[0])
        return whole, message_of(create(**request, stream=True))

    with ThreadPoolExecutor(16) as pool:
        for request, (whole, streamed) in zip(asked, pool.map(both, asked), strict=True):
            assert streamed == whole, request


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


@pytest.mark.parametrize("text", ["Hello!", "What is 12 + 30?", "What is the weather in Oslo?"])
def test_a_response_says_what_a_chat_completion_says_streamed_and_whole(client, text):
    message, reasoning, calls, _ = message_in(ask(client, text, tools=[TOOL]).choices[0])
    tools = [{"type": "function", **TOOL["function"]}]
    response = client.responses.create(input=text, tools=tools, **GREEDY)
    with client.responses.stream(input=text, tools=tools, **GREEDY) as events:
        streamed = events.get_final_response()
    for told in (response, streamed):
        items = {item.type: item for item in told.output}
        assert told.output_text == message
        called = [item for item in told.output if item.type == "function_call"]
        assert [(call.name, call.arguments) for call in called] == calls
        thought = items["reasoning"].summary[0].text if "reasoning" in items else ""
        assert thought == reasoning
