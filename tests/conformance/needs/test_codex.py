"""What Codex was seen to break without, one property a test."""

import json

import pytest
from by_hand import LAST_CHUNK, post, read_to
from responded import FAILED, POISON, TERMINAL, TOOLS, every_kind, stream, whole, with_items
from scripted import ANSWER, CUSTOM, HELLO, PATCH


@with_items
def test_codex_loses_a_turn_whose_items_are_not_done(told):
    assert [told.done[at] for at in range(len(told.done))] == told.response["output"]
    assert told.done


@every_kind
def test_codex_loses_a_turn_without_a_terminal_event_and_the_responses_id(told):
    assert [event["type"] for event in told.events if event["type"] in TERMINAL] == told.types[-1:]
    assert told.response["id"].startswith("resp_")


@with_items
def test_codex_drops_a_call_without_call_id_or_arguments(told):
    for item in told.done.values():
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
    body = json.dumps({"model": "m", "stream": True, **asked}).encode()
    with post(str(client.base_url), "/v1/responses", body, timeout_s=5) as connection:
        read_to(b"data: [DONE]\n\n\r\n" + LAST_CHUNK, connection)


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
