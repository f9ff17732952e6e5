"""What of a stream follows an event."""

from hypothesis import given
from hypothesis import strategies as st

from smgd.events import after, resumed


def stream(num_events):
    """A stream of so many numbered events and its end."""
    events = [b'event: e\ndata: {"sequence_number":%d}\n\n' % at for at in range(num_events)]
    return [*events, b"data: [DONE]\n\n"]


@given(num_events=st.integers(1, 30), seen=st.integers(-1, 40))
def test_what_follows_an_event_are_those_with_higher_numbers(num_events, seen):
    parts = stream(num_events)
    assert after(b"".join(parts), seen) == b"".join(parts[seen + 1 :])


@given(num_events=st.integers(1, 30), seen=st.integers(-1, 4000))
def test_a_reader_of_more_events_than_are_replayed_still_gets_the_response(num_events, seen):
    parts = stream(num_events)
    expected = parts[min(seen + 1, num_events - 1) :]
    assert resumed(b"".join(parts), seen) == b"".join(expected)


def test_an_event_that_is_not_whole_is_not_skipped_over():
    assert after(b"data: 0\n\ndata: 1", 0) == b"data: 1"
    assert after(b"data: 0\n\ndata: 1", 1) == b""
