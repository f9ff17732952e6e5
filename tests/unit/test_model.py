"""The served model as Python sees it, on the embedded model's configuration."""

import json
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smgd import _core

DEMO = Path(_core.__file__).parent / "demo" / "model"
MODEL = _core.Model.load(str(DEMO), served_names=["demo", "alias"])


def prepare(**fields):
    request = {"model": "demo", "messages": [{"role": "user", "content": "Hello"}], **fields}
    return prepare_body(json.dumps(request).encode())


def prepare_body(body):
    ticket = _core.Ticket(
        request=3, id="chatcmpl-3", created=1_768_435_200, seed=7, max_model_len=4096
    )
    return MODEL.prepare_chat(body, ticket)


def submitted(prepared):
    """What the worker is told of a prepared request."""
    frame, _ = _core.Replies(MODEL).open(prepared, 1)
    message = _core.decode_frame(frame)
    assert isinstance(message, _core.Submit)
    return message


def test_a_model_tells_what_its_folder_says():
    config = json.loads((DEMO / "config.json").read_text())
    assert MODEL.names == ["demo", "alias"]
    assert (MODEL.max_model_len, MODEL.vocab_size) == (65_536, config["vocab_size"])
    assert MODEL.decode([MODEL.stop_ids[-1]]) == b"<|im_end|>"
    assert MODEL.sampling_defaults == {"temperature": 0.6, "top_p": 0.95, "top_k": 20}
    assert (MODEL.reasoning_format, MODEL.tool_format) == ("qwen3", "hermes")
    assert MODEL.formats_reason == (
        "tools hermes: the template writes <tool_call>, round trip ok; "
        "reasoning qwen3: the template writes <think>, round trip ok"
    )
    assert MODEL.warnings == []


def load(**options):
    return _core.Model.load(str(DEMO), served_names=["demo"], **options)


def test_a_named_format_is_the_one_that_replies_are_read_in():
    told = load(tool_call_parser="qwen25", reasoning_parser="none")
    assert (told.tool_format, told.reasoning_format) == ("hermes", None)
    assert told.formats_reason.startswith("tools hermes: set by --tool-call-parser, round trip ok")
    assert load(tool_call_parser="off").tool_format is None


def test_a_format_that_does_not_read_what_the_template_writes_is_a_warning_that_names_the_flag():
    told = load(tool_call_parser="mistral")
    assert told.tool_format == "mistral"
    [warning] = told.warnings
    assert "mistral does not read what the chat template writes" in warning
    assert "--tool-call-parser" in warning


def test_calls_in_a_format_of_nobodys_are_a_warning_that_names_the_flag():
    template = (
        "{% for m in messages %}<|im_start|>{{ m.content }}{% for call in m.tool_calls %}"
        "!{{ call.function.name }}!{{ call.function.arguments }}!{% endfor %}<|im_end|>{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>{% endif %}"
    )
    told = load(chat_template=template)
    assert told.tool_format is None
    assert any("--tool-call-parser" in warning for warning in told.warnings)


def test_a_template_that_shows_no_calls_has_them_told_in_words():
    template = "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}"
    told = load(chat_template=template)
    assert told.tool_format == "hermes"
    assert "told in words" in told.formats_reason
    assert told.warnings == []


def test_a_marker_that_the_tokenizer_lacks_is_a_warning_by_name():
    template = "{% for m in messages %}<|turn|>{{ m.content }}<|im_end|>{% endfor %}"
    [warning] = load(chat_template=template).warnings
    assert "<|turn|>" in warning


