"""One worker process and the socket to it: whole frames in and out, and its end noticed once.

The process inherits one end of a socket pair; there is no port to find and nothing to authenticate.
Its end of file tells it that the server is gone, ours tells us that the worker is.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from smgd import _core

log = logging.getLogger("smgd")

RECV_BYTES = 1 << 18
# How long a worker that was told to end (by its socket) may take before it is killed.
LEAVE_TIMEOUT_S = 2.0

Config = Mapping[str, object]


@dataclass
class Worker:
    """A started worker process and our end of its socket."""

    process: subprocess.Popen[bytes]
    socket: socket.socket
    generation: int
    started_at: float
    """By the monotonic clock, in seconds."""

    def leave(self, patience_s: float = LEAVE_TIMEOUT_S) -> int:
        """Hang up, wait a little, then kill. returns its exit status"""
        self.socket.close()
        try:
            return self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End it now. returns its exit status"""
        self.socket.close()
        self.process.kill()
        return self.process.wait()


def launch(module: str, config: Config, generation: int) -> Worker:
    """Start `python -m module` with its end of a socket pair.

    Called from the main thread: a worker asks the kernel to die with the thread that started it.
    """
    started_at = time.monotonic()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with theirs:
        told = json.dumps({**config, "generation": generation})
        process = subprocess.Popen(  # noqa: S603 - the module is ours
            [sys.executable, "-m", module, "--fd", str(theirs.fileno()), "--config", told],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            pass_fds=[theirs.fileno()],
            # Ctrl-C in a terminal is for the server, which then lets the worker finish.
            process_group=0,
        )
    ours.setblocking(False)  # noqa: FBT003 - the socket's own signature
    return Worker(process, ours, generation, started_at)


class Listener(Protocol):
    """Who hears what a worker says."""

    def on_frames(self, frames: Sequence[bytes]) -> None:
        """Take the whole frames of one read, in order, at least one. raises ValueError"""

    def on_end(self, reason: str) -> None:
        """Nothing more will come. Called once."""


class Link:
    """The loop's side of a worker's socket."""

    def __init__(self, worker: Worker, listener: Listener) -> None:
        self.worker = worker
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._fd = worker.socket.fileno()
        self._rest = b""
        self._unsent = bytearray()
        self._open = True
        self._loop.add_reader(self._fd, self._on_readable)

    def send(self, frame: bytes) -> None:
        """Write a frame, now or as soon as the worker reads; lost if the worker is."""
        if not self._open or not frame:
            return
        if not self._unsent:
            frame = frame[self._send_now(frame) :]
            if frame:
                self._loop.add_writer(self._fd, self._on_writable)
        self._unsent += frame

    def close(self) -> None:
        """Hear nothing more; the process itself is the caller's to end."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)

    def _send_now(self, data: bytes | bytearray) -> int:
        try:
            return self.worker.socket.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            # The reader sees the same end, and says so once.
            return len(data)

    def _on_writable(self) -> None:
        del self._unsent[: self._send_now(self._unsent)]
        if not self._unsent:
            self._loop.remove_writer(self._fd)

    def _on_readable(self) -> None:
        try:
            data = self.worker.socket.recv(RECV_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(f"its socket failed: {error}")
            return
        if not data:
            self._end("it closed its socket")
            return
        try:
            frames, self._rest = split(self._rest + data if self._rest else data)
            if frames:
                self._listener.on_frames(frames)
        except ValueError as error:
            self._end(f"it sent something that is not a frame: {error}")
        except Exception:
            # What else this read brought is lost; the next worker says it again.
            log.exception("could not take the worker's frames")
            self._end("its frames could not be taken")

    def _end(self, reason: str) -> None:
        self.close()
        self._listener.on_end(reason)


def split(data: bytes) -> tuple[list[bytes], bytes]:
    """The whole frames at the start of `data`, and what is left. raises ValueError"""
    frames = []
    start, header = 0, _core.HEADER_BYTES
    while len(data) - start >= header:
        end = start + header + _core.frame_length(data[start : start + header])
        if end > len(data):
            break
        frames.append(data[start:end])
        start = end
    return frames, data[start:]


Launch = Callable[[int], Worker]
"""Starts the worker of a generation."""
