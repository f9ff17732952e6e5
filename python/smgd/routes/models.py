"""GET /v1/models and /v1/models/{id}."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import Response

from smgd._core import Error
from smgd.engine import Engine
from smgd.routes.answers import json

STARTED = int(time.time())


async def list_all(request: Request) -> Response:
    """Every name the model answers to."""
    engine: Engine = request.app.state.engine
    cards = [card(engine, name) for name in engine.model.names]
    return json({"object": "list", "data": cards})


async def retrieve(request: Request) -> Response:
    """One name's card."""
    engine: Engine = request.app.state.engine
    model = engine.model
    name = request.path_params["model"]
    if name not in model.names:
        raise Error.model_not_found(name[:200], model.names)
    return json(card(engine, name))


def card(engine: Engine, name: str) -> dict[str, object]:
    """OpenAI's model object, with the context's length as vLLM adds it."""
    return {
        "id": name,
        "object": "model",
        "created": STARTED,
        "owned_by": "smgd",
        "root": engine.model.names[0],
        "parent": None,
        "max_model_len": engine.max_model_len,
    }
