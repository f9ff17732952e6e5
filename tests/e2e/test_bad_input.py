"""Bad input: a 4xx that names the field, never a traceback, never seen by the worker."""

import http.client
import json
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CHAT = "/v1/chat/completions"
HELLO = [{"role": "user", "content": "Hello!"}]
LIMIT = 32 << 20


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "submitted"
    path.touch()
    return path


@pytest.fixture(scope="module")
def daemon(serve_long, log):
    return serve_long(script={"log": str(log)}).ready()


@pytest.fixture
def unseen(log):
    """The worker sees nothing of the test's requests."""
    before = log.read_text()
    yield
    assert log.read_text() == before


@pytest.fixture(scope="module")
def client(daemon):
    with daemon.client(headers={"content-type": "application/json"}) as made:
        yield made


def post(client, body):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(CHAT, content=content)


def refused(reply, status, code, param=None):
    assert reply.status_code == status, reply.text
    error = reply.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param)
    assert "Traceback" not in error["message"]


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_body"),
        (b"not json", "invalid_json"),
        (b'{"messages": [', "invalid_json"),
        (b'{"messages": []} x', "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        (b'{"messages":' + b"[" * 200 + b"]" * 200 + b"}", "invalid_json"),
        (b'{"temperature": NaN}', "invalid_json"),
        (b'{"temperature": Infinity}', "invalid_json"),
        (b'{"messages": [{"role": "user", "content": "\\ud800"}]}', "invalid_json"),
    ],
)
def test_what_is_not_json_is_a_400(client, body, code):
    refused(post(client, body), 400, code)


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize("body", [b"[]", b"1", b'"text"', b"null", b"true"])
def test_json_that_is_no_object_is_a_400(client, body):
    assert post(client, body).status_code == 400


WRONG = [
    ("messages", [], "invalid_value"),
    ("messages", "Hello", "invalid_value"),
    ("messages", None, "missing_required_parameter"),
    ("messages[0]", ["Hello"], "invalid_value"),
    ("messages[0].role", [{"role": "robot", "content": "x"}], "invalid_value"),
    ("messages[0].role", [{"content": "x"}], "missing_required_parameter"),
    ("messages[0].content", [{"role": "user", "content": 3}], "invalid_value"),
    ("temperature", -1, "invalid_value"),
    ("temperature", 1e400, "invalid_value"),
    ("temperature", "hot", "invalid_value"),
    ("temperature", 2.1, "invalid_value"),
    ("top_p", 1.5, "invalid_value"),
    ("top_p", -0.1, "invalid_value"),
    ("top_k", 1.5, "invalid_value"),
    ("min_p", 2, "invalid_value"),
    ("n", 0, "invalid_value"),
    ("n", 10_000, "invalid_value"),
    ("n", "2", "invalid_value"),
    ("max_tokens", 0, "invalid_value"),
    ("max_tokens", -1, "invalid_value"),
    ("max_tokens", 1.5, "invalid_value"),
    ("max_completion_tokens", "many", "invalid_value"),
    ("presence_penalty", 3, "invalid_value"),
    ("frequency_penalty", -3, "invalid_value"),
    ("seed", "x", "invalid_value"),
    ("stream", "yes", "invalid_value"),
    ("stop", ["x"] * 10_000, "invalid_value"),
    ("stop", 3, "invalid_value"),
    ("tools", {}, "invalid_value"),
    ("tool_choice", 3, "invalid_value"),
    ("model", 3, "invalid_value"),
]


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize(("param", "value", "code"), WRONG)
def test_a_wrong_value_is_a_400_that_names_the_field(client, param, value, code):
    body = {"messages": HELLO, param.partition("[")[0]: value}
    text = json.dumps(body).replace("Infinity", "1e400")
    reply = post(client, text.encode())
    assert reply.status_code == 400, reply.text
    error = reply.json()["error"]
    assert error["code"] == code, error
    assert error["param"].startswith(param), error


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize(
    "function",
    [
        {},
        {"name": ""},
        {"name": 3},
        {"name": "has spaces in it"},
        {"name": "f", "parameters": "text"},
        {"name": "f", "parameters": [1]},
    ],
)
def test_a_bad_tool_is_a_400_that_names_it(client, function):
    body = {"messages": HELLO, "tools": [{"type": "function", "function": function}]}
    reply = post(client, body)
    assert reply.status_code == 400, reply.text
    assert reply.json()["error"]["param"].startswith("tools[0]")


