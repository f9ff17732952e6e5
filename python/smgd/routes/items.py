"""Items: a response's input, and what a conversation holds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

from smgd._core import Error
from smgd.front import body
from smgd.routes import conversations
from smgd.routes.answers import json, written
from smgd.store import Page, Paging, Store

MAX_LIMIT = 100


async def of_response(request: Request) -> Response:
    """What a response was asked, without what came before it."""
    store: Store = request.app.state.store
    return listed(await store.input_items(request.path_params["id"], paging(request)))


async def of_conversation(request: Request) -> Response:
    """What a conversation holds."""
    store: Store = request.app.state.store
    return listed(await store.items(request.path_params["id"], paging(request)))


async def add(request: Request) -> Response:
    """Add items at the end of a conversation."""
    store: Store = request.app.state.store
    # Ids that items lack are of this addition: those of an earlier one are taken.
    asked = await conversations.parsed(request, await body(request), f"add_{uuid.uuid4().hex}")
    if asked.items == b"[]":
        raise Error.missing_param("items", "a non-empty array of items")
    added = await store.add_items(request.path_params["id"], asked.items)
    return listed(added, asked.ignored)


async def retrieve(request: Request) -> Response:
    """One item of a conversation."""
    store: Store = request.app.state.store
    item = await store.item(request.path_params["id"], request.path_params["item_id"])
    return written(item)


async def delete(request: Request) -> Response:
    """Take one item out of a conversation. returns the conversation"""
    store: Store = request.app.state.store
    id, item_id = request.path_params["id"], request.path_params["item_id"]
    return conversations.told(await store.delete_item(id, item_id))


def paging(request: Request) -> Paging:
    """Which part of a list is asked for. raises Error"""
    query = request.query_params
    limit, order = query.get("limit", "20"), query.get("order", "desc")
    if not (
        limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= MAX_LIMIT
    ):
        raise Error.invalid_param("limit", f"a whole number from 1 to {MAX_LIMIT}", limit[:50])
    if order not in {"asc", "desc"}:
        raise Error.invalid_param("order", "asc or desc", order[:50])
    return Paging(int(limit), newest_first=order == "desc", after=query.get("after"))


def listed(page: Page, had_no_effect: Sequence[str] = ()) -> Response:
    """OpenAI's list of items."""
    value = {
        "object": "list",
        "data": [orjson.Fragment(item) for item in page.items],
        "first_id": page.ids[0] if page.ids else None,
        "last_id": page.ids[-1] if page.ids else None,
        "has_more": page.has_more,
    }
    return json(value, had_no_effect)
