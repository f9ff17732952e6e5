"""/v1/responses over the simulated engine: said, stored, read again, refused, interrupted."""

import json
import socket
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from by_hand import LAST_CHUNK, post, read_to
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from responded import stream, streamed, whole
from scripted import CUSTOM, FUNCTION, NAMESPACE, REPLIES

RESPONSES = "/v1/responses"
TOOLS = [FUNCTION, CUSTOM, NAMESPACE]
ENDLESS = {"replies": [{"text": "word ", "loops": True}], "pace_ms": 20}


def start(serve, folder, *arguments, script, **environment):
    words = ["--served-model-name", "m", "--state-dir", str(folder), *arguments]
    return serve(*words, script=script, **environment).ready()


@pytest.fixture(scope="module")
def daemon(serve_long, tmp_path_factory):
    return start(serve_long, tmp_path_factory.mktemp("state"), script={"replies": REPLIES})


@pytest.fixture(scope="module")
def client(daemon):
    with daemon.client() as made:
        yield made


def refused(reply, status, code, param=None):
    assert reply.status_code == status, reply.text
    error = reply.json()["error"]
    assert (error["code"], error["param"]) == (code, param), error


def test_a_response_is_there_again_until_it_is_deleted(client):
    made = whole(client, input="Hello.")
    assert (made["status"], made["object"]) == ("completed", "response")
    assert client.get(f"{RESPONSES}/{made['id']}").json() == made
    deleted = client.delete(f"{RESPONSES}/{made['id']}")
    assert deleted.json() == {"id": made["id"], "object": "response", "deleted": True}
    refused(client.get(f"{RESPONSES}/{made['id']}"), 404, "response_not_found")
    refused(client.delete(f"{RESPONSES}/{made['id']}"), 404, "response_not_found")


def test_a_streamed_response_is_there_again_as_its_last_event_told_it(client):
    told = stream(client, input="Which? [think]")
    assert [event["sequence_number"] for event in told.events] == list(range(len(told.events)))
    assert client.get(f"{RESPONSES}/{told.response['id']}").json() == told.response


@pytest.mark.parametrize("asked", [{}, {"starting_after": "1"}, {"starting_after": "9999"}])
def test_a_stored_response_is_streamed_again_from_where_its_reader_was(client, asked):
    made = whole(client, input="Look: [both]", tools=TOOLS)
    events = client.get(f"{RESPONSES}/{made['id']}", params={"stream": "true"})
    assert events.headers["content-type"].startswith("text/event-stream")
    told = streamed(events.content)
    assert told.response == made
    assert told.types[0] == "response.created"
    again = client.get(f"{RESPONSES}/{made['id']}", params={"stream": "true", **asked})
    first = int(asked.get("starting_after", -1)) + 1
    assert streamed(again.content).events == told.events[min(first, len(told.events) - 1) :]


@pytest.mark.parametrize(
    ("param", "value"),
    [("stream", "yes"), ("starting_after", "-1"), ("starting_after", "x"), ("starting_after", "")],
)
def test_a_query_that_says_nothing_sensible_is_refused(client, param, value):
    made = whole(client, input="Hello.")
    reply = client.get(f"{RESPONSES}/{made['id']}", params={param: value})
    refused(reply, 400, "invalid_value", param)


def test_what_is_not_stored_is_not_found(client):
    made = whole(client, input="Hello.", store=False)
    assert made["store"] is False
    refused(client.get(f"{RESPONSES}/{made['id']}"), 404, "response_not_found")
    more = {"model": "m", "input": "And?", "previous_response_id": made["id"]}
    for asked in (more, {**more, "stream": True}):
        reply = client.post(RESPONSES, json=asked)
        refused(reply, 404, "previous_response_not_found", "previous_response_id")


def test_a_follow_up_may_be_asked_while_the_last_event_is_still_being_read(serve, tmp_path):
    """Of another server too: what it finds is on disk."""
    first, second = (start(serve, tmp_path, script={"replies": REPLIES}) for _ in range(2))

    def follow(number):
        asked = {"model": "m", "input": f"Number {number}.", "stream": True}
        with (
            first.client() as client,
            second.client() as other,
            client.stream("POST", RESPONSES, json=asked) as reply,
        ):
            for line in reply.iter_lines():
                if line.startswith("data: ") and '"response.completed"' in line:
                    id = json.loads(line.removeprefix("data: "))["response"]["id"]
                    asker = other if number % 2 else client
                    return whole(asker, input="And then?", previous_response_id=id)
        return None

    with ThreadPoolExecutor(8) as pool:
        for told in pool.map(follow, range(40)):
            assert told["output"][0]["content"][0]["text"] == "Then nothing."


