"""Signs of life for clients whose stream is silent: one timer by the wall clock for all of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from smgd.sink import Sink

# Beats that are due within this part of a period leave together.
SLACK = 0.05


class Heartbeat:
    """Beats for what is live; sleeps while nothing is."""

    def __init__(
        self, period_s: float, live: Mapping[int, Sink], beat: Callable[[int], bytes]
    ) -> None:
        """Begin at the first `start`.

        period_s  how long a stream may be silent, in seconds; 0 for ever
        live      the sinks by request, as they come and go
        beat      a request's sign of life; empty where there is none to give
        """
        self._period_s = period_s
        self._live = live
        self._beat = beat
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Something is live."""
        if self._timer is None and self._period_s:
            self._sleep(self._period_s)

    def close(self) -> None:
        """Beat no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _sleep(self, delay_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._turn)

    def _turn(self) -> None:
        self._timer = None
        now = time.monotonic()
        silent_since = [self._look(*one, now) for one in list(self._live.items())]
        if silent_since:
            due_s = min(silent_since) + self._period_s - now
            self._sleep(max(due_s, self._period_s * SLACK))

    def _look(self, request: int, sink: Sink, now: float) -> float:
        """Beat for one sink if it is time. returns since when it is silent"""
        if now - sink.sent_at < self._period_s * (1 - SLACK):
            return sink.sent_at
        if sink.waits and (data := self._beat(request)):
            sink.push(data)
        sink.sent_at = now
        return now
