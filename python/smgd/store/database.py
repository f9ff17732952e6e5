"""What the store needs of a database: one connection, one writer at a time, named parameters.

Statements are written once, in the SQL that SQLite and PostgreSQL share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any, Protocol

Row = tuple[Any, ...]
Values = Mapping[str, object]


class Need(IntEnum):
    """What a transaction is for; the larger one does for the smaller."""

    READ = 0
    TOUCH = 1
    """Writes that may be lost when the machine stops: what was used when."""
    DURABLE = 2
    """Writes that are on disk when it is over."""


class Database(Protocol):
    """One connection, used by one thread at a time."""

    where: str
    """Where it is, for the operator."""
    bytes_type: str
    """The type of a column of bytes."""
    failures: tuple[type[Exception], ...]
    """What the methods raise when the database cannot."""
    owner: int
    """The number of this connection among all there ever were."""

    def open(self) -> None:
        """Connect. raises CouldNotStart"""

    def begin(self, need: Need) -> None:
        """Begin a transaction. Of those that write there is one at a time, across processes."""

    def commit(self) -> None:
        """End the transaction; what it wrote is there for others."""

    def rollback(self) -> None:
        """End the transaction without a trace; raises nothing."""

    def execute(self, statement: str, values: Values = {}) -> list[Row]:  # noqa: B006 - read only
        """Run one statement. returns its rows"""

    def execute_many(self, statement: str, values: Iterable[Values]) -> None:
        """Run one statement several times."""

    def is_gone(self, owner: int) -> bool:
        """Whether the connection of that number is closed, or its process has ended."""

    def close(self) -> None:
        """Disconnect."""
