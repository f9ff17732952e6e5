"""A reply between its client and the engine, and the header that says what had no effect."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from smgd.reply import MAX_HEADER_BYTES, Reply, ignored


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
    named = ignored(["top_logprobs", "tools[2] (web_search)", "naïve, or not\r\n"])
    expected = b"top_logprobs, tools[2] (web_search), na%C3%AFve%2C or not%0D%0A"
    assert named == [(b"x-smgd-ignored", expected)]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=300))
def test_any_name_makes_a_sound_header_of_bounded_length(names):
    ((_, value),) = ignored(names)
    assert len(value) < MAX_HEADER_BYTES + 20
    assert all(0x20 <= byte <= 0x7E for byte in value)
