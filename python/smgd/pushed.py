"""A body that is pushed from outside, straight into the connection.

No queue, generator or task stands between a push and the socket. A `send()` that would block (the
reader is slow) moves to a task of its own, and what comes meanwhile is joined until it is done.
"""

from __future__ import annotations

import asyncio
import logging
import types
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any, cast

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from smgd import errors
from smgd._core import Error
from smgd.exchange import exchange

log = logging.getLogger("smgd")

# What a reader that does not read may keep us holding, in bytes: about 18,000 chunks. After that
# it is dropped.
MAX_HELD_BYTES = 4 << 20

Header = tuple[bytes, bytes]

STREAM_HEADERS: list[Header] = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


class Pushed(Response):
    """An ASGI response between `begin` and `leave`, which say where its body comes from."""

    def __init__(self, name: str, *, streams: bool, headers: Sequence[Header] = ()) -> None:
        self.streams = streams
        self._name = name
        self._own_headers = list(headers)
        self._held = bytearray()
        self._complete = False
        self._ended = False
        self._blocked: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """The exchange is open: pushes may come from now on."""
        raise NotImplementedError

    def leave(self) -> None:
        """The exchange is over, however it ended."""
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """Run until the body is complete or the client is gone, whichever comes first.

        uvicorn says `http.disconnect` for both; other servers cancel instead, hence the `finally`.
        """
        here = exchange(scope)
        self._send = cast("Callable[[Message], Coroutine[Any, Any, None]]", here.send)
        self._own_headers.append(here.header)
        self._task = asyncio.current_task()
        try:
            if self.streams:
                await self._send(start(200, [*STREAM_HEADERS, *self._own_headers]))
            self.begin()
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self.leave()
            if self._blocked:
                self._blocked.cancel()

    @property
    def waits(self) -> bool:
        """Whether a client waits for bytes that do not come: it streams, and has read all."""
        return self.streams and self._blocked is None

    def hold(self, data: bytes) -> None:
        """Keep bytes for the next push."""
        self._held += data

    def push(self, data: bytes) -> None:
        """Send bytes of a stream, after those that are held."""
        if self._blocked is None:
            self._run(self._send(body(self._take(data))))
            return
        self._held += data
        if len(self._held) > MAX_HELD_BYTES:
            self._drop()

    def finish(self, data: bytes, error: Error | None) -> None:
        """Send the last bytes of a stream, or the whole of a reply that is not streamed."""
        self._complete = True
        if not self.streams:
            self._ended = True
            self._run(self._answer(data, error))
        elif self._blocked is None:
            self._ended = True
            self._run(self._send(body(self._take(data), more=False)))
        else:
            self._held += data

    async def _answer(self, data: bytes, error: Error | None) -> None:
        status, headers = (
            200,
            [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(data)).encode()),
            ],
        )
        if error is not None:
            status, headers, data = error.status, errors.headers(error), error.body
        await self._send(start(status, [*headers, *self._own_headers]))
        await self._send(body(data, more=False))

    def _take(self, data: bytes) -> bytes:
        if not self._held:
            return data
        data = bytes(self._held) + data
        self._held.clear()
        return data

    def _run(self, sending: Coroutine[Any, Any, None]) -> None:
        """Send without a task, unless it would block."""
        try:
            waited = sending.send(None)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001 - as below
            self._fail(error)
            return
        self._blocked = asyncio.create_task(self._unblock(waited, sending))

    async def _unblock(self, waited: object, started: Coroutine[Any, Any, None]) -> None:
        """Finish the send that waits, then send what came meanwhile, until nothing did."""
        try:
            await resume(waited, started)
            while self._held or self._complete > self._ended:
                self._ended = self._complete
                await self._send(body(self._take(b""), more=not self._ended))
        except Exception as error:  # noqa: BLE001 - a server's send may raise anything
            self._fail(error)
        self._blocked = None

    def _fail(self, error: Exception) -> None:
        log.error("could not send %s to its client", self._name, exc_info=error)
        self._drop()

    def _drop(self) -> None:
        """Leave a client that cannot be served; the request's own task frees the rest."""
        self._held.clear()
        if self._task:
            self._task.cancel()


@types.coroutine
def resume(waited: object, started: Coroutine[Any, Any, None]) -> Generator[Any, Any, None]:
    """Go on, inside a task, with a coroutine that was run by hand until it waited."""
    yield waited
    yield from started


def start(status: int, headers: list[Header]) -> Message:
    """The message that begins an answer."""
    return {"type": "http.response.start", "status": status, "headers": headers}


def body(data: bytes, *, more: bool = True) -> Message:
    """The message that carries a part of the body."""
    return {"type": "http.response.body", "body": data, "more_body": more}
