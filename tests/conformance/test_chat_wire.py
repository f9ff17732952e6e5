"""Chat completions as bytes on the wire: recorded shapes, and every error in the list."""

import json
import re

import pytest

from smgd import errors
from smgd._core import Error

HEAD = '{"id":"_","object":"chat.completion.chunk","created":0,"model":"m","choices":['
USAGE = (
    '"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,'
    '"completion_tokens_details":{"reasoning_tokens":%d}}'
)


def delta(delta, finish="null", *, index=0, more="", usage=""):
    choice = f'{{"index":{index},"delta":{delta},"logprobs":null,"finish_reason":{finish}{more}}}'
    return f"{HEAD}{choice}]{usage}}}"


def ended(finish, **options):
    return delta("{}", f'"{finish}"', more=',"stop_reason":null', **options)


ROLE = delta('{"role":"assistant","content":""}')
PLAIN = [ROLE, delta('{"content":"Y"}'), delta('{"content":"es"}'), delta('{"content":" "}')]
PLAIN += [delta('{"content":"🫠"}'), ended("stop")]
CALL = '{"tool_calls":[{"index":0,"id":"_","type":"function",'
CALL += '"function":{"name":"look","arguments":""}}]}'
TOOL = {
    "type": "function",
    "function": {
        "name": "look",
        "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}},
    },
}
SCRIPT = {
    "replies": [
        {
            "when": "[tool]",
            "text": '<tool_call>\n{"name": "look", "arguments": {"a": 1}}\n</tool_call>',
        },
        {"when": "[think]", "text": "<think>\nHm.\n</think>\n\nYes."},
        {"text": "Yes 🫠"},
    ]
}
# What differs from run to run by intent.
VARYING = ((r'"id":"[^"]*"', '"id":"_"'), (r'"created":\d+', '"created":0'))


@pytest.fixture(scope="module")
def daemon(serve_long):
    return serve_long("--served-model-name", "m", script=SCRIPT).ready()


def post(daemon, text, **more):
    with daemon.client() as client:
        body = {"messages": [{"role": "user", "content": text}], **more}
        reply = client.post("/v1/chat/completions", json=body)
    assert reply.status_code == 200, reply.text
    for pattern, fixed in VARYING:
        reply._content = re.sub(pattern, fixed, reply.text).encode()
        del reply._text
    return reply


def events(daemon, text, **more):
    reply = post(daemon, text, stream=True, **more)
    assert reply.headers["content-type"].startswith("text/event-stream")
    *chunks, last, end = reply.text.split("\n\n")
    assert (last, end) == ("data: [DONE]", "")
    assert all(chunk.startswith("data: ") for chunk in chunks)
    return [chunk.removeprefix("data: ") for chunk in chunks]


def test_a_plain_stream(daemon):
    assert events(daemon, "hi") == PLAIN


def test_usage_is_a_chunk_of_its_own_on_request(daemon):
    seen = events(daemon, "hi", stream_options={"include_usage": True})
    usage = json.loads(seen[-1])["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    numbers = (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"], 0)
    assert seen[-1] == f"{HEAD}],{USAGE % numbers}}}"
    assert seen[:-1] == [chunk[:-1] + ',"usage":null}' for chunk in PLAIN]


def test_usage_so_far_is_in_every_chunk_on_request(daemon):
    options = {"include_usage": True, "continuous_usage_stats": True}
    counts = [
        json.loads(chunk)["usage"]["completion_tokens"]
        for chunk in events(daemon, "hi", stream_options=options)
    ]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, counts[-2])


def test_a_tool_calls_first_chunk_names_it_and_later_ones_carry_arguments_alone(daemon):
    seen = events(daemon, "[tool]", tools=[TOOL])
    assert seen[:2] == [ROLE, delta(CALL)]
    later = [json.loads(chunk)["choices"][0]["delta"] for chunk in seen[2:-1]]
    assert all(part.keys() == {"tool_calls"} for part in later)
    parts = [part["tool_calls"][0] for part in later]
    assert all(part.keys() == {"index", "function"} for part in parts)
    assert all(part["function"].keys() == {"arguments"} for part in parts)
    assert "".join(part["function"]["arguments"] for part in parts) == '{"a": 1}'
    assert seen[-1] == ended("tool_calls")


def test_content_is_never_empty_after_the_role(daemon):
    for text in ("hi", "[think]", "[tool]"):
        for chunk in events(daemon, text, tools=[TOOL])[1:]:
            part = json.loads(chunk)["choices"][0]["delta"]
            assert part.get("content", "x")
            assert part.get("reasoning_content", "x")


def test_reasoning_comes_first_and_under_its_own_name(daemon):
    parts = [json.loads(c)["choices"][0]["delta"] for c in events(daemon, "[think]")]
    assert "".join(part.get("reasoning_content", "") for part in parts) == "Hm."
    assert "".join(part.get("content", "") for part in parts) == "Yes."


def test_a_whole_reply(daemon):
    reply = post(daemon, "hi")
    assert reply.headers["content-type"] == "application/json"
    usage = reply.json()["usage"]
    numbers = (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"], 0)
    assert reply.text == (
        '{"id":"_","object":"chat.completion","created":0,"model":"m","choices":[{"index":0,'
        '"message":{"role":"assistant","content":"Yes 🫠"},"logprobs":null,"finish_reason":"stop",'
        f'"stop_reason":null}}],{USAGE % numbers}}}'
    )


def test_a_whole_reply_with_a_call(daemon):
    choice = post(daemon, "[tool]", tools=[TOOL]).json()["choices"][0]
    call = {"name": "look", "arguments": '{"a": 1}'}
    assert choice["message"] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "_", "type": "function", "function": call}],
    }
    assert choice["finish_reason"] == "tool_calls"


@pytest.mark.parametrize("field", ["stop", "n", "tools", "stream_options", "seed", "max_tokens"])
def test_null_means_absent(daemon, field):
    assert post(daemon, "hi", **{field: None}).text == post(daemon, "hi").text


@pytest.mark.parametrize("error", Error.samples(), ids=lambda error: error.code)
def test_every_error_is_an_answer_that_clients_can_read(error):
    body = json.loads(error.body)
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"message", "type", "param", "code"}
    assert (body["error"]["message"], body["error"]["code"]) == (str(error), error.code)
    assert 400 <= error.status < 600
    headers = dict(errors.headers(error))
    assert headers[b"content-length"] == str(len(error.body)).encode()
    assert (b"retry-after" in headers) == (error.status in {409, 429, 503})
