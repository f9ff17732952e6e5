"""What goes into the store and what comes out: JSON stays bytes, as the core wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One response, with what the next turn and a late reader need of it."""

    id: str
    created_at: int
    """Unix seconds."""
    record: bytes
    """The response object."""
    input_items: bytes
    """This request's own input items, in full: a JSON array."""
    previous_response_id: str | None = None
    conversation: str | None = None
    events: bytes = b""
    """The stream as it was sent, where it was kept."""
    unfinished: bool = False
    """Still being made; its record will be put again."""
    abandoned: bool = field(default=False, kw_only=True)
    """Unfinished, and the process that made it is gone. Only told, never stored."""


@dataclass(frozen=True, slots=True)
class History:
    """What a request goes on from."""

    items: bytes = b"[]"
    """Earlier turns' input and output items, oldest first: a JSON array."""
    referenced: bytes = b"{}"
    """Items that the request names, those that were found: a JSON object, by id."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation without its items."""

    id: str
    created_at: int
    """Unix seconds."""
    metadata: bytes
    """A JSON object."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is asked for."""

    limit: int = 20
    newest_first: bool = True
    after: str | None = None
    """The id of the last item already seen."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list."""

    items: list[bytes]
    """Each one's JSON."""
    ids: list[str]
    has_more: bool = False


# What our own ids are made of, and any sane client's.
SOUND_ID = re.compile(r"[!-~]{1,128}")


def key(id: str) -> str:
    """The id as databases take it: any other text (PostgreSQL takes no NUL) by its digest."""
    return id if SOUND_ID.fullmatch(id) else "~" + sha256(id.encode("utf-8", "replace")).hexdigest()
