"""The clients as npm publishes them, installed once into the cache, and their server."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scripted import REPLIES

HERE = Path(__file__).parent
# What npm says when its registry is out of reach.
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH")
INSTALL_TIMEOUT_S = 600
RUN_TIMEOUT_S = 60
# Names that Codex knows, and what it then offers: plain functions, custom tools, tools as an item.
MODELS = ("m", "gpt-5.5", "gpt-6-sol")


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder that holds `node_modules`; skips where npm cannot bring them."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    wanted = [(HERE / name).read_bytes() for name in ("package.json", "package-lock.json")]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "smgd-tests"
    folder = cache / f"clients-{hashlib.sha256(b''.join(wanted)).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            install(folder)
            (folder / "installed").touch()
    return folder


def install(folder: Path) -> None:
    """Fetch what package-lock.json names.

    Not with `npm ci`: it takes one package under two names, each with its binaries for other
    systems, for a lock that is out of date.
    """
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    words = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"]
    told = subprocess.run(
        words, check=False, cwd=folder, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S
    )
    if told.returncode and any(word in told.stderr for word in UNREACHABLE):
        pytest.skip("npm cannot reach its registry")
    assert told.returncode == 0, told.stderr


@pytest.fixture(scope="module")
def daemon(serve_long: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server whose model says what `scripted` tells."""
    return serve_long(
        "--served-model-name",
        *MODELS,
        "--state-dir",
        str(tmp_path_factory.mktemp("state")),
        script={"replies": REPLIES},
    ).ready()


@pytest.fixture
def mortal(serve: Callable[..., Any]) -> Any:
    """A server whose worker dies of `[poison]`."""
    script = {"replies": REPLIES, "poison": "[poison]"}
    return serve("--served-model-name", "m", script=script).ready()


@pytest.fixture(scope="module")
def node(packages: Path, daemon: Any) -> Callable[..., Any]:
    """Runs a function that a program beside this file exports; gives what it returned."""

    def run(program: str, step: str, url: str = daemon.url, **asked: Any) -> Any:
        source = (HERE / program).read_text()
        source += f"\nconsole.log(JSON.stringify(await {step}({json.dumps(asked)}) ?? null));\n"
        told = subprocess.run(
            ["node", "--input-type=module", "-"],
            check=False,
            input=source,
            cwd=packages,
            env=os.environ | {"SMGD_URL": f"{url}/v1"},
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
        )
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout.splitlines()[-1])

    return run
