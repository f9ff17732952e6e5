"""/v1/conversations: made, read, given other metadata, deleted."""

from __future__ import annotations

import time
import uuid

import orjson
from starlette.requests import Request
from starlette.responses import Response

from smgd import _core
from smgd._core import Error
from smgd.front import body
from smgd.routes.models import json
from smgd.store import Conversation, Store


async def create(request: Request) -> Response:
    """Begin a conversation, with metadata and items if some are sent."""
    store: Store = request.app.state.store
    id = f"conv_{uuid.uuid4().hex}"
    asked = _core.Conversation.parse(await body_or_nothing(request), id=id)
    conversation = Conversation(id, int(time.time()), asked.metadata or b"{}")
    await store.create_conversation(conversation, asked.items)
    return told(conversation)


async def retrieve(request: Request) -> Response:
    """A conversation without its items."""
    store: Store = request.app.state.store
    return told(await store.conversation(request.path_params["id"]))


async def update(request: Request) -> Response:
    """Give a conversation other metadata."""
    store: Store = request.app.state.store
    id = request.path_params["id"]
    asked = _core.Conversation.parse(await body(request), id=id)
    if asked.metadata is None:
        raise Error.missing_param("metadata", "an object of texts")
    return told(await store.update_conversation(id, asked.metadata))


async def delete(request: Request) -> Response:
    """Forget a conversation and its items."""
    store: Store = request.app.state.store
    id = request.path_params["id"]
    await store.delete_conversation(id)
    return json({"id": id, "object": "conversation.deleted", "deleted": True})


async def body_or_nothing(request: Request) -> bytes:
    """The body; clients that have nothing to say send none. raises Error"""
    announced = {"content-length", "transfer-encoding"} & set(request.headers)
    if not announced or request.headers.get("content-length") == "0":
        return b""
    return await body(request)


def told(conversation: Conversation) -> Response:
    """OpenAI's conversation object."""
    return json(
        {
            "id": conversation.id,
            "object": "conversation",
            "created_at": conversation.created_at,
            "metadata": orjson.Fragment(conversation.metadata),
        }
    )
