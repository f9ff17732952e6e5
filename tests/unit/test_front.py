"""Keys, bodies, names and nets: what every exchange passes, without a server or an engine."""

import asyncio
import json
import re
from types import SimpleNamespace

import pytest

from smgd import app as module
from smgd import front
from smgd._core import Error
from smgd.metrics import Metrics
from smgd.routes import TABLE, Level

CHAT = "/v1/chat/completions"
JSON = {"content-type": "application/json"}


class Engine:
    """Prepares nothing: every request that gets this far is refused as draining."""

    def __init__(self):
        self.metrics = Metrics("m")
        self.draining = False
        self.ready = object()
        self.model = SimpleNamespace(names=["m", "org/m"])
        self.max_model_len = 64
        self.keeper = None
        self.bodies = []
        self.raises = Error.draining()

    async def prepare_chat(self, body):
        self.bodies.append(body)
        raise self.raises

    async def parse(self, body):
        return await self.prepare_chat(body)


class Store:
    """Holds nothing."""

    async def get(self, _id):
        return None

    async def delete(self, _id):
        return False


def build(engine=None, *, keys=(), origins=()):
    return module.build(engine or Engine(), Store(), keys=keys, allowed_origins=origins)


def call(app, method, path, headers=None, parts=(b"",), *, raw_path=None):
    """One exchange. returns (status, headers, body)"""
    messages = []
    queue = [
        {"type": "http.request", "body": part, "more_body": at < len(parts) - 1}
        for at, part in enumerate(parts)
    ]

    async def receive():
        return queue.pop(0) if queue else {"type": "http.disconnect"}

    async def send(message):
        messages.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode() if raw_path is None else raw_path,
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
    }
    asyncio.run(app(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in messages)
    found = {k.decode(): v.decode() for k, v in messages[0]["headers"]}
    return messages[0]["status"], found, body


def code(answer):
    return json.loads(answer[2])["error"]["code"]


def filled(path):
    return re.sub(r"{\w+(:path)?}", "m", path)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.path}")
@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({}, False),
        ({"authorization": "Bearer wrong"}, False),
        ({"authorization": "Basic right"}, False),
        ({"authorization": "Bearer right"}, True),
        ({"authorization": "bearer  right "}, True),
        ({"x-api-key": "right"}, True),
        ({"x-api-key": "other"}, True),
        ({"x-api-key": ""}, False),
    ],
)
def test_a_route_lets_in_whom_its_row_says(row, headers, known):
    app = build(keys=["right", "other"])
    answer = call(app, row.method, filled(row.path), {**headers, **JSON})
    if known or row.level is Level.OPEN:
        assert answer[0] != 401
    else:
        assert answer[0] == 401
        assert code(answer) == "invalid_api_key"
        assert answer[1]["www-authenticate"] == "Bearer"


def test_without_keys_everyone_is_let_in():
    assert call(build(), "GET", "/v1/models")[0] == 200


@pytest.mark.parametrize(
    ("path", "raw_path"),
    [
        ("/v1/models", b"/v1%2fmodels"),
        ("/livez", b"/%6civez"),
        ("/livez/../v1/models", b"/livez/../v1/models"),
        ("/nowhere", b"/nowhere"),
        ("//livez", b"//livez"),
        ("/livez/", b"/livez/"),
    ],
)
def test_the_path_is_judged_as_it_was_sent(path, raw_path):
    assert call(build(keys=["k"]), "GET", path, raw_path=raw_path)[0] == 401


def test_a_path_that_is_not_there_is_a_404_in_json():
    answer = call(build(), "GET", "/v2/nothing")
    assert (answer[0], code(answer)) == (404, "not_found")


def test_a_trailing_slash_is_another_path():
    assert call(build(), "GET", "/v1/models/")[0] == 404


def test_a_method_that_a_path_does_not_take_is_a_405_that_names_those_it_takes():
    answer = call(build(), "GET", CHAT)
    assert (answer[0], code(answer), answer[1]["allow"]) == (405, "method_not_allowed", "POST")
    answer = call(build(), "DELETE", "/v1/models")
    assert (answer[0], answer[1]["allow"]) == (405, "GET, HEAD")


