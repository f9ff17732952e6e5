"""What a client was seen to break without, one property a test, on streams of every kind.

Each was found by taking it away from a stream and running the client that the test names first.
"""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from responded import COMPLETED, EVERYTHING, FAILED, INCOMPLETE, KINDS, POISON, TOOLS, stream, whole
from scripted import ANSWER, CUSTOM, HELLO, PATCH, REMEMBERED

TERMINAL = {"response.completed", "response.incomplete", "response.failed"}
LIFECYCLE = TERMINAL | {"response.created", "response.queued", "response.in_progress"}
every_kind = pytest.mark.parametrize("kind", KINDS)
with_items = pytest.mark.parametrize("kind", COMPLETED | INCOMPLETE)


@pytest.fixture
def told(streamed, kind):
    return streamed(kind)


def added(told):
    return {event["output_index"]: event["item"] for event in told.of("response.output_item.added")}


def done(told):
    return {event["output_index"]: event["item"] for event in told.of("response.output_item.done")}


# Codex


@with_items
def test_codex_loses_a_turn_whose_items_are_not_done(told):
    assert [done(told)[at] for at in range(len(done(told)))] == told.response["output"]
    assert done(told)


@every_kind
def test_codex_loses_a_turn_without_a_terminal_event_and_the_responses_id(told):
    assert [event["type"] for event in told.events if event["type"] in TERMINAL] == told.types[-1:]
    assert told.response["id"].startswith("resp_")


@with_items
def test_codex_drops_a_call_without_call_id_or_arguments(told):
    for item in done(told).values():
        if item["type"] == "function_call":
            assert item["call_id"].startswith("call_")
            assert isinstance(item["arguments"], str)
            assert item["name"]


def test_codex_aborts_a_custom_tool_that_comes_as_a_function(streamed, whole):
    for response in (streamed("custom call").response, whole("custom call")):
        (item,) = response["output"]
        assert (item["type"], item["name"], item["input"]) == (
            "custom_tool_call",
            "apply_patch",
            PATCH,
        )
        assert "arguments" not in item


def test_codex_does_not_know_a_namespaced_tool_by_a_flattened_name(streamed, whole):
    for response in (streamed("namespaced call").response, whole("namespaced call")):
        (item,) = response["output"]
        assert (item["type"], item["namespace"], item["name"]) == (
            "function_call",
            "agents",
            "spawn",
        )


@with_items
def test_codex_wants_an_item_before_its_deltas(told):
    open_items = set()
    for event in told.events:
        if event["type"] == "response.output_item.added":
            open_items.add(event["item"]["id"])
        elif event["type"] == "response.output_item.done":
            open_items.remove(event["item"]["id"])
        elif "item_id" in event:
            assert event["item_id"] in open_items
    assert not open_items


@pytest.mark.parametrize("kind", FAILED)
def test_codex_ignores_an_error_that_no_failed_response_follows(told):
    assert told.types[-2:] == ["error", "response.failed"]
    assert (told.response["status"], told.response["output"]) == ("failed", [])
    assert told.response["error"]["code"]
    assert "worker" in told.response["error"]["message"]


@pytest.mark.parametrize("asked", [{"input": "Hello."}, {"input": f"Hello. {POISON}"}])
def test_codex_acts_on_the_end_when_the_connection_is_closed_or_the_body_over(client, asked):
    url = client.base_url
    body = json.dumps({"model": "m", "stream": True, **asked}).encode()
    head = f"POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n"
    head += "content-type: application/json\r\n\r\n"
    with socket.create_connection((url.host, url.port), timeout=10) as connection:
        connection.sendall(head.encode() + body)
        connection.settimeout(5)
        seen = b""
        while not seen.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n"):
            chunk = connection.recv(1 << 16)
            assert chunk, seen[-300:]
            seen += chunk


