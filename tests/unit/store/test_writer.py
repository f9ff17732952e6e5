"""The store's thread: shared commits, failures that stay with whose they are."""

import asyncio
import dataclasses
import sqlite3
import time

import pytest
from stored import Asked, done, response

from smgd._core import Error
from smgd.store import Limits, Store, StoreFailed, sqlite
from smgd.store.sqlite import Sqlite


async def all_of(*work):
    return await asyncio.gather(*work, return_exceptions=True)


def begins(store, monkeypatch) -> list[object]:
    """The transactions that the store begins from now on."""
    begun, database = [], store._writer._database
    begin = database.begin
    monkeypatch.setattr(database, "begin", lambda need: (begun.append(need), begin(need)))
    return begun


def test_puts_that_wait_together_share_a_commit(store, monkeypatch):
    begun = begins(store, monkeypatch)
    done(all_of(*(store.put(response(f"resp_{n}")) for n in range(100))))
    assert done(store.get("resp_99")) is not None
    assert len(begun) < 20


def test_a_put_that_fails_fails_alone(store):
    broken = dataclasses.replace(response("resp_1"), record=b"{")
    puts = [store.put(response(f"resp_{n}")) for n in (2, 3, 4)]
    outcomes = done(all_of(puts[0], store.put(broken), *puts[1:]))
    assert [type(outcome) for outcome in outcomes] == [
        type(None),
        type(outcomes[1]),
        *[type(None)] * 2,
    ]
    assert isinstance(outcomes[1], ValueError)
    found = done(all_of(*(store.get(f"resp_{n}") for n in (1, 2, 3, 4))))
    assert [stored is not None for stored in found] == [False, True, True, True]


def test_a_refusal_does_not_undo_what_shares_its_transaction(store, monkeypatch):
    begun = begins(store, monkeypatch)
    unknown = Asked(previous_response_id="resp_0")
    _, refusal, _ = done(
        all_of(store.put(response("resp_1")), store.history(unknown), store.put(response("resp_2")))
    )
    assert isinstance(refusal, Error)
    assert done(store.get("resp_1")) is not None
    assert done(store.get("resp_2")) is not None
    assert len(begun) <= 5


def test_a_put_is_done_even_when_its_caller_has_left(store):
    async def leave():
        putting = asyncio.create_task(store.put(response("resp_1")))
        await asyncio.sleep(0)
        putting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await putting

    done(leave())
    assert done(store.get("resp_1")) is not None


def test_what_was_asked_before_the_close_is_done(open_store):
    store = open_store()

    async def close():
        putting = asyncio.create_task(store.put(response("resp_1")))
        await asyncio.sleep(0)
        await store.close()
        await putting

    done(close())
    assert done(open_store().get("resp_1")) is not None
    with pytest.raises(StoreFailed, match="closed"):
        done(store.get("resp_1"))


def test_a_full_disk_fails_the_put_and_nothing_else(memory):
    store = memory()
    connection = store._writer._database._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(StoreFailed, match="full"):
        done(store.put(response("resp_1", events=b"x" * 1_000_000)))
    done(store.put(response("resp_2")))
    assert done(store.get("resp_1")) is None
    assert done(store.get("resp_2")) is not None


def test_the_loop_turns_while_the_database_is_busy(tmp_path):
    store = Store(Sqlite(tmp_path), Limits(10, 100))
    other = sqlite3.connect(tmp_path / "responses.sqlite3", isolation_level=None)

    async def wait() -> float:
        other.execute("BEGIN IMMEDIATE")
        putting = asyncio.create_task(store.put(response("resp_1")))
        longest = 0.0
        for _ in range(20):
            before = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - before)
        assert not putting.done()
        other.execute("COMMIT")
        await putting
        return longest

    try:
        assert done(wait()) < 1
    finally:
        done(store.close())
        other.close()


def test_a_database_that_stays_busy_fails_all_that_wait_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.2)
    store = Store(Sqlite(tmp_path), Limits(10, 100))
    other = sqlite3.connect(tmp_path / "responses.sqlite3", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        before = time.monotonic()
        outcomes = done(all_of(*(store.put(response(f"resp_{n}")) for n in range(30))))
        assert time.monotonic() - before < 3
        assert {type(outcome) for outcome in outcomes} == {StoreFailed}
        other.execute("COMMIT")
        done(store.put(response("resp_1")))
    finally:
        done(store.close())
        other.close()
