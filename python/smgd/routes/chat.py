"""POST /v1/chat/completions."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from smgd.front import body
from smgd.reply import Reply


async def create(request: Request) -> Response:
    """Answer one chat completion.

    Everything that can be refused is refused before the first byte: a started response has already
    said 200. Headers leave when the request is admitted, not with the first token; the worker's
    steps then push chunks straight into the connection.
    """
    engine = request.app.state.engine
    prepared = await engine.prepare_chat(await body(request))
    return Reply(engine, prepared)