def test_an_upgrade_is_answered_so_that_clients_go_on_with_http():
    asks = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    status, headers, body = call(build(), "GET", "/v1/responses", asks)
    assert (status, json.loads(body)["error"]["code"]) == (426, "no_websocket")
    assert (headers["upgrade"], headers["connection"]) == ("HTTP/1.1", "upgrade")
    assert call(build(), "GET", "/v1/responses")[0] == 405
    assert call(build(keys=["k"]), "GET", "/v1/responses", asks)[0] == 401


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_that_is_not_announced_as_json_is_a_415(kind):
    answer = call(build(), "POST", CHAT, {"content-type": kind} if kind else {}, [b"{}"])
    assert (answer[0], code(answer)) == (415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_is_recognised_however_it_is_spelled(kind):
    engine = Engine()
    call(build(engine), "POST", CHAT, {"content-type": kind}, [b"{", b"}"])
    assert engine.bodies == [b"{}"]


def test_a_body_that_announces_too_much_is_refused_unread():
    engine = Engine()
    headers = {**JSON, "content-length": str(front.MAX_BODY_BYTES + 1)}
    answer = call(build(engine), "POST", CHAT, headers)
    assert (answer[0], code(answer), engine.bodies) == (413, "body_too_large", [])


def test_a_body_that_grows_too_large_unannounced_is_refused():
    engine = Engine()
    part = bytes(front.MAX_BODY_BYTES // 2)
    answer = call(build(engine), "POST", CHAT, JSON, [part, part, b"1"])
    assert (answer[0], code(answer), engine.bodies) == (413, "body_too_large", [])
    call(build(engine), "POST", CHAT, JSON, [part, part])
    assert len(engine.bodies) == 1


def test_the_clients_name_for_its_request_comes_back():
    assert call(build(), "GET", "/livez", {"x-request-id": "mine-1"})[1]["x-request-id"] == "mine-1"


@pytest.mark.parametrize("name", ["", "a b", "x" * 129, "\x7f"])
def test_a_name_that_is_no_name_is_replaced(name):
    assert call(build(), "GET", "/livez", {"x-request-id": name})[1]["x-request-id"].startswith(
        "req-"
    )


def test_a_refusal_says_when_to_try_again():
    answer = call(build(), "POST", CHAT, JSON, [b"{}"])
    assert (answer[0], code(answer), answer[1]["retry-after"]) == (503, "draining", "1")


class Panic(BaseException):
    """As a panic of the core arrives."""


@pytest.mark.parametrize("error", [RuntimeError("secret"), Panic("secret")])
def test_what_nobody_expected_is_a_500_with_the_id_that_is_in_the_log(error, caplog):
    engine = Engine()
    engine.raises = error
    answer = call(build(engine), "POST", CHAT, {**JSON, "x-request-id": "mine-1"}, [b"{}"])
    assert (answer[0], code(answer)) == (500, "internal_error")
    assert b"mine-1" in answer[2]
    assert b"secret" not in answer[2]
    assert "mine-1" in caplog.text


def test_refusals_are_counted_by_code():
    engine = Engine()
    call(build(engine), "GET", "/v2")
    call(build(engine, keys=["k"]), "GET", "/v1/models")
    assert engine.metrics.counter("refused").values == {"not_found": 1, "invalid_api_key": 1}


def test_web_pages_are_let_in_only_where_they_are_allowed():
    asks = {"origin": "https://a.example", "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in call(build(), "OPTIONS", CHAT, asks)[1]
    app = build(keys=["k"], origins=["https://a.example"])
    status, headers, _ = call(app, "OPTIONS", CHAT, asks)
    assert (status, headers["access-control-allow-origin"]) == (200, "https://a.example")
    assert {"GET", "POST", "DELETE"} <= set(headers["access-control-allow-methods"].split(", "))
    asks["origin"] = "https://b.example"
    assert call(app, "OPTIONS", CHAT, asks)[0] == 400


def test_web_pages_may_read_our_own_headers():
    headers = {"origin": "https://a.example"}
    told = call(build(origins=["https://a.example"]), "GET", "/livez", headers)[1]
    assert told["access-control-expose-headers"] == "x-request-id, x-smgd-ignored"


def test_models_are_listed_and_found_by_name():
    _status, _, body = call(build(), "GET", "/v1/models")
    assert [card["id"] for card in json.loads(body)["data"]] == ["m", "org/m"]
    assert json.loads(body)["object"] == "list"
    body = call(build(), "GET", "/v1/models/org/m")[2]
    card = json.loads(body)
    assert (card["id"], card["object"], card["max_model_len"]) == ("org/m", "model", 64)
    answer = call(build(), "GET", "/v1/models/other")
    assert (answer[0], code(answer)) == (404, "model_not_found")


def test_readiness_tells_the_truth():
    engine = Engine()
    app = build(engine)
    assert [call(app, "GET", path)[0] for path in ("/livez", "/readyz", "/health")] == [200] * 3
    engine.ready = None
    assert [call(app, "GET", path)[0] for path in ("/livez", "/readyz", "/health")] == [
        200,
        503,
        503,
    ]
    engine.ready, engine.draining = object(), True
    answer = call(app, "GET", "/readyz")
    assert (answer[0], code(answer)) == (503, "draining")


def test_the_root_answers_a_look():
    status, _, body = call(build(), "HEAD", "/")
    assert status == 200
    assert call(build(), "GET", "/")[2].startswith(b"smgd ")
    assert body is not None
