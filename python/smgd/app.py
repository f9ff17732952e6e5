"""The ASGI application: routes from one table, behind the front."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp

from smgd._core import Error
from smgd.background import Backgrounds
from smgd.engine import Engine
from smgd.exchange import exchange
from smgd.front import Front, respond
from smgd.routes import TABLE, Level
from smgd.store import Store
from smgd.turns import Turns


def build(
    engine: Engine,
    store: Store,
    *,
    keys: Sequence[str] = (),
    allowed_origins: Sequence[str] = (),
    reasoning_events: str = "summary",
) -> ASGIApp:
    """The whole application over one engine and one store.

    keys              clients must send one of them; none lets everyone in
    allowed_origins   web origins whose pages may call; none sends no CORS headers at all
    reasoning_events  how a stored response's reasoning is streamed again
    """
    app = Starlette(
        routes=[Route(row.path, row.endpoint, methods=[row.method]) for row in TABLE],
        exception_handlers={HTTPException: no_route, Error: refuse, Exception: internal},
    )
    app.router.redirect_slashes = False
    app.state.engine = engine
    app.state.store = store
    app.state.backgrounds = Backgrounds(engine, engine.keeper)
    app.state.turns = Turns()
    app.state.reasoning_events = reasoning_events
    open_paths = [row.path.encode() for row in TABLE if row.level is Level.OPEN]
    front = Front(app, keys=keys, open_paths=open_paths, metrics=engine.metrics)
    app.state.front = front
    if not allowed_origins:
        return front
    return CORSMiddleware(
        front,
        allow_origins=list(allowed_origins),
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["*"],
        expose_headers=["x-request-id", "x-smgd-ignored"],
    )


async def refuse(request: Request, error: Exception) -> Response:
    """A request that was refused before the first byte."""
    assert isinstance(error, Error)
    request.app.state.front.refused(error)
    return respond(error)


async def no_route(request: Request, _error: Exception) -> Response:
    """404, 405 and 426 in the core's words."""
    method, path = request.method, request.url.path[:200]
    allowed = methods_of(request)
    if not allowed:
        return await refuse(request, Error.not_found(method, path))
    if request.headers.get("upgrade", "").lower() == "websocket":
        # Clients that prefer WebSocket take this answer, and no other, as: use HTTP from now on.
        response = await refuse(request, Error.no_websocket(path))
        response.raw_headers += [(b"upgrade", b"HTTP/1.1"), (b"connection", b"upgrade")]
        return response
    response = await refuse(request, Error.method_not_allowed(method, path, ", ".join(allowed)))
    response.raw_headers.append((b"allow", ", ".join(allowed).encode()))
    return response


async def internal(request: Request, _error: Exception) -> Response:
    """What nobody expected; the front logs it under the same id."""
    return await refuse(request, Error.internal(exchange(request.scope).request_id))


def methods_of(request: Request) -> list[str]:
    """The methods that this path takes; none if there is no such path."""
    return sorted(
        method
        for route in request.app.routes
        if route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods
    )
