"""Responses to store, and a PostgreSQL server to store them in."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
import psycopg

from smgd.store import History, Page, StoredResponse

Result = TypeVar("Result")
START_TIMEOUT_S = 30


def done(work: Coroutine[Any, Any, Result]) -> Result:
    """What a coroutine comes to; the store is of no loop."""
    return asyncio.run(work)


@dataclass(frozen=True)
class Asked:
    """What of a request concerns the store."""

    previous_response_id: str | None = None
    conversation: str | None = None
    references: tuple[str, ...] = ()


def item(id: str) -> dict[str, Any]:
    return {"type": "message", "id": id, "content": f"text of {id}"}


def record(id: str, status: str = "completed", output: list[Any] | None = None) -> bytes:
    output = [item(f"msg_{id}_out")] if output is None else output
    return orjson.dumps({"id": id, "object": "response", "status": status, "output": output})


def response(id: str, previous: str | None = None, **fields: Any) -> StoredResponse:
    """A response with one item of input, `msg_{id}_in`, and one of output, `msg_{id}_out`."""
    status, output = fields.pop("status", "completed"), fields.pop("output", None)
    told = {
        "created_at": int(time.time()),
        "record": record(id, status, output),
        "input_items": orjson.dumps([item(f"msg_{id}_in")]),
        "previous_response_id": previous,
    }
    return StoredResponse(id=id, **(told | fields))


def ids(told: History | Page) -> list[str]:
    """The ids of the items, in order."""
    items = orjson.loads(told.items) if isinstance(told, History) else map(orjson.loads, told.items)
    return [item["id"] for item in items]


class PostgresServer:
    """A server of its own, on a Unix socket in a folder of its own."""

    @staticmethod
    def binaries() -> Path | None:
        """The folder of `postgres` and `initdb`."""
        found = shutil.which("postgres")
        folders = [Path(found).resolve().parent] if found else []
        folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        return next((folder for folder in folders if (folder / "initdb").exists()), None)

    def __init__(self, binaries: Path) -> None:
        # Not pytest's own folder: that is open to its owner alone, and root's server is not root's.
        self.folder = Path(tempfile.mkdtemp(prefix="smgd-postgres-"))
        self._user = None
        if os.geteuid() == 0:
            self._user = (
                "postgres" if "postgres" in {u.pw_name for u in pwd.getpwall()} else "nobody"
            )
            shutil.chown(self.folder, self._user)
        data, log = self.folder / "data", self.folder / "log"
        options = {"user": self._user, "cwd": self.folder, "stdin": subprocess.DEVNULL}
        with (self.folder / "log").open("wb") as written:
            told = {"stdout": written, "stderr": written} | options
            initdb = [binaries / "initdb", "-D", data, "-A", "trust", "-U", "smgd", "--no-sync"]
            subprocess.run([*initdb, "--no-locale", "-E", "UTF8"], check=True, **told)
            self._process = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", self.folder, "-h", "", "-c", "fsync=off"],
                **told,
            )
        self.url = f"postgresql:///postgres?host={self.folder}&user=smgd"
        self._wait(log)

    def _wait(self, log: Path) -> None:
        until = time.monotonic() + START_TIMEOUT_S
        while "ready to accept connections" not in log.read_text():
            assert self._process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)

    def execute(self, statement: str) -> None:
        """Run one statement on a connection of its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def clear(self) -> None:
        """Forget everything, and whoever is connected."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        self.execute("DROP SCHEMA public CASCADE")
        self.execute("CREATE SCHEMA public")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(START_TIMEOUT_S)
        shutil.rmtree(self.folder, ignore_errors=True)
