"""Servers under measurement, started on a free port and ended with the measurement."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Server:
    """One server that answers."""

    pid: int
    port: int
    model: str


def free_port() -> int:
    """Ask the system for a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def smgd(folder: Path, *options: str) -> Iterator[Server]:
    """Run `smgd serve FOLDER` with its defaults, and `options`."""
    port = free_port()
    command = [sys.executable, "-m", "smgd", "serve", str(folder), "--port", str(port), *options]
    with _running(command, port, "/readyz") as pid:
        yield Server(pid, port, str(folder))


@contextlib.contextmanager
def transformers(folder: Path, dtype: str) -> Iterator[Server]:
    """Run `transformers serve FOLDER` with continuous batching on the CPU."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("transformers")),
        *("serve", str(folder), "--host", HOST, "--port", str(port)),
        *("--device", "cpu", "--dtype", dtype, "--continuous-batching"),
    ]
    with _running(command, port, "/health") as pid:
        yield Server(pid, port, str(folder))


@contextlib.contextmanager
def _running(command: Sequence[str], port: int, ready: str) -> Iterator[int]:
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(
        command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment
    ) as process:
        try:
            _await(f"http://{HOST}:{port}{ready}", process)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _await(url: str, process: subprocess.Popen[bytes], timeout_s: float = 120) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own
            return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args} did not answer {url} within {timeout_s:.0f} s")
