"""The store over each of its databases."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stored import done

from smgd.store import Limits, Store
from smgd.store.clock import Clock
from smgd.store.database import Database
from smgd.store.postgres import Postgres
from smgd.store.sqlite import Sqlite

LIMITS = Limits(1000, 30 * 86_400)
Open = Callable[..., Store]


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Database]:
    """Connects to one database, each time anew."""
    if request.param == "sqlite":
        return lambda: Sqlite(tmp_path)
    server = request.getfixturevalue("postgres")
    server.clear()
    return lambda: Postgres(server.url)


@pytest.fixture
def open_store(database: Callable[[], Database]) -> Iterator[Open]:
    """Opens stores over one database; they are closed at the end."""
    with opening(database) as opened:
        yield opened


@contextlib.contextmanager
def opening(database: Callable[[], Database]) -> Iterator[Open]:
    opened: list[Store] = []

    def open_one(limits: Limits = LIMITS, clock: Clock | None = None) -> Store:
        opened.append(Store(database(), limits, clock))
        return opened[-1]

    try:
        yield open_one
    finally:
        for store in opened:
            done(store.close())


@pytest.fixture
def store(open_store: Open) -> Store:
    """A store."""
    return open_store()


@pytest.fixture
def memory() -> Iterator[Open]:
    """Opens stores in memory."""
    with opening(lambda: Sqlite(None)) as opened:
        yield opened
