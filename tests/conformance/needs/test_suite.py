"""What the OpenResponses suite and llmprobe were seen to break without, one property a test."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from responded import EVERYTHING, INCOMPLETE, LIFECYCLE, TOOLS, every_kind, stream, with_items


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
            assert event["item_id"] == told.done[event["output_index"]]["id"]


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
    for item in [*told.added.values(), *told.done.values()]:
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