def test_the_names_of_formats_are_ours_and_other_servers():
    tools = dict(_core.tool_call_parsers())
    assert list(tools)[:2] == ["auto", "none"]
    assert "qwen25" in tools["hermes"]
    assert "deepseek_r1" in dict(_core.reasoning_parsers())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"folder": "/nowhere"}, "config.json: no such file"),
        ({"served_names": []}, "at least one is required"),
        ({"max_model_len": 65_537}, "its context is 65536 tokens"),
        ({"chat_template": "{% if %}"}, "cannot be compiled"),
        ({"tokenizer": "/nowhere"}, "tokenizer.json: No such file"),
        ({"tool_call_parser": "hermez"}, 'there is no tool-call parser named "hermez"; there are'),
        ({"reasoning_parser": ""}, 'there is no reasoning parser named ""; there are auto, none'),
    ],
)
def test_a_model_that_cannot_be_loaded_says_why(options, reason):
    options = {"folder": str(DEMO), "served_names": ["demo"], **options}
    with pytest.raises(ValueError, match=reason):
        _core.Model.load(options.pop("folder"), **options)


def test_a_prepared_request_has_what_the_server_asks_of_it():
    prepared = prepare(model="alias", stream=True, n=2, max_tokens=5)
    assert (prepared.request, prepared.id, prepared.model) == (3, "chatcmpl-3", "alias")
    assert (prepared.stream, prepared.num_choices, prepared.max_tokens) == (True, 2, 5)
    assert prepared.prompt_len == len(submitted(prepared).prompt_ids)
    assert prepare().max_tokens == 4096 - prepared.prompt_len


def test_the_worker_is_told_the_clients_choices_over_the_checkpoints():
    submit = submitted(prepare(temperature=0, seed=-1, stop_token_ids=[65]))
    assert (submit.temperature, submit.top_k) == (0, 20)
    assert submit.top_p == pytest.approx(0.95)
    assert submit.seed == 2**64 - 1
    assert submit.stop_ids == [*MODEL.stop_ids, 65]
    assert submitted(prepare()).seed == 7


def test_a_refusal_is_an_exception_with_openais_face():
    with pytest.raises(_core.Error) as caught:
        prepare(temperature=-1)
    error = caught.value
    assert str(error) == '"temperature" must be a number from 0 to 2, got -1'
    assert (error.status, error.code, error.param) == (400, "invalid_value", "temperature")
    assert error.retry_after_s is None
    assert json.loads(error.body)["error"]["message"] == str(error)


def test_every_error_the_server_makes_is_an_error():
    made = [
        _core.Error.body_too_large(10, "11"),
        _core.Error.unsupported_media_type("text/plain"),
        _core.Error.not_found("GET", "/x"),
        _core.Error.method_not_allowed("GET", "/x", "POST"),
        _core.Error.model_not_found("a", ["b", "c"]),
        _core.Error.unauthorized(),
        _core.Error.overloaded(9, 2),
        _core.Error.draining(),
        _core.Error.not_ready("loading"),
        _core.Error.worker_lost("r"),
        _core.Error.internal("r"),
    ]
    assert [error.status for error in made] == [
        413,
        415,
        404,
        405,
        404,
        401,
        429,
        503,
        503,
        500,
        500,
    ]
    assert made[6].retry_after_s == 2
    assert 'this server has "b", "c"' in str(made[4])
    samples = {error.code for error in _core.Error.samples()}
    assert {error.code for error in made} <= samples
    assert all(isinstance(error, Exception) for error in made)


@given(st.text())
def test_any_text_comes_back_from_its_tokens(text):
    assert MODEL.decode(MODEL.encode(text)) == text.encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["messages", "tools", "stop", "n", "logit_bias"]), json_values)
)
def test_any_json_is_a_request_or_a_4xx(fields):
    status = 200
    try:
        prepare(**fields)
    except _core.Error as error:
        status = error.status
    assert status < 500


@given(st.binary(max_size=64))
def test_any_bytes_are_a_request_or_a_4xx(body):
    with pytest.raises(_core.Error) as caught:
        prepare_body(body)
    assert 400 <= caught.value.status < 500


def test_many_threads_prepare_the_same_prompt():
    expected = submitted(prepare()).prompt_ids
    got = []
    threads = [Thread(target=lambda: got.append(submitted(prepare()).prompt_ids)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [expected] * 8
