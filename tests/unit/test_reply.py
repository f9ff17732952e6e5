"""A reply between its client and the engine, and the header that says what had no effect."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smgd._core import Model, Ticket
from smgd.reply import MAX_HEADER_BYTES, Reply, ignored

DEMO = Path(__file__).parents[2] / "python/smgd/demo/model"


@pytest.fixture(scope="module")
def model():
    return Model.load(str(DEMO), served_names=["m"])


class Source:
    """An engine that only remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def submit(self, prepared, sink):
        self.asked.append(("submit", prepared.request, sink))

    def abort(self, request):
        self.asked.append(("abort", request))


def test_a_reply_is_submitted_when_its_client_listens_and_aborted_when_it_left():
    source = Source()
    prepared = SimpleNamespace(request=1, stream=True, id="chatcmpl-1", ignored=[])
    reply = Reply(source, prepared, lambda: source.asked.append("over"))
    assert source.asked == []
    reply.begin()
    reply.leave()
    assert source.asked == [("submit", 1, reply), ("abort", 1), "over"]


def test_what_had_no_effect_is_named_in_one_header():
    assert ignored([]) == []
    named = ignored(["top_logprobs", "tools[2].type=web_search"])
    assert named == [(b"x-smgd-ignored", b"top_logprobs, tools[2].type=web_search")]


def test_more_than_a_header_holds_is_counted():
    ((_, value),) = ignored([f"field_{number:04}" for number in range(1000)])
    assert len(value) < MAX_HEADER_BYTES + 20
    num_named = value.count(b"field_")
    assert value.endswith(b", and %d more" % (1000 - num_named))


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(), st.none() | st.integers(), max_size=100))
def test_any_name_makes_a_sound_header(model, fields):
    told = {"messages": [{"role": "user", "content": "Hi"}], **{f"no {k}": 1 for k in fields}}
    ticket = Ticket(request=1, id="x", created=1, seed=1, max_model_len=4096)
    prepared = model.prepare_chat(json.dumps(told).encode(), ticket)
    for _, value in ignored(prepared.ignored):
        assert len(value) < MAX_HEADER_BYTES + 20
        assert all(0x20 <= byte <= 0x7E for byte in value)
    assert bool(ignored(prepared.ignored)) == bool(fields)
