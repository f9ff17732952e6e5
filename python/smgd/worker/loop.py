"""The worker's loop: frames in, one step, frames out. Asleep when there is nothing to do."""

import logging
import select
import socket
import time
from collections import defaultdict

from smgd import _core

from .batcher import Advance, Batcher, Outcome

log = logging.getLogger("smgd.worker")

READ_BYTES = 1 << 18
STATE_INTERVAL_S = 0.1
"""Metrics need no more than ten pictures of the worker a second."""


class Port:
    """One server's socket, and what came over it that is not yet a whole frame."""

    __slots__ = ("_pending", "open", "socket")

    def __init__(self, end: socket.socket) -> None:
        self.socket, self.open = end, True
        self._pending = bytearray()

    def frames(self) -> list[bytes]:
        """Whole frames that have come; closes the port when the server is gone."""
        try:
            data = self.socket.recv(READ_BYTES)
        except OSError:
            data = b""
        if not data:
            self.open = False
            return []
        self._pending += data
        found: list[bytes] = []
        start = 0
        while len(self._pending) - start >= _core.HEADER_BYTES:
            head = bytes(self._pending[start : start + _core.HEADER_BYTES])
            try:
                stop = start + _core.HEADER_BYTES + _core.frame_length(head)
            except ValueError as error:
                # Where the next frame starts cannot be known any more.
                log.warning("a server does not speak this worker's frames: %s", error)
                self.open = False
                return found
            if len(self._pending) < stop:
                break
            found.append(bytes(self._pending[start:stop]))
            start = stop
        del self._pending[:start]
        return found

    def send(self, frame: bytes) -> None:
        """Send a frame, waiting if the server is behind; closes the port when it is gone."""
        try:
            self.socket.sendall(frame)
        except OSError:
            self.open = False


class Loop:
    """Reads all servers' frames, steps, and answers each."""

    def __init__(self, ports: list[Port], batcher: Batcher, generation: int) -> None:
        self._ports, self._batcher, self._generation = ports, batcher, generation
        self._step = 0
        self._state_due_s = 0.0

    def run(self) -> None:
        """Serve until the last server is gone."""
        self._tell_state()
        while self._listen():
            if self._batcher.busy:
                self._step += 1
                self._answer(self._batcher.step())
                self._tell_state()

    def _listen(self) -> bool:
        """Take in what the servers sent, waiting only when there is nothing to compute.

        Returns whether any server is left.
        """
        ends = {port.socket.fileno(): index for index, port in enumerate(self._ports) if port.open}
        if not ends:
            return False
        for end in readable(list(ends), 0 if self._batcher.busy else None):
            index = ends[end]
            for frame in self._ports[index].frames():
                self._take(index, frame)
            if not self._ports[index].open:
                self._batcher.leave(index)
        return True

    def _take(self, port: int, frame: bytes) -> None:
        try:
            message = _core.decode_frame(frame)
        except ValueError as error:
            log.warning("a server sent a frame that cannot be read: %s", error)
            return
        if isinstance(message, _core.Submit):
            self._answer(self._batcher.submit(port, message))
        elif isinstance(message, list):
            self._batcher.abort(port, message)
            self._tell_state()
        else:
            log.warning("a server sent a %s frame; ignored", _core.frame_kind(frame)[0])

    def _answer(self, outcome: Outcome) -> None:
        """Send each server its part: one tokens frame, and an error frame per failed request."""
        by_port: dict[int, list[Advance]] = defaultdict(list)
        for advance in outcome.advances:
            by_port[advance.sequence.port].append(advance)
        for port, advances in by_port.items():
            self._ports[port].send(_tokens(self._generation, self._step, advances))
        for refusal in outcome.refusals:
            self._ports[refusal.port].send(
                _core.encode_error(self._generation, self._step, refusal.request, refusal.message)
            )

    def _tell_state(self) -> None:
        """Send the numbers for metrics: first of all, now and then while stepping, when idle."""
        now = time.monotonic()
        if self._batcher.busy and now < self._state_due_s:
            return
        self._state_due_s = now + STATE_INTERVAL_S
        batcher, counters = self._batcher, self._batcher.counters
        frame = _core.encode_state(
            self._generation,
            self._step,
            num_running=batcher.num_running,
            num_waiting=batcher.num_waiting,
            pages_used=batcher.pages.num_used,
            num_pages=batcher.pages.capacity,
            prompt_tokens=counters.prompt_tokens,
            generated_tokens=counters.generated_tokens,
            num_preemptions=counters.num_preemptions,
        )
        for port in self._ports:
            if port.open:
                port.send(frame)


def readable(ends: list[int], wait_s: float | None) -> list[int]:
    """Which of these file descriptors have something to read; None waits until one has.

    Not `select`, which takes no descriptor from 1024 on: a worker's socket has the number that was
    free in its server, however many connections that had.
    """
    poll = select.poll()
    for end in ends:
        poll.register(end, select.POLLIN)
    return [end for end, _ in poll.poll(None if wait_s is None else wait_s * 1000)]


def _tokens(generation: int, step: int, advances: list[Advance]) -> bytes:
    """One step's tokens frame."""
    asked = any(advance.logprobs for advance in advances)
    return _core.encode_tokens(
        generation,
        step,
        [advance.sequence.wire_id for advance in advances],
        [len(advance.ids) for advance in advances],
        [token for advance in advances for token in advance.ids],
        [int(advance.end) for advance in advances],
        [advance.logprobs for advance in advances] if asked else None,
    )
