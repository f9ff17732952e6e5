"""Which requests the running worker has, and which of them may have killed the one before.

The second death of a worker makes everyone who was there a suspect. Suspects then begin one at a
time, and newcomers after them: a suspect that gets past the point where it was when the worker died
is cleared, so a trial takes one step, and a death during it has one culprit, which fails alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

SUSPECT_DEATHS = 2

Submission = tuple[int, bytes]
"""A request's number and its submit frame."""


class Roster:
    """Hands submissions to the worker, at once or one after another."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._running = False
        self._deaths: dict[int, int] = {}
        self._submitted: set[int] = set()
        self._suspects: deque[Submission] = deque()
        self._others: list[Submission] = []
        self.on_trial: int | None = None

    def add(self, request: int, frame: bytes) -> None:
        """Take a new request; without a worker it waits for `begin`."""
        self._deaths[request] = 0
        if not self._running:
            return
        if self.on_trial is None:
            self._hand_over(request, frame)
        else:
            self._others.append((request, frame))

    def begin(self, live: Sequence[Submission]) -> None:
        """Give every live request to a worker that has just become ready."""
        self._running = True
        self._suspects.clear()
        self._others.clear()
        for request, frame in live:
            suspect = self._deaths[request] >= SUSPECT_DEATHS
            (self._suspects if suspect else self._others).append((request, frame))
        self._go_on()

    def clear(self) -> None:
        """End the trial well: the suspect got further than the last worker let it."""
        self._go_on()

    def remove(self, request: int) -> None:
        """Forget a request that is not live any more."""
        self._deaths.pop(request, None)
        self._submitted.discard(request)
        if request == self.on_trial and self._running:
            self._go_on()

    def blame(self) -> int | None:
        """Note the worker's death. returns the one request that must be at fault, if any"""
        present = self._submitted if self.on_trial is None else {self.on_trial}
        self._running = False
        self._submitted = set()
        self.on_trial = None
        for request in present:
            self._deaths[request] += 1
        if len(present) != 1:
            return None
        (request,) = present
        return request if self._deaths[request] >= SUSPECT_DEATHS else None

    def _hand_over(self, request: int, frame: bytes) -> None:
        self._submitted.add(request)
        self._send(frame)

    def _go_on(self) -> None:
        """Begin the next trial; after the last one, everyone else."""
        self.on_trial = None
        while self._suspects:
            request, frame = self._suspects.popleft()
            if request in self._deaths:
                self.on_trial = request
                self._hand_over(request, frame)
                return
        for request, frame in self._others:
            if request in self._deaths:
                self._hand_over(request, frame)
        self._others.clear()
