"""/v1/conversations: made, read, given other metadata, deleted."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

from smgd import _core
from smgd._core import Error
from smgd.engine import Engine
from smgd.front import body
from smgd.routes.answers import json
from smgd.store import Conversation, Store


async def create(request: Request) -> Response:
    """Begin a conversation, with metadata and items if some are sent."""
    store: Store = request.app.state.store
    id = f"conv_{uuid.uuid4().hex}"
    asked = await parsed(request, await body_or_nothing(request), id)
    conversation = Conversation(id, int(time.time()), asked.metadata or b"{}")
    await store.create_conversation(conversation, asked.items)
    return told(conversation, asked.ignored)


async def retrieve(request: Request) -> Response:
    """A conversation without its items."""
    store: Store = request.app.state.store
    return told(await store.conversation(request.path_params["id"]))


async def update(request: Request) -> Response:
    """Give a conversation other metadata."""
    store: Store = request.app.state.store
    id = request.path_params["id"]
    asked = await parsed(request, await body(request), id)
    if asked.metadata is None:
        raise Error.missing_param("metadata", "an object of texts")
    return told(await store.update_conversation(id, asked.metadata), asked.ignored)


async def delete(request: Request) -> Response:
    """Forget a conversation and its items."""
    store: Store = request.app.state.store
    id = request.path_params["id"]
    await store.delete_conversation(id)
    return json({"id": id, "object": "conversation.deleted", "deleted": True})


async def parsed(request: Request, body: bytes, id: str) -> _core.Conversation:
    """What a body puts into a conversation, parsed off the loop: it may be long. raises Error"""
    engine: Engine = request.app.state.engine
    return await asyncio.to_thread(engine.model.conversation, body, id=id)


async def body_or_nothing(request: Request) -> bytes:
    """The body; clients that have nothing to say send none. raises Error"""
    announced = {"content-length", "transfer-encoding"} & set(request.headers)
    if not announced or request.headers.get("content-length") == "0":
        return b""
    return await body(request)


def told(conversation: Conversation, had_no_effect: Sequence[str] = ()) -> Response:
    """OpenAI's conversation object."""
    value = {
        "id": conversation.id,
        "object": "conversation",
        "created_at": conversation.created_at,
        "metadata": orjson.Fragment(conversation.metadata),
    }
    return json(value, had_no_effect)