def test_codex_takes_a_heartbeat_that_is_an_event_and_no_comment(serve):
    script = {"replies": [{"text": HELLO}], "pace_ms": 1500, "tokens_per_step": [1, 100]}
    daemon = serve("--served-model-name", "m", "--heartbeat-s", "0.3", script=script).ready()
    with daemon.client() as client:
        slow = stream(client, input="Hello.")
    beats = slow.of("response.in_progress")
    assert len(beats) > 3
    assert all(beat["response"] == beats[0]["response"] for beat in beats)
    assert [event["sequence_number"] for event in slow.events] == list(range(len(slow.events)))


def test_codex_falls_back_from_a_websocket_without_a_word_at_426(client):
    upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    upgrade |= {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}
    assert client.get("/v1/responses", headers=upgrade).status_code == 426


def test_codex_fails_a_turn_that_is_cut_short_so_nothing_is_by_default(serve):
    words = "on and " * 3000
    script = {"replies": [{"text": words}], "tokens_per_step": 500}
    daemon = serve("--served-model-name", "m", script=script).ready()
    with daemon.client() as client:
        assert stream(client, input="Hello.").types[-1] == "response.completed"


def test_codex_shows_the_message_of_a_refusal(client):
    reply = client.post("/v1/responses", json={"model": "m", "input": 5, "stream": True})
    assert reply.status_code == 400
    assert "input" in reply.json()["error"]["message"]


def test_codex_offers_tools_that_cannot_run_here_and_none_is_refused(client):
    tools = [
        *TOOLS,
        {"type": "web_search", "external_web_access": False},
        {"type": "tool_search", "execution": "client", "description": "", "parameters": {}},
        {"type": "custom", "name": "patch", "format": {"type": "grammar", "syntax": "lark"}},
        {"type": "of_tomorrow"},
    ]
    assert whole(client, input="Hello.", tools=tools)["output"]


def test_codex_asks_with_no_tools_and_a_choice_of_them_after_compaction(client):
    assert whole(client, input="Hello.", tools=[], tool_choice="auto")["output"]


def test_codex_brings_tools_as_an_item(client):
    item = {"type": "additional_tools", "id": "at_1", "role": "developer", "tools": [CUSTOM]}
    asked = [item, {"role": "user", "content": "Make it: [patch]"}]
    assert whole(client, input=asked)["output"][0]["type"] == "custom_tool_call"


def test_codex_probes_with_an_empty_input(client):
    assert whole(client, input="", max_output_tokens=1)["object"] == "response"


def test_codex_replays_items_bare(client):
    call = {"type": "function_call", "name": "get_weather", "arguments": "{}", "call_id": "call_1"}
    asked = [
        {
            "type": "message",
            "role": "developer",
            "content": [{"type": "input_text", "text": "Be."}],
        },
        {"role": "user", "content": [{"type": "input_text", "text": "Hello."}]},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "I will."}],
        },
        call,
        {"type": "function_call_output", "call_id": "call_1", "output": "17 degrees"},
        {
            "type": "message",
            "role": "developer",
            "content": [{"type": "input_text", "text": "Be."}],
        },
    ]
    assert whole(client, input=asked)["output"][-1]["content"][0]["text"] == ANSWER


