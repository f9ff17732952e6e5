"""Every route in one table: a new one is a file here and a row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from starlette.requests import Request
from starlette.responses import Response

from smgd.routes import chat, conversations, health, items, metrics, models, responses


class Level(Enum):
    """Whom a route lets in once keys are set."""

    OPEN = "open"
    KEY = "key"


@dataclass(frozen=True)
class Row:
    """One route. A GET is also a HEAD."""

    method: str
    path: str
    endpoint: Callable[[Request], Awaitable[Response]]
    level: Level


TABLE = (
    Row("POST", "/v1/chat/completions", chat.create, Level.KEY),
    Row("POST", "/v1/responses", responses.create, Level.KEY),
    Row("POST", "/v1/responses/input_tokens", responses.input_tokens, Level.KEY),
    Row("POST", "/v1/responses/compact", responses.compact, Level.KEY),
    Row("GET", "/v1/responses/{id}", responses.retrieve, Level.KEY),
    Row("DELETE", "/v1/responses/{id}", responses.delete, Level.KEY),
    Row("POST", "/v1/responses/{id}/cancel", responses.cancel, Level.KEY),
    Row("GET", "/v1/responses/{id}/input_items", items.of_response, Level.KEY),
    Row("POST", "/v1/conversations", conversations.create, Level.KEY),
    Row("GET", "/v1/conversations/{id}", conversations.retrieve, Level.KEY),
    Row("POST", "/v1/conversations/{id}", conversations.update, Level.KEY),
    Row("DELETE", "/v1/conversations/{id}", conversations.delete, Level.KEY),
    Row("POST", "/v1/conversations/{id}/items", items.add, Level.KEY),
    Row("GET", "/v1/conversations/{id}/items", items.of_conversation, Level.KEY),
    Row("GET", "/v1/conversations/{id}/items/{item_id}", items.retrieve, Level.KEY),
    Row("DELETE", "/v1/conversations/{id}/items/{item_id}", items.delete, Level.KEY),
    Row("GET", "/v1/models", models.list_all, Level.KEY),
    Row("GET", "/v1/models/{model:path}", models.retrieve, Level.KEY),
    Row("GET", "/metrics", metrics.show, Level.KEY),
    Row("GET", "/version", health.version, Level.KEY),
    Row("GET", "/", health.root, Level.OPEN),
    Row("GET", "/livez", health.livez, Level.OPEN),
    Row("GET", "/readyz", health.readyz, Level.OPEN),
    Row("GET", "/health", health.readyz, Level.OPEN),
)
