"""A stream of the Responses API as bytes: where an event ends, and what follows one.

The k-th event, from 0, has the sequence number k; each ends with a blank line and has none inside.
`[DONE]`, which has no number, comes after the last.
"""

from __future__ import annotations

END = b"\n\n"


def after(events: bytes, seen: int) -> bytes:
    """What follows the event of this number; all of it for -1, nothing after one there is not."""
    at = 0
    for _ in range(seen + 1):
        end = events.find(END, at)
        if end < 0:
            return b""
        at = end + len(END)
    return events[at:]


def resumed(replayed: bytes, seen: int) -> bytes:
    """What follows an event of a stream that was told in more events than are replayed here.

    A reader that has more events than there are still gets the last one, which is the response.
    """
    last = replayed.count(END) - 2
    return after(replayed, min(seen, last - 1))
