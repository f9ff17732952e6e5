"""GET /v1/models and /v1/models/{id}."""

from __future__ import annotations

import time

import orjson
from starlette.requests import Request
from starlette.responses import Response

from smgd._core import Error, Model

STARTED = int(time.time())


async def list_all(request: Request) -> Response:
    """Every name the model answers to."""
    model: Model = request.app.state.engine.model
    cards = [card(model, name) for name in model.names]
    return json({"object": "list", "data": cards})


async def retrieve(request: Request) -> Response:
    """One name's card."""
    model: Model = request.app.state.engine.model
    name = request.path_params["model"]
    if name not in model.names:
        raise Error.model_not_found(name[:200], model.names)
    return json(card(model, name))


def card(model: Model, name: str) -> dict[str, object]:
    """OpenAI's model object, with the context's length as vLLM adds it."""
    return {
        "id": name,
        "object": "model",
        "created": STARTED,
        "owned_by": "smgd",
        "root": model.names[0],
        "parent": None,
        "max_model_len": model.max_model_len,
    }


def json(value: object) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(value), media_type="application/json")
