"""What several tests need: the real daemon on a free port, and small models to serve."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import settings
from postgres_server import PostgresServer
from safetensors.numpy import save_file

# A property holds on a busy machine too, so no example has a deadline.
settings.register_profile("smgd", deadline=None)
settings.load_profile("smgd")
# For `pytest --hypothesis-profile=long`.
settings.register_profile("long", max_examples=2000, deadline=None)

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "python/smgd/demo/model"
START_TIMEOUT_S = 60


class Daemon:
    """A running `smgd serve`, as its operator and its clients see it."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "smgd", "serve", *arguments]
        pipe = subprocess.PIPE
        told = clean_environment() | environment
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, env=told, text=True)
        self.lines: list[str] = []
        self._heard = threading.Condition()
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            with self._heard:
                self.lines.append(line.rstrip("\n"))
                self._heard.notify_all()
        with self._heard:
            self._heard.notify_all()

    @property
    def said(self) -> str:
        """All of stderr so far."""
        return "\n".join(self.lines)

    def wait_for(self, pattern: str, timeout_s: float = START_TIMEOUT_S) -> re.Match[str]:
        """The first line that matches, once it is there."""
        with self._heard:
            found = self._heard.wait_for(lambda: self._search(pattern) or self._over(), timeout_s)
        match = self._search(pattern)
        assert match, f"{pattern!r} was not said ({found}):\n{self.said}"
        return match

    def _search(self, pattern: str) -> re.Match[str] | None:
        return next(filter(None, (re.search(pattern, line) for line in self.lines)), None)

    def _over(self) -> bool:
        return not self._reader.is_alive()

    @property
    def url(self) -> str:
        return self.wait_for(r"listening on (http://\S+)")[1]

    def ready(self) -> Daemon:
        self.wait_for(r"^ready on ")
        return self

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=120, **options)

    def tell(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def tell_worker(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.worker_pid(), number)

    def exit_code(self, timeout_s: float = 30) -> int:
        code = self.process.wait(timeout_s)
        self._reader.join(5)
        return code

    def stop(self) -> int:
        self.tell()
        return self.exit_code()

    def worker_pid(self) -> int:
        """The one child process."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        (pid,) = children.read_text().split()
        return int(pid)

    def metric(self, name: str) -> float:
        """The sum of one metric over its labels."""
        with self.client() as client:
            text = client.get("/metrics").text
        found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
        assert found, f"there is no metric {name}"
        return sum(map(float, found))

    def eventually(self, name: str, value: float, timeout_s: float = 10) -> None:
        """Wait until a metric has a value."""
        until = time.monotonic() + timeout_s
        while self.metric(name) != value:
            assert time.monotonic() < until, f"{name} is {self.metric(name)}, not {value}"
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def clean_environment() -> dict[str, str]:
    """This process's environment without settings of smgd, and this tree's package first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SMGD_")}
    return kept | {"HF_HUB_OFFLINE": "1"}


Serve = Callable[..., Daemon]


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Serve]:
    """Something that starts daemons on free ports, and a promise that they end.

    Its keyword `script` makes the daemon's worker the simulated one.
    """
    daemons: list[Daemon] = []

    def serve(*arguments: str, script: dict[str, Any] | None = None, **environment: str) -> Daemon:
        words = list(arguments)
        if "--port" not in words and "--uds" not in words:
            words += ["--port", "0"]
        if script is not None:
            path = folder / f"script-{len(daemons)}.json"
            path.write_text(json.dumps(script))
            words += ["--worker-module", "smgd.simulated", "--worker-script", str(path)]
        # Daemons of one test share their state, and no test touches the state of its user.
        daemons.append(Daemon(words, {"XDG_STATE_HOME": str(folder)} | environment))
        return daemons[-1]

    try:
        yield serve
    finally:
        for daemon in daemons:
            daemon.kill()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts daemons that end with the test."""
    with serving(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def serve_long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts daemons that end with the module's last test."""
    with serving(tmp_path_factory.mktemp("daemon")) as start:
        yield start


@pytest.fixture(scope="session")
def random_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded model's files with small random weights in place of its own.

    It says nothing sensible, but says it as exactly as any other model.
    """
    folder = tmp_path_factory.mktemp("random-qwen3")
    for path in DEMO.iterdir():
        if path.suffix in {".json", ".jinja"}:
            (folder / path.name).write_bytes(path.read_bytes())
    config = json.loads((DEMO / "config.json").read_text())
    config |= {"num_hidden_layers": 2, "dtype": "float32", "torch_dtype": "float32"}
    if "layer_types" in config:
        config["layer_types"] = config["layer_types"][:2]
    (folder / "config.json").write_text(json.dumps(config))
    random_weights(folder, config)
    return folder


def random_weights(folder: Path, config: dict[str, Any]) -> None:
    """A safetensors file of a Qwen3 with these sizes."""
    random = np.random.default_rng(7)
    hidden, mlp, head = config["hidden_size"], config["intermediate_size"], config["head_dim"]
    queries = config["num_attention_heads"] * head
    keys = config["num_key_value_heads"] * head
    shapes = {"model.embed_tokens.weight": (config["vocab_size"], hidden)}
    if not config.get("tie_word_embeddings"):
        shapes["lm_head.weight"] = (config["vocab_size"], hidden)
    for layer in range(config["num_hidden_layers"]):
        shapes |= {
            f"model.layers.{layer}.{name}.weight": shape
            for name, shape in {
                "self_attn.q_proj": (queries, hidden),
                "self_attn.k_proj": (keys, hidden),
                "self_attn.v_proj": (keys, hidden),
                "self_attn.o_proj": (hidden, queries),
                "mlp.gate_proj": (mlp, hidden),
                "mlp.up_proj": (mlp, hidden),
                "mlp.down_proj": (hidden, mlp),
            }.items()
        }
    tensors = {
        name: (random.standard_normal(shape) * 0.08).astype(np.float32)
        for name, shape in shapes.items()
    }
    norms = {"model.norm.weight": hidden}
    for layer in range(config["num_hidden_layers"]):
        norms |= {
            f"model.layers.{layer}.input_layernorm.weight": hidden,
            f"model.layers.{layer}.post_attention_layernorm.weight": hidden,
            f"model.layers.{layer}.self_attn.q_norm.weight": head,
            f"model.layers.{layer}.self_attn.k_norm.weight": head,
        }
    tensors |= {name: np.ones(size, np.float32) for name, size in norms.items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.fixture(scope="session", params=["embedded", "random"])
def model_folder(request: pytest.FixtureRequest) -> Path:
    """Each model that a test of the real worker should hold for."""
    if request.param == "random":
        folder = request.getfixturevalue("random_folder")
        assert isinstance(folder, Path)
        return folder
    if not (DEMO / "model.safetensors").exists():
        pytest.skip("the embedded model's weights are not in this tree")
    return DEMO


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server."""
    binaries = PostgresServer.binaries()
    if binaries is None:
        pytest.skip("there is no PostgreSQL on this machine")
    server = PostgresServer(binaries)
    yield server
    server.stop()
