"""Replies that nobody waits for, and whoever comes to read one while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from smgd import _core
from smgd._core import Error, Prepared
from smgd.engine import Engine
from smgd.events import after
from smgd.keeper import Keeper
from smgd.pushed import Pushed
from smgd.reply import ignored

# Responses that could not be stored at their end, which only this server can tell of.
MAX_LOST = 256
NOT_STORED = Error.not_stored("").code


class Background:
    """A sink without a client: all of its events are kept for those who read them."""

    submitted_at = 0.0
    last_token_at = 0.0
    sent_at = 0.0

    def __init__(
        self,
        prepared: Prepared,
        on_end: Callable[[Background, Error | None], None],
        on_over: Callable[[], None],
    ) -> None:
        self.prepared = prepared
        self.on_over = on_over
        self.record = b""
        """The response object as it was when it began."""
        self.ended = asyncio.Event()
        """Set once the response has its last state and that is stored, or could not be."""
        self._on_end = on_end
        self._log = bytearray()
        self._readers: set[Reader] = set()

    @property
    def events(self) -> bytes:
        """Everything so far."""
        return bytes(self._log)

    @property
    def waits(self) -> bool:
        """Whether a reader waits; a sign of life is an event like any other, and all get it."""
        return any(reader.waits for reader in self._readers)

    def hold(self, data: bytes) -> None:
        """Keep bytes; readers get them with the next push."""
        self._log += data
        for reader in self._readers:
            reader.hold(data)

    def push(self, data: bytes) -> None:
        """Keep bytes, and send them to the readers."""
        self._log += data
        for reader in self._readers:
            reader.push(data)

    def finish(self, data: bytes, error: Error | None) -> None:
        """Keep the last bytes; readers are done with them, however the response ended."""
        self._log += data
        self.ended.set()
        for reader in self._readers:
            reader.finish(data, None)
        self._on_end(self, error)

    def add(self, reader: Reader) -> None:
        """Send a reader what it has not seen, and from now on what comes."""
        unseen = after(self.events, reader.seen)
        if self.ended.is_set():
            reader.finish(unseen, None)
            return
        if unseen:
            reader.push(unseen)
        self._readers.add(reader)

    def remove(self, reader: Reader) -> None:
        """A reader left; the reply goes on."""
        self._readers.discard(reader)


class Reader(Pushed):
    """A client that reads a background reply's events, from any of them on."""

    def __init__(self, background: Background, seen: int) -> None:
        """seen  sequence number of the last event that it has; -1 before the first"""
        super().__init__(
            background.prepared.id, streams=True, headers=ignored(background.prepared.ignored)
        )
        self.seen = seen
        self._background = background

    def begin(self) -> None:
        """Come to read."""
        self._background.add(self)

    def leave(self) -> None:
        """Read no more."""
        self._background.remove(self)


class Backgrounds:
    """The background responses that this server works on, by id."""

    def __init__(self, engine: Engine, keeper: Keeper) -> None:
        self._engine = engine
        self._keeper = keeper
        self._running: dict[str, Background] = {}
        self._lost: dict[str, bytes] = {}

    async def begin(self, prepared: Prepared, on_over: Callable[[], None]) -> Background:
        """Begin a reply; it is stored as queued when this returns. raises Error

        on_over  called once it has its end, or could not begin
        """
        background = Background(prepared, self._ended, on_over)
        self._running[prepared.id] = background
        self._engine.submit(prepared, background)
        background.record = self._engine.object(prepared.request)
        try:
            await self._keeper.begin(background, background.record)
        except Error:
            self._engine.abort(prepared.request)
            self._running.pop(prepared.id, None)
            background.ended.set()
            on_over()
            raise
        return background

    def get(self, id: str) -> Background | None:
        """The response of this id, if it is running here."""
        return self._running.get(id)

    async def record(self, id: str) -> bytes:
        """The response object of what runs here as it stands, or of what could not be stored.

        Empty for everything else.
        """
        background = self._running.get(id)
        if background is None:
            return self._lost.get(id, b"")
        record = self._engine.object(background.prepared.request)
        if not record:
            # It has its end, but that is still being stored.
            await background.ended.wait()
        return record or self._lost.get(id, b"")

    async def cancel(self, id: str) -> None:
        """End what runs here; it is stored when this returns. Nothing happens to anything else."""
        background = self._running.get(id)
        if background is not None:
            self._engine.cancel(background.prepared.request)
            await background.ended.wait()

    def forget(self, id: str) -> bool:
        """Whether it was one that could not be stored; it is no more."""
        return self._lost.pop(id, None) is not None

    def _ended(self, background: Background, error: Error | None) -> None:
        id = background.prepared.id
        self._running.pop(id, None)
        background.on_over()
        if error is None or error.code != NOT_STORED:
            return
        if len(self._lost) == MAX_LOST:
            del self._lost[next(iter(self._lost))]
        self._lost[id] = _core.failed(background.record, error)
