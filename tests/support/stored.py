"""Responses to store, and what comes back of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from smgd.store import History, Page, StoredResponse

Result = TypeVar("Result")


def done(work: Coroutine[Any, Any, Result]) -> Result:
    """What a coroutine comes to; the store is of no loop."""
    return asyncio.run(work)


@dataclass(frozen=True)
class Asked:
    """What of a request concerns the store."""

    previous_response_id: str | None = None
    conversation: str | None = None
    references: tuple[str, ...] = ()


def item(id: str) -> dict[str, Any]:
    return {"type": "message", "id": id, "content": f"text of {id}"}


def record(id: str, status: str = "completed", output: list[Any] | None = None) -> bytes:
    output = [item(f"msg_{id}_out")] if output is None else output
    return orjson.dumps({"id": id, "object": "response", "status": status, "output": output})


def response(id: str, previous: str | None = None, **fields: Any) -> StoredResponse:
    """A response with one item of input, `msg_{id}_in`, and one of output, `msg_{id}_out`."""
    status, output = fields.pop("status", "completed"), fields.pop("output", None)
    told = {
        "created_at": int(time.time()),
        "record": record(id, status, output),
        "input_items": orjson.dumps([item(f"msg_{id}_in")]),
        "previous_response_id": previous,
    }
    return StoredResponse(id=id, **(told | fields))


def ids(told: History | Page) -> list[str]:
    """The ids of the items, in order."""
    items = orjson.loads(told.items) if isinstance(told, History) else map(orjson.loads, told.items)
    return [item["id"] for item in items]
