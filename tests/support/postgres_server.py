"""A PostgreSQL server of the machine's own binaries, for one test run."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

START_TIMEOUT_S = 30


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