def test_fields_without_effect_are_named_in_a_header_and_refused_under_strict(
    client, serve, tmp_path
):
    asked = {"model": "m", "input": "Hello.", "nonsense": 1}
    for more in ({}, {"stream": True}, {"background": True}):
        reply = client.post(RESPONSES, json={**asked, **more})
        assert reply.status_code == 200, reply.text
        assert "nonsense" in reply.headers["x-smgd-ignored"]
    assert "x-smgd-ignored" not in client.post(RESPONSES, json={"input": "Hi"}).headers
    chat = {"messages": [{"role": "user", "content": "Hi"}], "nonsense": 1}
    assert client.post("/v1/chat/completions", json=chat).headers["x-smgd-ignored"] == "nonsense"
    strict = start(serve, tmp_path, "--strict", script={})
    with strict.client() as other:
        refused(other.post(RESPONSES, json=asked), 400, "unsupported_value", "nonsense")
        refused(other.post("/v1/chat/completions", json=chat), 400, "unsupported_value", "nonsense")


def test_an_upgrade_is_answered_with_426(daemon):
    where = urlsplit(daemon.url)
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(
            b"GET /v1/responses HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\n"
            b"upgrade: websocket\r\nsec-websocket-version: 13\r\n"
            b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 426 ")


def test_the_tokens_of_an_input_are_counted_as_its_prompt_is(client):
    for asked in ({"input": "Hello."}, {"input": "Look: [both]", "tools": TOOLS}):
        made = whole(client, **asked)
        counted = client.post(f"{RESPONSES}/input_tokens", json={"model": "m", **asked}).json()
        expected = {
            "object": "response.input_tokens",
            "input_tokens": made["usage"]["input_tokens"],
        }
        assert counted == expected


def test_a_compacted_conversation_can_be_gone_on_from(client):
    made = whole(client, input="Hello.")
    asked = {"model": "m", "previous_response_id": made["id"], "input": "More."}
    reply = client.post(f"{RESPONSES}/compact", json=asked)
    assert reply.status_code == 200, reply.text
    compacted = reply.json()
    assert compacted["object"] == "response.compaction"
    assert compacted["output"][-1]["type"] == "compaction"
    told = whole(client, input=[*compacted["output"], {"role": "user", "content": "And then?"}])
    assert told["output"][0]["content"][0]["text"] == "Then nothing."


@pytest.mark.parametrize("streams", [True, False])
def test_a_response_that_cannot_be_stored_has_failed(serve, tmp_path, streams):
    daemon = start(serve, tmp_path, script={})
    with daemon.client() as client:
        whole(client, input="Hello.")
        with sqlite3.connect(tmp_path / "responses.sqlite3") as database:
            database.execute("DROP TABLE smgd_responses")
        reply = client.post(RESPONSES, json={"model": "m", "input": "Hello.", "stream": streams})
        if not streams:
            refused(reply, 500, "not_stored")
            return
        told = streamed(reply.content)
        assert told.types[-2:] == ["error", "response.failed"]
        assert told.response["status"] == "failed"
        assert "response.completed" not in told.types
        assert [event["sequence_number"] for event in told.events] == list(range(len(told.events)))
        assert whole(client, input="Hello.", store=False)["status"] == "completed"


def test_a_response_that_fails_under_way_says_so_and_is_stored_as_failed(serve, tmp_path):
    daemon = start(serve, tmp_path, script={"poison": "[poison]", "pace_ms": 1})
    with daemon.client() as client:
        told = stream(client, input="Hello. [poison]")
        assert told.types[:2] == ["response.created", "response.in_progress"]
        assert told.types[-2:] == ["error", "response.failed"]
        error = told.events[-2]
        assert error["message"] == error["error"]["message"]
        assert client.get(f"{RESPONSES}/{told.response['id']}").json() == told.response
        reply = client.post(RESPONSES, json={"model": "m", "input": "Hello. [poison]"})
        refused(reply, 500, "worker_lost")
        assert whole(client, input="Hello.")["status"] == "completed"


def test_a_worker_that_dies_changes_nothing_of_a_response(serve, tmp_path):
    script = {"replies": REPLIES, "pace_ms": 5}
    deaths = [{"generation": 1, "frame": 30, "how": "kill"}]
    told = []
    for folder, more in (("a", {}), ("b", {"deaths": deaths})):
        daemon = start(serve, tmp_path / folder, script={**script, **more})
        with daemon.client() as client:
            response = stream(client, input="Well? [think and look]", tools=TOOLS).response
            assert client.get(f"{RESPONSES}/{response['id']}").json() == response
        ids = [response["id"], *(item["id"] for item in response["output"])]
        ids += [item["call_id"] for item in response["output"] if "call_id" in item]
        text = json.dumps([response["output"], response["usage"], response["status"]])
        for id in ids:
            text = text.replace(id, "id")
        told.append(text)
    assert daemon.metric("smgd_worker_restarts_total") == 1
    assert told[0] == told[1]


@pytest.mark.parametrize("streams", [True, False])
def test_a_client_that_leaves_frees_its_pages_and_nothing_is_stored(serve, tmp_path, streams):
    daemon = start(serve, tmp_path, script=ENDLESS)
    asked = {"model": "m", "input": "Go on.", "max_output_tokens": 5000, "stream": streams}
    connection = post(daemon.url, RESPONSES, json.dumps(asked).encode())
    daemon.eventually("smgd_sequences_running", 1)
    id = None
    if streams:
        head = connection.recv(1 << 16)
        while b'"id":"resp_' not in head:
            head += connection.recv(1 << 16)
        id = head.partition(b'"id":"')[2].partition(b'"')[0].decode()
    connection.close()
    began = time.monotonic()
    daemon.eventually("smgd_kv_pages_used", 0, timeout_s=1)
    assert time.monotonic() - began < 0.5
    if id:
        with daemon.client() as client:
            refused(client.get(f"{RESPONSES}/{id}"), 404, "response_not_found")


def test_a_slow_reader_gets_every_event_once_it_reads(serve, tmp_path):
    script = {**ENDLESS, "pace_ms": 0}
    daemon = start(serve, tmp_path, script=script)
    asked = {"model": "m", "input": "Go on.", "max_output_tokens": 5000, "stream": True}
    slow = post(daemon.url, RESPONSES, json.dumps(asked).encode())
    daemon.eventually("smgd_requests_live", 0, timeout_s=30)
    data = read_to(LAST_CHUNK, slow)
    assert data.count(b'"type":"response.output_text.delta"') == 5000
    assert data.count(b"event: response.incomplete\n") == 1


def test_a_silent_stream_hears_that_it_is_alive(serve, tmp_path):
    script = {"pace_ms": 700}
    daemon = start(serve, tmp_path, "--heartbeat-s", "0.2", script=script)
    with daemon.client() as client:
        told = stream(client, input="Hello.", max_output_tokens=3)
        chat = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 3, "stream": True}
        said = client.post("/v1/chat/completions", json=chat).text
        answer = whole(client, input="Hello.", max_output_tokens=2)
    assert told.types.count("response.in_progress") >= 6
    assert [event["sequence_number"] for event in told.events] == list(range(len(told.events)))
    assert said.count(": heartbeat\n\n") >= 5
    assert answer["status"] == "incomplete"


