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
from typing import Protocol, cast

from smgd import _core

log = logging.getLogger("smgd")

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


class Link(asyncio.Protocol):
    """The loop's side of a worker's socket.

    A transport, not `add_reader`: under uvloop that can lose sight of a socket whose number another
    one has just had, and the worker would never be heard.
    """

    def __init__(self, worker: Worker, listener: Listener) -> None:
        self.worker = worker
        self._listener = listener
        self._rest = b""
        self._unsent = bytearray()
        self._open = True
        self._transport: asyncio.Transport | None = None
        loop = asyncio.get_running_loop()
        opening = loop.create_unix_connection(lambda: self, sock=worker.socket)
        self._opening = loop.create_task(opening)

    def send(self, frame: bytes) -> None:
        """Write a frame, now or as soon as the worker reads; lost if the worker is."""
        if not self._open:
            return
        if self._transport is None:
            self._unsent += frame
        else:
            self._transport.write(frame)

    def close(self) -> None:
        """Hear nothing more, and hang up; the process itself is the caller's to end."""
        self._open = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send what was to be sent before."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        if not self._open:
            self._transport.abort()
        elif self._unsent:
            self._transport.write(bytes(self._unsent))

    def data_received(self, data: bytes) -> None:
        """Hand on whole frames; what is none ends the worker."""
        if not self._open:
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

    def connection_lost(self, exc: Exception | None) -> None:
        """The worker hung up, or its socket broke."""
        if self._open:
            self._end(f"its socket failed: {exc}" if exc else "it closed its socket")

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