def test_codex_brings_a_tools_images_which_become_a_note(client):
    image = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}
    call = {"type": "function_call", "name": "view_image", "arguments": "{}", "call_id": "call_1"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": [image]}
    assert whole(client, input=[{"role": "user", "content": "See."}, call, output])["output"]


# openai-python and openai-node


@every_kind
def test_openai_python_wants_created_first(told):
    assert told.types[0] == "response.created"


@with_items
def test_openai_python_wants_every_item_and_part_opened(told):
    for item in done(told).values():
        if item["type"] != "message":
            continue
        mine = [event for event in told.events if event.get("item_id") == item["id"]]
        parts = [e for e in mine if e["type"] == "response.content_part.added"]
        assert [part["content_index"] for part in parts] == list(range(len(item["content"])))
        assert mine[0] == parts[0]
        assert parts[0]["part"] == {
            "type": "output_text",
            "text": "",
            "annotations": [],
            "logprobs": [],
        }
    assert added(told).keys() == done(told).keys()


@with_items
def test_openai_python_wants_a_content_index_at_text(told):
    own = ("response.output_text.delta", "response.output_text.done", "response.content_part.done")
    assert all(event["content_index"] == 0 for event in told.of(*own))


@with_items
def test_openai_helpers_throw_on_an_identity_that_changes(told):
    names = ("id", "type", "call_id", "name", "namespace")
    for at, item in done(told).items():
        for name in names:
            assert added(told)[at].get(name) == item.get(name)
    assert len({item["id"] for item in done(told).values()}) == len(done(told))
    assert len({event["response"]["id"] for event in told.of(*LIFECYCLE)}) == 1


@with_items
def test_openai_python_gives_what_the_last_event_holds(told):
    assert told.response["output"] == list(done(told).values()) != []


@every_kind
def test_openai_python_raises_on_an_error_at_the_top_of_any_event(told):
    assert all("error" not in event for event in told.events if event["type"] != "error")


@pytest.mark.parametrize("kind", FAILED)
def test_openai_python_raises_on_a_nested_error_and_reads_a_flat_one(told):
    (event,) = told.of("error")
    assert event["error"] == {
        "type": "server_error",
        **{name: event[name] for name in ("code", "message", "param")},
    }


@with_items
def test_openai_python_wants_output_in_a_whole_reply(whole, kind):
    assert isinstance(whole(kind)["output"], list)


KNOWN = LIFECYCLE | {
    "error",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.content_part.done",
    "response.output_text.delta",
    "response.output_text.done",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
    "response.reasoning_summary_text.delta",
    "response.reasoning_summary_text.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.custom_tool_call_input.delta",
    "response.custom_tool_call_input.done",
}


@every_kind
def test_openai_node_throws_on_events_it_does_not_know(told):
    assert set(told.types) <= KNOWN


def test_openai_node_throws_on_raw_reasoning_without_its_part(serve):
    script = {"replies": [{"text": "<think>\nHm.\n</think>\n\nYes."}]}
    daemon = serve("--served-model-name", "m", "--reasoning-events", "text", script=script).ready()
    with daemon.client() as client:
        raw = stream(client, input="Hello.")
    first = raw.types.index("response.reasoning_text.delta")
    part = raw.events[first - 1]
    assert (part["type"], part["part"]) == (
        "response.content_part.added",
        {"type": "reasoning_text", "text": ""},
    )
    assert part["item_id"] == raw.events[first]["item_id"]


# openai-agents and the AI SDK


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
    assert places == [at for at in range(len(done(told))) for _ in "ad"]


@pytest.mark.parametrize("kind", COMPLETED)
def test_the_ai_sdk_runs_a_call_that_is_complete(told):
    for item in done(told).values():
        assert item.get("status", "completed") == "completed"
        if item["type"] == "function_call":
            assert {"id", "call_id", "name", "arguments", "status"} <= item.keys()


@with_items
def test_the_ai_sdk_shows_text_from_deltas_alone(told):
    for item in done(told).values():
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
    assert done(told)[0]["type"] == "reasoning"


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


# The OpenResponses suite and llmprobe


@every_kind
def test_the_suite_wants_numbers_from_zero_without_gaps(told):
    assert [event["sequence_number"] for event in told.events] == list(range(len(told.events)))


@every_kind
def test_the_suite_wants_the_name_on_the_line_and_in_the_event(told):
    assert told.lines == told.types
    assert b"\nid:" not in told.raw
    assert b"\r" not in told.raw


@every_kind
def test_the_suite_wants_done_at_the_end(told):
    assert told.raw.endswith(b"data: [DONE]\n\n")
    assert told.raw.count(b"[DONE]") == 1


@with_items
def test_the_suite_wants_an_item_id_at_every_delta(told):
    for event in told.events:
        if event["type"].endswith((".delta", "text.done", "arguments.done", "input.done")):
            assert event["item_id"] == done(told)[event["output_index"]]["id"]


def test_the_suite_loses_an_event_that_is_cut(client):
    with client.stream(
        "POST", "/v1/responses", json={"model": "m", "input": "Hello.", "stream": True}
    ) as reply:
        chunks = list(reply.iter_raw())
    assert len(chunks) > 1
    assert all(chunk.endswith(b"\n\n") for chunk in chunks)


@with_items
def test_the_suite_wants_text_that_is_streamed_to_be_in_a_part(told):
    for item in told.response["output"]:
        mine = [event for event in told.events if event.get("item_id") == item["id"]]
        parts = [event["part"] for event in mine if event["type"] == "response.content_part.done"]
        assert parts == (item["content"] if item["type"] == "message" else [])
        texts = [event["text"] for event in mine if event["type"] == "response.output_text.done"]
        assert texts == [part["text"] for part in parts]


@pytest.mark.parametrize("kind", INCOMPLETE)
def test_the_suite_wants_an_incomplete_item_last_and_its_response_incomplete(told, whole, kind):
    for response in (told.response, whole(kind)):
        *before, last = [item.get("status", "completed") for item in response["output"]]
        assert set(before) <= {"completed"}
        assert last == "incomplete"
        assert response["status"] == "incomplete"
        assert response["incomplete_details"] == {"reason": "max_output_tokens"}
    assert told.types[-1] == "response.incomplete"


@with_items
def test_the_suite_wants_numbers_and_objects_never_null(told, whole, kind):
    names = "status truncation text top_p temperature presence_penalty frequency_penalty "
    names += "top_logprobs store background service_tier metadata parallel_tool_calls tool_choice"
    for response in (*(event["response"] for event in told.of(*LIFECYCLE)), whole(kind)):
        assert all(response[name] is not None for name in names.split())
        assert response["text"]["format"]["type"] == "text"


@with_items
def test_the_suite_wants_both_details_in_usage(told, whole, kind):
    for response in (told.response, whole(kind)):
        usage = response["usage"]
        assert usage["input_tokens_details"]["cached_tokens"] >= 0
        assert usage["output_tokens_details"]["reasoning_tokens"] >= 0
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert told.response["usage"] == whole(kind)["usage"]


@with_items
def test_the_suite_wants_what_an_item_lacks_absent_and_not_null(told):
    for item in [*added(told).values(), *done(told).values()]:
        assert None not in item.values()


def test_the_suite_wants_tools_echoed_with_every_field(whole):
    tools = {tool["name"]: tool for tool in whole("call")["tools"]}
    assert tools.keys() == {tool["name"] for tool in TOOLS}
    assert {"description", "parameters", "strict"} <= tools["now"].keys()
    assert tools["now"]["description"] is None


def test_the_suite_wants_back_what_it_asked(whole):
    told = whole("everything asked")
    for name, asked in EVERYTHING.items():
        if name not in {"tools", "service_tier", "user"}:
            assert told[name] == asked, name
    assert told["tools"][0] == {"strict": None} | told["tools"][0]


def test_the_suite_asks_seventeen_at_once(client):
    def ask(number):
        return stream(client, input=f"Hello. {number}").types[-1]

    with ThreadPoolExecutor(17) as pool:
        assert set(pool.map(ask, range(17))) == {"response.completed"}


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "5", "{}", '{"model": "m"}', '{"model": "m", "input": 5}', '{"input": {}}'],
)
def test_llmprobe_wants_a_malformed_body_refused(client, body):
    headers = {"content-type": "application/json"}
    reply = client.post("/v1/responses", content=body, headers=headers)
    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "invalid_request_error"
