"""Which conversations have a turn under way: a second one would not know what the first said."""

from __future__ import annotations

from collections.abc import Callable

from smgd._core import Error


class Turns:
    """One turn at a time in each conversation of this server."""

    def __init__(self) -> None:
        self._open: set[str] = set()

    def begin(self, conversation: str | None) -> Callable[[], None]:
        """Begin a turn. returns what ends it; raises Error while another is under way"""
        if conversation is None:
            return lambda: None
        if conversation in self._open:
            raise Error.conversation_locked(conversation[:200])
        self._open.add(conversation)
        return lambda: self._open.discard(conversation)
