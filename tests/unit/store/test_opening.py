"""Opening a store: where it is, who may read it, and what stops the start."""

import sqlite3
import stat
import sys

import pytest
from stored import done, response

from smgd.errors import CouldNotStart
from smgd.sources import parse
from smgd.state import State
from smgd.store import open_store


def opened(*arguments: str):
    settings = parse(list(arguments), {})
    return open_store(settings, State(settings, {}))


def test_by_default_it_is_a_file_of_the_state_folder_that_others_cannot_read(tmp_path):
    store = opened("--state-dir", str(tmp_path / "state"))
    done(store.put(response("resp_1")))
    path = tmp_path / "state/responses.sqlite3"
    assert str(store) == f"up to 1,000 for 30 days in {path}"
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert "responses.sqlite3-wal" in modes
    assert set(modes.values()) == {0o600}
    done(store.close())


def test_in_memory_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = opened("--state-dir", ":memory:", "--store-max-responses", "2")
    assert str(store) == "up to 2 for 30 days in memory"
    done(store.put(response("resp_1")))
    assert done(store.get("resp_1")) is not None
    done(store.close())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_stops_the_start(tmp_path):
    (tmp_path / "responses.sqlite3").write_text(
        "These are my holiday pictures, not a database.\n" * 99
    )
    with pytest.raises(CouldNotStart, match=r"responses.sqlite3: file is not a database\nhint: "):
        opened("--state-dir", str(tmp_path))


def test_tables_of_another_version_stop_the_start_and_stay_as_they_are(tmp_path):
    done(opened("--state-dir", str(tmp_path)).close())
    connection = sqlite3.connect(tmp_path / "responses.sqlite3")
    with connection:
        connection.execute("UPDATE smgd_schema SET version = 99")
    with pytest.raises(CouldNotStart, match=r"version 99, and this smgd knows version 1\nhint: "):
        opened("--state-dir", str(tmp_path))
    assert connection.execute("SELECT version FROM smgd_schema").fetchall() == [(99,)]
    connection.close()


def test_a_database_that_cannot_be_reached_stops_the_start_without_its_password():
    url = "postgresql://me:hunter2@localhost:1/birds"
    with pytest.raises(CouldNotStart) as caught:
        opened("--store-url", url)
    sentence = str(caught.value)
    assert sentence.startswith("could not connect to postgresql://localhost/birds: ")
    assert "--store-url" in sentence
    assert "hunter2" not in sentence


def test_without_psycopg_the_hint_says_how_to_have_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "smgd.store.postgres", raising=False)
    with pytest.raises(CouldNotStart, match=r"hint: pip install 'smgd\[postgres\]'"):
        opened("--store-url", "postgresql://localhost/birds")


def test_a_connection_that_the_database_ended_is_made_anew(postgres):
    postgres.clear()
    store, other = opened("--store-url", postgres.url), opened("--store-url", postgres.url)
    done(store.put(response("resp_1", status="queued", output=[], unfinished=True)))
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    done(store.put(response("resp_2")))
    assert done(other.get("resp_2")) is not None
    assert done(other.get("resp_1")).abandoned is False, "its maker lives on"
    for opened_one in (store, other):
        done(opened_one.close())
