"""PostgreSQL, by URL."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from smgd.errors import CouldNotStart
from smgd.store.database import Need, Row, Values

try:
    import psycopg
except ImportError:
    raise CouldNotStart(
        "--store-url needs psycopg, which is not installed", hint="pip install 'smgd[postgres]'"
    ) from None

CONNECT_TIMEOUT_S = 10
# How long a transaction waits for another process's.
LOCK_TIMEOUT = "10s"
# The lock of who writes: any number that no other program in the database is likely to take.
WRITERS = 0x736D_6764


class Postgres:
    """A database that several machines may share."""

    bytes_type = "BYTEA"
    failures: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, url: str) -> None:
        self.owner = secrets.randbelow(2**62)
        self.where = place(url)
        self._url = url
        self._connection: psycopg.Connection[Row] | None = None

    def open(self) -> None:
        """Connect, and be known as alive. raises CouldNotStart"""
        try:
            self._connect()
        except psycopg.Error as error:
            raise CouldNotStart(
                f"could not connect to {self.where}: {str(error).strip().splitlines()[0]}",
                hint="check --store-url and the database's log",
            ) from None

    def _connect(self) -> psycopg.Connection[Row]:
        made = psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)
        made.execute("SET client_min_messages = warning")
        made.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        # The server frees it when the session ends, however it ends.
        made.execute("SELECT pg_advisory_lock(%s)", [self.owner])
        self._connection = made
        return made

    def begin(self, need: Need) -> None:
        """Begin; who writes takes its turn now, so that no two wait for each other's rows."""
        connection = self._begun()
        if need is not Need.READ:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS])
        if need is Need.TOUCH:
            connection.execute("SET LOCAL synchronous_commit = off")

    def _begun(self) -> psycopg.Connection[Row]:
        """A connection with a transaction; the server may have ended the one that was idle."""
        if self._connection is not None:
            with contextlib.suppress(psycopg.OperationalError):
                self._connection.execute("BEGIN")
                return self._connection
            self._drop()
        connection = self._connect()
        connection.execute("BEGIN")
        return connection

    def commit(self) -> None:
        """End the transaction."""
        self._held.execute("COMMIT")

    def rollback(self) -> None:
        """End the transaction without a trace; a connection that cannot is given up."""
        if self._connection is None:
            return
        try:
            self._connection.execute("ROLLBACK")
        except psycopg.Error:
            self._drop()

    def execute(self, statement: str, values: Values = {}) -> list[Row]:  # noqa: B006 - read only
        """Run one statement. returns its rows"""
        cursor = self._held.execute(spelled(statement), values)
        return cursor.fetchall() if cursor.description else []

    def execute_many(self, statement: str, values: Iterable[Values]) -> None:
        """Run one statement several times."""
        with self._held.cursor() as cursor:
            cursor.executemany(spelled(statement), values)

    def is_gone(self, owner: int) -> bool:
        """Whether that session has ended."""
        held = self._held.execute(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid::bigint = %s AND objid::bigint = %s",
            [owner >> 32, owner & 0xFFFF_FFFF],
        )
        return held.fetchone() is None

    def close(self) -> None:
        """Disconnect."""
        self._drop()

    @property
    def _held(self) -> psycopg.Connection[Row]:
        assert self._connection is not None, "a transaction has begun"
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
        self._connection = None


@cache
def spelled(statement: str) -> Any:  # noqa: ANN401 - psycopg wants literals; these are ours
    """The statement with parameters as psycopg spells them."""
    return re.sub(r":(\w+)", r"%(\1)s", statement)


def place(url: str) -> str:
    """Where the database is, without who may use it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