def test_sixty_four_streams_at_once_are_told_what_each_is_told_alone(serve, tmp_path):
    marks = ["[weather]", "[both]", "[patch]", "[spawn]", "[think]", "[think and look]", "Hi"]
    script = {"replies": REPLIES, "tokens_per_step": [1, 3, 1, 2], "pace_ms": 1}
    daemon = start(serve, tmp_path, script=script)

    def ask(number):
        with daemon.client() as client:
            told = stream(client, input=f"{number}: {marks[number % 7]}", tools=TOOLS).response
        output = told["output"]
        for item in output:
            assert item.pop("id")
            item.pop("call_id", None)
        return output, told["usage"], told["status"]

    alone = [ask(number) for number in range(64)]
    with ThreadPoolExecutor(64) as pool:
        assert list(pool.map(ask, range(64))) == alone
    kinds = {item["type"] for output, _, _ in alone for item in output}
    assert kinds == {"message", "reasoning", "function_call", "custom_tool_call"}


WORDS = st.none() | st.booleans() | st.integers() | st.text(max_size=10)
KEYS = st.sampled_from(
    ["type", "role", "content", "text", "id", "call_id", "name", "arguments", "output", "summary"]
)
VALUES = st.recursive(
    WORDS | st.sampled_from(["message", "function_call", "reasoning", "item_reference", "user"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
SOUND_ITEMS = [
    {"role": "user", "content": "Hello. [both]"},
    {"role": "developer", "content": [{"type": "input_text", "text": "Be short."}]},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]},
    {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
    {"type": "function_call", "call_id": "1", "name": "get_weather", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "1", "output": "dry"},
    {"type": "item_reference", "id": "msg_1"},
    {"type": "brand_new_item", "anything": 1},
]
SOUND_FIELDS = {
    "model": ["m"],
    "instructions": ["Be short.", None],
    "tools": [TOOLS, []],
    "tool_choice": ["auto", "none", "required", {"type": "function", "name": "get_weather"}],
    "temperature": [0, 0.7],
    "top_p": [0.5],
    "metadata": [{}, {"a": "b"}],
    "max_output_tokens": [1, 16, 64_000],
    "max_tool_calls": [1],
    "parallel_tool_calls": [True, False],
    "previous_response_id": ["resp_none"],
    "conversation": ["conv_none"],
    "reasoning": [{"effort": "low"}, None],
    "text": [{"format": {"type": "text"}}, {"format": {"type": "json_object"}}],
    "truncation": ["disabled", "auto"],
    "include": [[], ["reasoning.encrypted_content"]],
    "store": [True, False],
    "service_tier": ["auto"],
    "top_logprobs": [0, 3],
    "user": ["somebody"],
    "background": [True, False],
    "nonsense": [1],
}
# Each is sound by itself, so that what is refused is refused for one or two reasons among many.
ITEMS = st.lists(st.sampled_from(SOUND_ITEMS), min_size=1, max_size=4) | st.lists(
    st.sampled_from(SOUND_ITEMS).flatmap(
        lambda item: st.dictionaries(KEYS, VALUES, max_size=1).map(lambda more: {**item, **more})
    ),
    max_size=3,
)
FIELDS = st.lists(
    st.sampled_from(sorted(SOUND_FIELDS)).flatmap(
        lambda name: st.tuples(
            st.just(name), st.sampled_from(SOUND_FIELDS[name]) | st.sampled_from([0, "", [], {}])
        )
    ),
    max_size=3,
).map(dict)
BODIES = st.builds(
    lambda more, items: {**more, "input": items, "stream": True},
    FIELDS,
    st.just("Hello.") | ITEMS | ITEMS | VALUES,
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES)
def test_nothing_is_refused_after_the_first_byte(client, body):
    reply = client.post(RESPONSES, json=body)
    assert reply.status_code < 500, reply.text
    if reply.status_code == 200:
        if reply.headers["content-type"].startswith("text/event-stream"):
            assert streamed(reply.content).types[-1] in {
                "response.completed",
                "response.incomplete",
            }
        return
    assert set(reply.json()["error"]) == {"message", "type", "param", "code"}


def test_two_turns_at_once_in_one_conversation_wait_for_each_other(serve, tmp_path):
    daemon = start(serve, tmp_path, script={"pace_ms": 100})
    with daemon.client() as client:
        conversation = client.post("/v1/conversations", json={}).json()["id"]
        asked = {"input": "Hello.", "conversation": conversation}
        first = threading.Thread(target=whole, args=(client,), kwargs=asked)
        first.start()
        daemon.eventually("smgd_requests_live", 1)
        reply = client.post(RESPONSES, json={"model": "m", **asked})
        refused(reply, 409, "conversation_locked", "conversation")
        assert "retry-after" in reply.headers
        first.join()
        assert whole(client, **asked)["status"] == "completed"
