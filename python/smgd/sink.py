"""Where a reply goes: what the engine asks of whoever takes one."""

from __future__ import annotations

from typing import Protocol

from smgd._core import Error, Prepared


class Sink(Protocol):
    """Pushed by the worker's steps, finished once. Times are the monotonic clock's, in seconds."""

    prepared: Prepared
    submitted_at: float
    last_token_at: float
    """When the last step brought it tokens; 0 before the first."""
    sent_at: float
    """When it was last given bytes."""

    @property
    def waits(self) -> bool:
        """Whether somebody waits for bytes that do not come, and wants to be told of it."""

    @property
    def events(self) -> bytes:
        """All bytes so far of a stream that is kept for others to read; else none."""

    def hold(self, data: bytes) -> None:
        """Keep bytes for the next push."""

    def push(self, data: bytes) -> None:
        """Take bytes of a stream, after those that are held."""

    def finish(self, data: bytes, error: Error | None) -> None:
        """Take the last bytes of a stream, or the whole of a reply that is not streamed.

        error  why the reply ended badly, if it did; it is then the answer that is not streamed
        """
