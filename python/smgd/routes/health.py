"""Whether the daemon lives, whether it would answer, and what it is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from smgd._core import Error, __version__
from smgd.routes.answers import json


async def livez(_request: Request) -> Response:
    """200 as long as the loop turns: restarting the daemon would not help."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """200 when a request would be answered now, 503 while the worker loads or the daemon drains."""
    engine = request.app.state.engine
    if engine.draining:
        raise Error.draining()
    if engine.ready is None:
        raise Error.not_ready("the worker is loading its weights")
    return PlainTextResponse("ok\n")


async def version(_request: Request) -> Response:
    """The package's version."""
    return json({"version": __version__})


async def root(_request: Request) -> Response:
    """For clients that look whether anyone is there."""
    return PlainTextResponse(f"smgd {__version__}\n")
