"""Conversations and lists of items over HTTP, with OpenAI's client and without."""

from __future__ import annotations

import httpx
import openai
import pytest


@pytest.fixture(scope="module")
def daemon(serve_long):
    return serve_long(script={"replies": [{"text": "Hello!"}]})


@pytest.fixture
def client(daemon):
    return openai.OpenAI(base_url=f"{daemon.url}/v1", api_key="none", max_retries=0)


@pytest.fixture
def http(daemon):
    with daemon.client() as client:
        yield client


def message(text: str) -> dict[str, object]:
    return {"type": "message", "role": "user", "content": text}


def texts(page) -> list[str]:
    return [item.content[0].text for item in page]


def test_a_conversation_is_made_read_changed_and_deleted(client):
    made = client.conversations.create(metadata={"topic": "birds"}, items=[message("coo")])
    assert (made.object, made.metadata) == ("conversation", {"topic": "birds"})
    assert client.conversations.retrieve(made.id) == made
    told = client.conversations.update(made.id, metadata={"topic": "owls"})
    assert (told.id, told.metadata) == (made.id, {"topic": "owls"})
    gone = client.conversations.delete(made.id)
    assert (gone.id, gone.object, gone.deleted) == (made.id, "conversation.deleted", True)
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(made.id)


def test_a_conversation_may_begin_with_nothing(client, http):
    assert client.conversations.create().metadata == {}
    answer = http.post("/v1/conversations")
    assert answer.status_code == 200
    assert answer.json()["metadata"] == {}
    assert list(answer.json()) == ["id", "object", "created_at", "metadata"]


def test_items_are_added_listed_read_and_deleted(client):
    id = client.conversations.create(items=[message("one")]).id
    items = client.conversations.items
    added = items.create(id, items=[message("two"), message("three")])
    assert (texts(added.data), added.has_more) == (["two", "three"], False)
    assert (added.first_id, added.last_id) == (added.data[0].id, added.data[1].id)
    assert texts(items.list(id)) == ["three", "two", "one"]
    assert texts(items.list(id, order="asc", limit=1)) == ["one", "two", "three"]
    found = items.retrieve(added.first_id, conversation_id=id)
    assert (found.type, found.status, found.role) == ("message", "completed", "user")
    assert items.delete(added.first_id, conversation_id=id).id == id
    assert texts(items.list(id, order="asc")) == ["one", "three"]
    with pytest.raises(openai.NotFoundError, match="was not found"):
        items.retrieve(added.first_id, conversation_id=id)


def test_an_empty_list_has_no_first_and_no_last(client, http):
    id = client.conversations.create().id
    told = http.get(f"/v1/conversations/{id}/items").json()
    assert told == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": "१"}, "limit"),
        ({"order": "newest"}, "order"),
    ],
)
def test_a_wrong_page_is_refused_by_name(client, http, query, param):
    id = client.conversations.create().id
    answer = http.get(f"/v1/conversations/{id}/items", params=query)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


@pytest.mark.parametrize(
    ("request_line", "body", "status", "code"),
    [
        ("GET conv_0", None, 404, "conversation_not_found"),
        ("GET %00", None, 404, "conversation_not_found"),
        ("POST conv_0", {"metadata": {}}, 404, "conversation_not_found"),
        ("DELETE conv_0", None, 404, "conversation_not_found"),
        ("GET conv_0/items", None, 404, "conversation_not_found"),
        ("GET conv_0/items/msg_0", None, 404, "conversation_not_found"),
        ("DELETE conv_0/items/msg_0", None, 404, "conversation_not_found"),
        ("POST conv_0/items", {"items": [message("hi")]}, 404, "conversation_not_found"),
        ("POST conv_0/items", {"items": []}, 400, "missing_required_parameter"),
        ("POST conv_0/items", {}, 400, "missing_required_parameter"),
        ("POST conv_0", {}, 400, "missing_required_parameter"),
        ("PUT conv_0", {}, 405, "method_not_allowed"),
    ],
)
def test_what_is_wrong_is_refused(http, request_line, body, status, code):
    method, path = request_line.split()
    answer = http.request(method, f"/v1/conversations/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"metadata": []}, "metadata"),
        ({"metadata": {"a": 1}}, "metadata"),
        ({"items": {}}, "items"),
        (
            {"items": [{"type": "function_call", "name": "f", "arguments": "{}"}]},
            "items[0].call_id",
        ),
    ],
)
def test_a_wrong_field_is_refused_by_name(http, body, param):
    answer = http.post("/v1/conversations", json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_what_has_no_effect_is_named(http):
    body = {"items": [message("one"), {"type": "hologram"}], "vendor": 1}
    answer = http.post("/v1/conversations", json=body)
    assert answer.headers["x-smgd-ignored"] == "items[1].type=hologram, vendor"
    answer = http.post(f"/v1/conversations/{answer.json()['id']}/items", json=body)
    assert answer.headers["x-smgd-ignored"] == "items[1].type=hologram, vendor"
    assert len(answer.json()["data"]) == 1


def test_what_has_no_effect_is_refused_by_a_strict_server(serve):
    with serve("--strict", script={}).client() as client:
        answer = client.post("/v1/conversations", json={"vendor": 1})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "vendor")


def test_an_unknown_responses_input_is_not_found(http: httpx.Client):
    answer = http.get("/v1/responses/resp_0/input_items")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "response_not_found")


def test_conversations_are_there_after_a_restart(serve):
    first = serve(script={"replies": [{"text": "Hello!"}]})
    with first.client() as client:
        made = client.post("/v1/conversations", json={"items": [message("one")]}).json()
    assert first.stop() == 0
    with serve(script={"replies": [{"text": "Hello!"}]}).client() as client:
        assert client.get(f"/v1/conversations/{made['id']}").json() == made
        told = client.get(f"/v1/conversations/{made['id']}/items").json()
        assert [item["content"][0]["text"] for item in told["data"]] == ["one"]
