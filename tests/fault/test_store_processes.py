"""The store under processes that share it and processes that are killed."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from store_writer import AT_ONCE, EVENT_BYTES, opened
from stored import Asked, done, ids

from smgd.store import Conversation, Paging, Store

SUPPORT = Path(__file__).parents[1] / "support"
# .ci/long asks for a hundred.
KILLS = int(os.environ.get("SMGD_KILLS", "4"))


@pytest.fixture(params=["sqlite", "postgres"])
def where(request, tmp_path) -> str:
    """A store's place that several processes may open."""
    if request.param == "sqlite":
        return str(tmp_path)
    server = request.getfixturevalue("postgres")
    server.clear()
    return server.url


@contextlib.contextmanager
def open_store(where: str) -> Iterator[Store]:
    store = opened(where)
    try:
        yield store
    finally:
        done(store.close())


def start(where: str, name: str, count: int) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(SUPPORT), *sys.path])
    command = [sys.executable, str(SUPPORT / "store_writer.py"), where, name, str(count)]
    environment = os.environ | {"PYTHONPATH": path}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def check_whole(store: Store, id: str) -> None:
    """A response is there with all its parts."""
    found = done(store.get(id))
    assert found is not None, f"{id} was stored and is not there"
    assert orjson.loads(found.record)["id"] == id
    assert len(found.events) == EVENT_BYTES


def check_chain(store: Store, id: str) -> None:
    """A response is there with the chain that it goes on from."""
    name, number = id.rsplit("-", 1)
    chain = ids(done(store.history(Asked(previous_response_id=id))))
    turns = [f"{name}-{turn}" for turn in range(int(number) + 1)]
    assert chain[-2 * len(turns) :] == [f"msg_{t}_{side}" for t in turns for side in ("in", "out")]


def check_conversation(store: Store, stored: set[str]) -> None:
    """Every turn of the conversation is there once, its input right before its output."""
    told = ids(done(store.history(Asked(conversation="conv_1"))))
    turns = [id.removeprefix("msg_").removesuffix("_in") for id in told[::2]]
    assert told == [f"msg_{turn}_{side}" for turn in turns for side in ("in", "out")]
    assert len(set(turns)) == len(turns)
    assert stored <= set(turns)


def begin(where: str) -> None:
    """Make the tables, and a conversation."""
    with open_store(where) as store:
        done(store.create_conversation(Conversation("conv_1", int(time.time()), b"{}"), b"[]"))


def test_processes_that_share_a_store_lose_and_mix_up_nothing(where):
    begin(where)
    writers = [start(where, name, 15) for name in ("a", "b", "c")]
    said = [writer.communicate(timeout=120)[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    stored = {id for words in said for id in words} - {"open"}
    assert len(stored) == 3 * AT_ONCE * 15
    with open_store(where) as store:
        check_conversation(store, stored)
        for name in ("a", "b", "c"):
            for chain in range(AT_ONCE):
                check_whole(store, f"{name}-{chain}-14")
                check_chain(store, f"{name}-{chain}-14")
    check_file(where)


def test_processes_that_start_at_once_make_the_tables_once(where):
    writers = [start(where, name, 1) for name in "abcd"]
    for writer in writers:
        writer.communicate(timeout=120)
    assert [writer.returncode for writer in writers] == [0] * 4


def test_what_was_stored_is_there_when_its_process_is_killed_and_nothing_is_half_there(where):
    begin(where)
    stored: set[str] = set()
    chance = random.Random(7)
    for kill in range(KILLS):
        new = killed(where, f"k{kill}", chance.uniform(0.05, 0.5))
        with open_store(where) as store:
            rows = store._writer._database.execute("SELECT id FROM smgd_responses")
            there = {id for (id,) in rows}
            assert stored | new <= there
            # Of what was not said to be stored the last may be there too, but never in part.
            for id in there - stored:
                check_whole(store, id)
            for id in [id for id in there - stored if next_of(id) not in there]:
                check_chain(store, id)
            if kill == KILLS - 1:
                check_conversation(store, stored | new)
        check_file(where)
        stored |= there
    assert len(stored) > KILLS


def next_of(id: str) -> str:
    """The id of the next link of a chain."""
    name, number = id.rsplit("-", 1)
    return f"{name}-{int(number) + 1}"


def killed(where: str, name: str, after_s: float) -> set[str]:
    """Let a process store for a while, kill it. returns what it said was stored"""
    writer = start(where, name, 100_000)
    assert writer.stdout
    assert writer.stdout.readline() == "open\n"
    time.sleep(after_s)
    writer.kill()
    said, _ = writer.communicate()
    # A line without its end was cut by the kill.
    return {line.rstrip() for line in said.splitlines(keepends=True) if line.endswith("\n")}


def check_file(where: str) -> None:
    """SQLite itself finds nothing wrong."""
    path = Path(where) / "responses.sqlite3"
    if path.exists():
        with contextlib.closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_an_unfinished_response_of_a_killed_process_is_abandoned(where):
    code = (
        "import sys; from stored import *; from store_writer import opened;"
        "store = opened(sys.argv[1]);"
        "done(store.put(response('resp_1', status='queued', output=[], unfinished=True)));"
        "print('stored', flush=True); input()"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(SUPPORT), *sys.path])}
    pipe = subprocess.PIPE
    maker = subprocess.Popen(
        [sys.executable, "-c", code, where], stdin=pipe, stdout=pipe, env=environment
    )
    with maker, open_store(where) as store:
        assert maker.stdout
        assert maker.stdout.readline() == b"stored\n"
        found = done(store.get("resp_1"))
        assert (found.unfinished, found.abandoned) == (True, False)
        maker.kill()
        maker.wait()
        until = time.monotonic() + 10
        while not done(store.get("resp_1")).abandoned:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_pages_follow_each_other_while_another_process_adds(where):
    begin(where)
    writer = start(where, "w", 20)
    with open_store(where) as store:
        while writer.poll() is None:
            page = done(store.items("conv_1", Paging(100, newest_first=False)))
            told = list(page.ids)
            while page.has_more:
                page = done(store.items("conv_1", Paging(100, False, told[-1])))
                told += page.ids
            assert len(set(told)) == len(told)
            # A turn is there as a whole or not at all.
            assert len(told) % 2 == 0
        writer.communicate()
        check_conversation(store, set())
