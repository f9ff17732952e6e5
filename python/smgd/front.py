"""What every exchange passes before a route sees it: a name, the key, and a net for failures."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Collection

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smgd import errors
from smgd._core import Error
from smgd.exchange import Exchange, named
from smgd.metrics import Metrics

log = logging.getLogger("smgd")

MAX_BODY_BYTES = 32 << 20


class Front:
    """Plain ASGI around the routes."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: Collection[str],
        open_paths: Collection[bytes],
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._keys = [digest(key.encode()) for key in keys]
        self._open_paths = frozenset(open_paths)
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an exchange through, or answer it here."""
        if scope["type"] != "http":
            return
        here = Exchange(named(scope["headers"]), send)
        scope["smgd"] = here
        started = False

        async def send_named(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), here.header]
            await send(message)

        try:
            if not self._admits(scope):
                raise Error.unauthorized()
            await self._app(scope, receive, send_named)
        except ClientDisconnect:
            pass
        except Error as error:
            self.refused(error)
            await respond(error)(scope, receive, send_named)
        except (asyncio.CancelledError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # a panic of the core is no Exception
            log.exception("internal error %s", here.request_id)
            if not started:
                ours = Error.internal(here.request_id)
                self.refused(ours)
                await respond(ours)(scope, receive, send_named)

    def refused(self, error: Error) -> None:
        """Count an answer that is an error."""
        self._metrics.counter("refused").add(label=error.code)

    def _admits(self, scope: Scope) -> bool:
        """Judged on the path as sent, before any routing: what is not declared open needs a key."""
        if not self._keys or scope["raw_path"] in self._open_paths:
            return True
        sent = digest(sent_key(scope))
        # Every key is compared, in constant time, so that timing tells nothing.
        return sum(hmac.compare_digest(sent, key) for key in self._keys) > 0


def digest(key: bytes) -> bytes:
    """Keys of one length, whatever was sent."""
    return hashlib.sha256(key).digest()


def sent_key(scope: Scope) -> bytes:
    """The key as OpenAI's clients send it, or as Anthropic's do."""
    headers = dict(scope["headers"])
    scheme, _, key = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() == b"bearer":
        return bytes(key.strip())
    return bytes(headers.get(b"x-api-key", b""))


def respond(error: Error) -> Response:
    """The one way an error becomes an answer before the first byte."""
    response = Response(error.body, status_code=error.status)
    response.raw_headers = errors.headers(error)
    return response


async def body(request: Request) -> bytes:
    """The body of a JSON request. raises Error: not announced as JSON, or too large"""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise Error.unsupported_media_type(kind[:100] or "nothing")
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > MAX_BODY_BYTES:
        raise Error.body_too_large(MAX_BODY_BYTES, announced)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise Error.body_too_large(MAX_BODY_BYTES, f"more than {MAX_BODY_BYTES}")
        parts.append(part)
    return b"".join(parts)
