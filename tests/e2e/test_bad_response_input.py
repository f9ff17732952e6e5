"""Bad input of `/v1/responses`: a 4xx that names the field, never seen by the worker."""

import pytest
from scripted import FUNCTION

RESPONSES = "/v1/responses"
USER = {"role": "user", "content": "Hello!"}
CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
CUSTOM = {"type": "custom_tool_call", "call_id": "call_1", "name": "f", "input": ""}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "x"}
IMAGE = {"type": "input_image", "image_url": "https://example.com/a.png"}


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "submitted"
    path.touch()
    return path


@pytest.fixture(scope="module")
def client(serve_long, log, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("state"))
    options = ("--served-model-name", "m", "--state-dir", folder)
    with serve_long(*options, script={"log": str(log)}).ready().client() as client:
        yield client


@pytest.fixture(autouse=True)
def unseen(log):
    """The worker sees nothing of the test's requests."""
    before = log.read_text()
    yield
    assert log.read_text() == before


def refused(reply, status):
    """The error of a refusal."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    error = reply.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert "Traceback" not in error["message"]
    return error


def without(item, name):
    return {field: value for field, value in item.items() if field != name}


def content(*parts):
    return [{"role": "user", "content": list(parts)}]


FIELDS = [
    ("input", 3),
    ("input", {}),
    ("input[0]", [3]),
    ("model", 3),
    ("instructions", 3),
    ("temperature", -1),
    ("temperature", "hot"),
    ("temperature", 2.1),
    ("top_p", 1.5),
    ("max_output_tokens", 0),
    ("max_output_tokens", -1),
    ("max_output_tokens", "many"),
    ("max_output_tokens", 1.5),
    ("max_tool_calls", "x"),
    ("stream", "yes"),
    ("store", "yes"),
    ("background", "yes"),
    ("parallel_tool_calls", "yes"),
    ("previous_response_id", 3),
    ("conversation", 3),
    ("metadata", 3),
    ("include", "reasoning.encrypted_content"),
    ("reasoning", "low"),
    ("text", "json"),
    ("tools", {}),
    ("tool_choice", 3),
    ("truncation", "some"),
    ("top_logprobs", "x"),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("param", "value"), FIELDS)
def test_a_wrong_value_is_a_400_that_names_the_field(client, param, value, stream):
    body = {"model": "m", "input": "Hello!", "stream": stream, param.partition("[")[0]: value}
    error = refused(client.post(RESPONSES, json=body), 400)
    assert error["param"].startswith(param), error
    assert error["type"] == "invalid_request_error"


ITEMS = [
    ("input[1].role", {"role": "robot", "content": "x"}),
    ("input[1].content", {"role": "user", "content": 3}),
    ("input[1].content", {"role": "user"}),
    ("input[1].content[0]", {"role": "user", "content": [3]}),
    ("input[1].content[0].text", {"role": "user", "content": [{"type": "input_text"}]}),
    (
        "input[1].content[0].text",
        {"role": "assistant", "content": [{"type": "output_text", "text": 3}]},
    ),
    ("input[1].call_id", without(CALL, "call_id")),
    ("input[1].call_id", {**CALL, "call_id": 3}),
    ("input[1].name", without(CALL, "name")),
    ("input[1].arguments", {**CALL, "arguments": 3}),
    ("input[1].call_id", without(OUTPUT, "call_id")),
    ("input[1].output", without(OUTPUT, "output")),
    ("input[1].output", {**OUTPUT, "output": 3}),
    ("input[1].call_id", without(CUSTOM, "call_id")),
    ("input[1].input", without(CUSTOM, "input")),
    ("input[1].name", without(CUSTOM, "name")),
    ("input[1].id", {"type": "item_reference"}),
    ("input[1].id", {"type": "item_reference", "id": "msg_unknown"}),
]


@pytest.mark.parametrize(("param", "item"), ITEMS)
def test_a_known_item_without_what_it_needs_is_a_400_that_names_it(client, param, item):
    error = refused(client.post(RESPONSES, json={"model": "m", "input": [USER, item]}), 400)
    assert error["param"] == param, error


TOOLS = [
    {"type": "function"},
    {"type": "function", "name": ""},
    {"type": "function", "name": 3},
    {"type": "function", "name": "has spaces in it"},
    {"type": "function", "name": "f", "parameters": "text"},
    {"type": "custom"},
    {"type": "namespace", "name": "n", "tools": 3},
    3,
]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_bad_tool_is_a_400_that_names_it(client, tool):
    body = {"model": "m", "input": "Hello!", "tools": [FUNCTION, tool]}
    assert refused(client.post(RESPONSES, json=body), 400)["param"].startswith("tools[1]")


PARTS = [
    ("input[0].content[1]", IMAGE),
    ("input[0].content[1]", {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0="}),
    ("input[0].content[1].image_url", {"type": "input_image", "image_url": "not a url"}),
    ("input[0].content[1]", {"type": "input_image", "file_id": "file_1"}),
    ("input[0].content[1]", {"type": "input_file", "file_url": "https://example.com/a.pdf"}),
    ("input[0].content[1]", {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}),
    ("input[0].content[1]", {"type": "input_video", "video_url": "https://example.com/a.mp4"}),
]


@pytest.mark.parametrize(("param", "part"), PARTS)
def test_no_part_disappears_silently(client, param, part):
    asked = content({"type": "input_text", "text": "See."}, part)
    error = refused(client.post(RESPONSES, json={"model": "m", "input": asked}), 400)
    assert error["param"].startswith(param), error


def test_a_file_by_its_id_alone_has_its_own_message(client):
    messages = set()
    for part in (IMAGE, {"type": "input_image", "file_id": "file_1"}):
        asked = {"model": "m", "input": content(part)}
        messages.add(refused(client.post(RESPONSES, json=asked), 400)["message"])
    assert len(messages) == 2
    assert any("file_id" in message for message in messages)


@pytest.mark.parametrize(
    "format",
    [{"type": "json_object"}, {"type": "json_schema", "name": "x", "schema": {"type": "object"}}],
)
def test_a_schema_is_a_clear_400_until_it_can_be_kept(client, format):
    body = {"model": "m", "input": "Hello!", "text": {"format": format}}
    assert refused(client.post(RESPONSES, json=body), 400)["param"].startswith("text.format")


TOGETHER = [
    ({"previous_response_id": "resp_1", "conversation": "conv_1"}, "conversation"),
    ({"background": True, "store": False}, "background"),
]


@pytest.mark.parametrize(("fields", "param"), TOGETHER)
def test_what_excludes_each_other_is_a_400(client, fields, param):
    body = {"model": "m", "input": "Hello!", **fields}
    assert refused(client.post(RESPONSES, json=body), 400)["param"] == param


def test_what_is_not_there_is_a_404(client):
    ask = {"model": "m", "input": "Hello!"}
    error = refused(client.post(RESPONSES, json={**ask, "previous_response_id": "resp_x"}), 404)
    found = (error["code"], error["param"])
    assert found == ("previous_response_not_found", "previous_response_id")
    refused(client.post(RESPONSES, json={**ask, "conversation": "conv_x"}), 404)
    refused(client.post(RESPONSES, json={**ask, "model": "gpt-4o"}), 404)
    for method, path in [
        ("GET", "responses/resp_x"),
        ("DELETE", "responses/resp_x"),
        ("POST", "responses/resp_x/cancel"),
        ("GET", "responses/resp_x/input_items"),
        ("GET", "conversations/conv_x"),
        ("DELETE", "conversations/conv_x"),
        ("GET", "conversations/conv_x/items"),
        ("GET", "conversations/conv_x/items/msg_x"),
        ("DELETE", "conversations/conv_x/items/msg_x"),
    ]:
        refused(client.request(method, f"/v1/{path}"), 404)


def test_too_long_a_history_has_the_code_that_clients_know(client):
    body = {"model": "m", "input": "one two three four " * 40_000}
    assert refused(client.post(RESPONSES, json=body), 400)["code"] == "context_length_exceeded"


def test_what_had_no_effect_is_named_and_refused_under_strict(serve, client):
    body = {"model": "m", "input": [USER, {"type": "of_tomorrow"}], "of_tomorrow": 1}
    strict = serve("--served-model-name", "m", "--strict", script={}).ready()
    with strict.client() as other:
        error = refused(other.post(RESPONSES, json=body), 400)
    assert error["code"] == "unsupported_value"
    assert error["param"] in {"of_tomorrow", "input[1]", "input[1].type"}
