"""How failures leave: exit codes for the operator, the core's JSON for clients."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smgd._core import Error


class Exit(IntEnum):
    """What the exit code promises whoever started the daemon."""

    DRAINED = 0
    COULD_NOT_START = 1
    WRONG_COMMAND_LINE = 2
    WORKER_LOST = 3
    TOLD_TWICE = 4


class Failure(Exception):
    """Something that ends the daemon: what and why in the message, what to try in the hint."""

    exit = Exit.COULD_NOT_START

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}\nhint: {self.hint}" if self.hint else message


class CouldNotStart(Failure):
    """Restarting with the same settings will not help."""


class WrongCommandLine(Failure):
    """A flag, variable or config key says something we cannot use."""

    exit = Exit.WRONG_COMMAND_LINE


class WorkerLost(Failure):
    """The worker cannot be brought back; a fresh start of the whole daemon may help."""

    exit = Exit.WORKER_LOST


def headers(error: Error) -> list[tuple[bytes, bytes]]:
    """The headers of an error's answer, its length included."""
    named = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(error.body)).encode()),
    ]
    if error.retry_after_s is not None:
        named.append((b"retry-after", str(error.retry_after_s).encode()))
    if error.status == 401:
        named.append((b"www-authenticate", b"Bearer"))
    return named
