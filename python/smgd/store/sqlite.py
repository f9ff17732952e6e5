"""SQLite, in a file of the state folder or in memory."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import sqlite3
import struct
from collections.abc import Iterable
from pathlib import Path

from smgd.errors import CouldNotStart
from smgd.state import MEMORY, unusable
from smgd.store.database import Need, Row, Values

FILE = "responses.sqlite3"
LOCKS = "owners.lock"
# How long a transaction waits for another process's, in seconds.
BUSY_TIMEOUT_S = 10


class Sqlite:
    """A file that several processes may share."""

    bytes_type = "BLOB"
    failures: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, folder: Path | None) -> None:
        self.owner = secrets.randbelow(2**62)
        self.where = str(folder / FILE) if folder else "memory"
        self._folder = folder
        self._owners: Owners | None = None
        self._connection: sqlite3.Connection

    def open(self) -> None:
        """Connect, and be known as alive. raises CouldNotStart"""
        try:
            if self._folder:
                # Only its owner may read what people said.
                os.close(os.open(self.where, os.O_CREAT | os.O_RDWR, 0o600))
                self._owners = Owners(self._folder / LOCKS)
                self._owners.take(self.owner)
            self._connect(self.where if self._folder else MEMORY)
        except OSError as error:
            assert self._folder
            raise unusable(self._folder, error) from None
        except sqlite3.Error as error:
            raise CouldNotStart(
                f"cannot use the store {self.where}: {error}",
                hint="move the file away, or choose another folder with --state-dir",
            ) from None

    def _connect(self, path: str) -> None:
        # The writer's thread uses it, not the one that opens it.
        self._connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA foreign_keys = ON")

    def begin(self, need: Need) -> None:
        """Begin; who writes takes its turn now, so that no transaction fails half way."""
        # FULL: a commit has returned from the disk. NORMAL: the file stays whole, the last
        # transactions may be missing after a power cut.
        self._connection.execute(
            f"PRAGMA synchronous = {'FULL' if need is Need.DURABLE else 'NORMAL'}"
        )
        self._connection.execute("BEGIN" if need is Need.READ else "BEGIN IMMEDIATE")

    def commit(self) -> None:
        """End the transaction."""
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """End the transaction without a trace; SQLite may have done so already."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("ROLLBACK")

    def execute(self, statement: str, values: Values = {}) -> list[Row]:  # noqa: B006 - read only
        """Run one statement. returns its rows"""
        return self._connection.execute(statement, values).fetchall()

    def execute_many(self, statement: str, values: Iterable[Values]) -> None:
        """Run one statement several times."""
        self._connection.executemany(statement, values)

    def is_gone(self, owner: int) -> bool:
        """Whether that connection's process has ended, or closed it."""
        return self._owners is None or self._owners.is_free(owner)

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()
        if self._owners:
            self._owners.close()


class Owners:
    """Locks of one byte each in a file that stays empty.

    The kernel frees them when their process ends, however it ends. They belong to the open file,
    not to the process, so that two stores of one process are two owners.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)

    def take(self, owner: int) -> None:
        """Hold the owner's byte. raises OSError"""
        fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, lock_of(owner))

    def is_free(self, owner: int) -> bool:
        """Whether nobody else holds the owner's byte."""
        found = fcntl.fcntl(self._file, fcntl.F_OFD_GETLK, lock_of(owner))
        return bool(struct.unpack(FLOCK, found)[0] == fcntl.F_UNLCK)

    def close(self) -> None:
        """Let go."""
        os.close(self._file)


# struct flock: l_type, l_whence, l_start, l_len, l_pid, and the padding behind it.
FLOCK = "hhqqi0q"


def lock_of(owner: int) -> bytes:
    """The lock of one byte, at the owner's number."""
    return struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, owner, 1, 0)
