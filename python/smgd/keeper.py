"""Ends replies: those whose response is stored get their last bytes once it is."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from typing import Any

from smgd._core import Chunk, Error
from smgd.metrics import Metrics
from smgd.sink import Sink
from smgd.store import Store, StoredResponse

log = logging.getLogger("smgd")


class Keeper:
    """Between the engine, whose steps never wait, and the store, which takes its time."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._failed = metrics.counter("failed")
        self._tasks: set[asyncio.Task[None]] = set()
        self._beginning: dict[str, asyncio.Task[None]] = {}

    async def begin(self, sink: Sink, record: bytes) -> None:
        """Store a response that has only begun. raises Error: it could not be stored"""
        id = sink.prepared.id
        self._beginning[id] = self._start(self._put(sink, record, b"", unfinished=True))
        try:
            await asyncio.shield(self._beginning[id])
        except Exception as error:
            raise self._lost(id, error) from error
        finally:
            del self._beginning[id]

    def end(self, chunk: Chunk, sink: Sink) -> None:
        """Give a reply its end; nothing waits here."""
        if not chunk.record:
            sink.finish(chunk.data, chunk.error)
            return
        if chunk.data:
            sink.push(chunk.data)
        self._start(self._keep(chunk, sink))

    async def idle(self) -> None:
        """Wait until everything that ended is stored."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _keep(self, chunk: Chunk, sink: Sink) -> None:
        """Commit, then finish: whoever reads the last bytes may ask for the response at once."""
        id = sink.prepared.id
        if id in self._beginning:
            with contextlib.suppress(Exception):
                await asyncio.shield(self._beginning[id])
        try:
            events = sink.events + chunk.last if sink.events else b""
            await self._put(sink, chunk.record, events, unfinished=False)
        except Exception as error:  # noqa: BLE001 - a database may raise anything
            sink.finish(chunk.unstored, self._lost(id, error))
        else:
            sink.finish(chunk.last, chunk.error)

    async def _put(self, sink: Sink, record: bytes, events: bytes, *, unfinished: bool) -> None:
        prepared = sink.prepared
        await self._store.put(
            StoredResponse(
                id=prepared.id,
                created_at=prepared.created,
                record=record,
                input_items=prepared.input_items,
                previous_response_id=prepared.previous_response_id,
                conversation=prepared.conversation,
                events=events,
                unfinished=unfinished,
            )
        )

    def _lost(self, id: str, why: Exception) -> Error:
        """Tell the operator of what could not be stored. returns what its client is told"""
        told = Error.not_stored(id)
        log.error("could not store %s", id, exc_info=why)
        self._failed.add(label=told.code)
        return told

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
