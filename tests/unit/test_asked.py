"""What a body asks of the Responses API, as the binding gives it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smgd import _core
from smgd._core import Asked, Error, Prepared, Ticket

DEMO = Path(_core.__file__).parent / "demo" / "model"
SECRET = bytes(range(32))
MODEL = _core.Model.load(str(DEMO), served_names=["demo"], secret=SECRET)
TICKET = Ticket(request=1, id="resp_1", created=1, seed=1, max_model_len=500)


def asked(**fields: Any) -> Asked:
    """A request's body, parsed."""
    return Asked.parse(json.dumps({"input": "hi"} | fields).encode())


def prepare(
    request: Asked, items: object = (), referenced: object = None, model: _core.Model = MODEL
) -> Prepared:
    """A response as the engine prepares it."""
    return model.prepare_responses(
        request,
        json.dumps(list(items) if isinstance(items, tuple) else items).encode(),
        json.dumps(referenced or {}).encode(),
        TICKET,
    )


def test_what_needs_the_store_is_named():
    request = asked(
        input=[{"type": "item_reference", "id": "rs_1"}, "hi"], previous_response_id="resp_0"
    )
    assert (request.previous_response_id, request.conversation) == ("resp_0", None)
    assert request.references == ["rs_1"]
    assert (request.stream, request.store, request.background) == (False, True, False)
    assert request.body_bytes > 50
    assert asked(conversation={"id": "conv_1"}).conversation == "conv_1"


def test_a_prepared_response_says_how_it_is_kept_and_what_had_no_effect():
    request = asked(
        store=False, stream=True, tools=[{"type": "web_search"}], client_metadata={"a": 1}
    )
    prepared = prepare(request)
    assert (prepared.stored, prepared.stream, prepared.background) == (False, True, False)
    assert prepared.ignored == ["tools[0].type=web_search", "client_metadata"]
    (item,) = json.loads(prepared.input_items)
    assert item["id"].startswith("msg_")
    assert item["content"] == [{"type": "input_text", "text": "hi"}]
    chained = prepare(asked(conversation="conv_1"))
    assert (chained.conversation, chained.previous_response_id) == ("conv_1", None)


def test_earlier_items_and_references_are_part_of_the_prompt():
    said = {"id": "msg_0", "type": "message", "role": "user", "content": "before"}
    alone, after = prepare(asked()), prepare(asked(), [said])
    by_reference = prepare(
        asked(input=[{"type": "item_reference", "id": "msg_0"}, "hi"]), [], {"msg_0": said}
    )
    assert after.prompt_len == by_reference.prompt_len > alone.prompt_len
    items = json.dumps([said]).encode()
    assert MODEL.count_responses(asked(), items, b"{}") == after.prompt_len
    with pytest.raises(Error) as refused:
        prepare(asked(input=[{"type": "item_reference", "id": "msg_9"}]))
    assert (refused.value.status, refused.value.param) == (400, "input[0].id")


def test_a_strict_model_refuses_what_has_no_effect_in_every_dialect():
    strict = _core.Model.load(str(DEMO), served_names=["demo"], strict=True)
    with pytest.raises(Error) as refused:
        prepare(asked(truncation="auto"), model=strict)
    assert (refused.value.code, refused.value.param) == ("unsupported_value", "truncation")
    body = json.dumps({"messages": [{"role": "user", "content": "hi"}], "vendor": 1}).encode()
    with pytest.raises(Error) as refused:
        strict.prepare_chat(body, TICKET)
    assert refused.value.param == "vendor"
    assert prepare(asked(), model=strict).ignored == []


def test_settings_that_are_none_are_refused():
    for wrong in ({"reasoning_events": "loud"}, {"secret": b"short"}):
        with pytest.raises((ValueError, TypeError)):
            _core.Model.load(str(DEMO), served_names=["demo"], **wrong)


def test_what_is_put_into_a_conversation_is_kept_in_full():
    body = json.dumps({"metadata": {"a": "b"}, "items": [{"role": "user", "content": "x"}], "y": 1})
    conversation = MODEL.conversation(body.encode(), id="conv_1")
    assert json.loads(conversation.metadata or b"") == {"a": "b"}
    assert json.loads(conversation.items)[0]["type"] == "message"
    assert conversation.ignored == ["y"]
    assert MODEL.conversation(b"", id="conv_1").metadata is None
    with pytest.raises(Error) as refused:
        MODEL.conversation(b'{"items": [{"role": "user"}]}', id="conv_1")
    assert refused.value.param == "items[0].content"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "role", "content", "id", "call_id", "output", "name"]),
            inner | st.sampled_from(["message", "user", "function_call", "reasoning"]),
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["input", "tools", "tool_choice", "reasoning", "text", "include", "store"]),
        json_values,
    )
)
def test_any_json_is_a_response_or_a_400_with_its_field(fields):
    refused: Error | None = None
    try:
        prepare(asked(**fields))
    except Error as error:
        refused = error
    assert refused is None or (refused.status == 400 and refused.param), refused