@pytest.mark.usefixtures("unseen")
def test_an_unknown_model_is_a_404(client):
    refused(post(client, {"model": "gpt-4o", "messages": HELLO}), 404, "model_not_found", "model")


@pytest.mark.usefixtures("unseen")
def test_a_prompt_longer_than_the_context_is_a_400_that_clients_know(client):
    body = {"messages": [{"role": "user", "content": "one two three four " * 40_000}]}
    refused(post(client, body), 400, "context_length_exceeded", "messages")


@pytest.mark.usefixtures("unseen")
def test_a_template_that_refuses_is_a_400(serve):
    template = "{{ raise_exception('roles must alternate') }}"
    daemon = serve("--chat-template", template, script={}).ready()
    with daemon.client() as client:
        reply = client.post(CHAT, json={"messages": HELLO})
    refused(reply, 400, "template_refused", "messages")
    assert "roles must alternate" in reply.text


@pytest.mark.usefixtures("unseen")
def test_other_methods_and_paths_and_kinds(client):
    refused(client.get(CHAT), 405, "method_not_allowed")
    refused(client.get("/v2"), 404, "not_found")
    reply = client.post(CHAT, content=b"{}", headers={"content-type": "text/plain"})
    refused(reply, 415, "unsupported_media_type")


def raw(daemon, headers, parts):
    """One request as sent by hand. returns (status, body)"""
    connection = http.client.HTTPConnection(urlsplit(daemon.url).netloc, timeout=30)
    connection.putrequest("POST", CHAT)
    for name, value in {"content-type": "application/json", **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    for part in parts:
        connection.send(part)
    reply = connection.getresponse()
    return reply.status, json.loads(reply.read())["error"]["code"]


@pytest.mark.usefixtures("unseen")
def test_a_huge_body_is_a_413_announced_or_not(daemon):
    assert raw(daemon, {"content-length": str(LIMIT + 1)}, []) == (413, "body_too_large")
    chunk = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
    parts = [chunk] * 33
    assert raw(daemon, {"transfer-encoding": "chunked"}, parts) == (413, "body_too_large")


@pytest.mark.usefixtures("unseen")
def test_a_wrong_key_is_a_401(serve):
    daemon = serve("--api-key", "right", script={}).ready()
    with daemon.client() as client:
        refused(client.post(CHAT, json={"messages": HELLO}), 401, "invalid_api_key")
        right = {"authorization": "Bearer right"}
        assert client.post(CHAT, json={"messages": HELLO}, headers=right).status_code == 200


FIELDS = [
    "model", "messages", "temperature", "top_p", "top_k", "min_p", "n", "max_tokens", "stop",
    "max_completion_tokens", "stream", "stream_options", "tools", "tool_choice", "seed",
    "logprobs", "top_logprobs", "logit_bias", "response_format", "presence_penalty",
    "frequency_penalty", "repetition_penalty", "user", "metadata", "store",
    "chat_template_kwargs", "ignore_eos", "min_tokens", "stop_token_ids", "parallel_tool_calls",
    "reasoning_effort", "modalities", "audio", "prediction", "service_tier", "verbosity",
    "web_search_options", "functions", "function_call",
]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["user", "assistant", "tool", "system", "auto", "none", "function", "text"])
)
KEYS = st.sampled_from(["role", "content", "type", "text", "function", "name", "parameters", "id"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner),
    max_leaves=12,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "system", "tool"]) | VALUES},
        optional={"content": VALUES, "tool_calls": VALUES, "tool_call_id": VALUES, "name": VALUES},
    ),
    max_size=3,
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4).flatmap(
    lambda more: st.just(more) | MESSAGES.map(lambda messages: {**more, "messages": messages})
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES | VALUES)
def test_random_json_never_is_our_fault(client, body):
    reply = post(client, body)
    assert reply.status_code < 500, reply.text
    if reply.status_code != 200:
        assert set(reply.json()["error"]) == {"message", "type", "param", "code"}


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.binary(max_size=200))
def test_random_bytes_never_are_our_fault(client, body):
    assert post(client, body).status_code == 400
