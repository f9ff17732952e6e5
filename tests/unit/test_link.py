"""Whole frames out of whatever the socket brings."""

import asyncio
import socket
from itertools import pairwise
from types import SimpleNamespace

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from smgd import _core
from smgd.link import Link, Worker, split

FRAMES = [
    _core.encode_abort(1, []),
    _core.encode_abort(1, [1, 2, 3]),
    _core.encode_error(1, 2, 3, "the model ran out of words"),
    _core.encode_tokens(1, 2, [1, 2], [1, 2], [7, 8, 9], [0, 1]),
]


@given(st.lists(st.sampled_from(FRAMES), max_size=8), st.lists(st.integers(0, 400), max_size=8))
def test_frames_survive_any_cut(frames, cuts):
    data = b"".join(frames)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    seen, rest = [], b""
    for start, end in pairwise(edges):
        whole, rest = split(rest + data[start:end])
        seen += whole
    assert (seen, rest) == (frames, b"")


def test_something_that_is_no_frame_is_an_error():
    with pytest.raises(ValueError, match="version"):
        split(b"\xff" * _core.HEADER_BYTES)


class Ear:
    """Remembers what it hears."""

    def __init__(self):
        self.frames = []
        self.ends = []

    def on_frames(self, frames):
        self.frames += frames

    def on_end(self, reason):
        self.ends.append(reason)


def conversation(story):
    async def main():
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        ear = Ear()
        link = Link(Worker(SimpleNamespace(), ours, 1, 0.0), ear)
        try:
            await story(link, theirs, ear)
        finally:
            link.close()
            ours.close()
            theirs.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def test_a_hang_up_is_heard_once():
    async def story(link, theirs, ear):
        theirs.sendall(FRAMES[1])
        theirs.close()
        await asyncio.sleep(0.05)
        assert ear.frames == [FRAMES[1]]
        assert len(ear.ends) == 1
        link.send(FRAMES[0])

    conversation(story)


def test_garbage_ends_the_conversation():
    async def story(link, theirs, ear):
        theirs.sendall(FRAMES[1] + b"\xff" * 24)
        await asyncio.sleep(0.05)
        assert len(ear.ends) == 1
        assert "not a frame" in ear.ends[0]

    conversation(story)


def test_a_read_that_could_not_be_taken_is_the_end_of_the_worker(monkeypatch):
    async def story(link, theirs, ear):
        def stumble(_frames):
            raise KeyError("a bug")

        monkeypatch.setattr(ear, "on_frames", stumble)
        theirs.sendall(FRAMES[1])
        await asyncio.sleep(0.05)
        assert ear.ends == ["its frames could not be taken"]

    conversation(story)


def test_a_worker_that_does_not_read_delays_frames_but_loses_none():
    async def story(link, theirs, ear):
        frame = _core.encode_abort(1, range(50_000))
        for _ in range(10):
            link.send(frame)
        theirs.setblocking(False)
        loop, seen = asyncio.get_running_loop(), b""
        while len(seen) < 10 * len(frame):
            seen += await loop.sock_recv(theirs, 1 << 16)
        assert seen == frame * 10

    conversation(story)
