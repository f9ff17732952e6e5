"""One HTTP exchange: what the middleware knows of it and the routes need."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.types import Scope, Send

# What a client may choose as its request's name: it comes back in a header and appears in logs.
SOUND_ID = re.compile(rb"[\x21-\x7e]{1,128}")


@dataclass(slots=True)
class Exchange:
    """Who asks, and the shortest way back."""

    request_id: str
    send: Send
    """The server's own send, without the wrappers that the routes' answers go through."""

    @property
    def header(self) -> tuple[bytes, bytes]:
        """The header that every answer carries."""
        return (b"x-request-id", self.request_id.encode())


def named(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The client's name for its request, or one of ours."""
    for name, value in headers:
        if name == b"x-request-id" and SOUND_ID.fullmatch(value):
            return value.decode("ascii")
    return f"req-{uuid.uuid4().hex}"


def exchange(scope: Scope) -> Exchange:
    """The exchange that `Front` put into the scope."""
    here = scope["smgd"]
    assert isinstance(here, Exchange)
    return here
