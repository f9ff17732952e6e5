"""A reply on its way to the client that asked: pushed by the worker's steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from smgd._core import Prepared
from smgd.pushed import Header, Pushed
from smgd.sink import Sink

# Bytes that one header may take: proxies refuse about 8,000 for all of them.
MAX_HEADER_BYTES = 2000


class Source(Protocol):
    """What a reply needs of the engine."""

    def submit(self, prepared: Prepared, sink: Sink) -> None:
        """Begin; `sink` is pushed and finished from now on."""

    def abort(self, request: int) -> None:
        """The client is gone; nothing happens for a request that is not live."""


class Reply(Pushed):
    """A reply whose client waits for it: it ends where the client leaves."""

    submitted_at = 0.0
    last_token_at = 0.0
    sent_at = 0.0
    events = b""

    def __init__(
        self, engine: Source, prepared: Prepared, on_over: Callable[[], None] | None = None
    ) -> None:
        """on_over  called once the exchange is over, however it ended"""
        super().__init__(prepared.id, streams=prepared.stream, headers=ignored(prepared.ignored))
        self.prepared = prepared
        self._engine = engine
        self._on_over = on_over

    def begin(self) -> None:
        """Hand the request to the engine."""
        self._engine.submit(self.prepared, self)

    def leave(self) -> None:
        """Free what is held for a client that is gone."""
        self._engine.abort(self.prepared.request)
        if self._on_over:
            self._on_over()


def ignored(names: Sequence[str]) -> list[Header]:
    """The header that names what of the request had no effect; none where all had.

    names  each fit for a header, as the core tells them; what does not fit is counted
    """
    if not names:
        return []
    words: list[str] = []
    room = MAX_HEADER_BYTES
    for name in names:
        room -= len(name) + 2
        if room < 0:
            words.append(f"and {len(names) - len(words)} more")
            break
        words.append(name)
    return [(b"x-smgd-ignored", ", ".join(words).encode())]
