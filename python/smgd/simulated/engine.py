"""The simulated engine's loop: the worker's side of the frames, one step after another."""

from __future__ import annotations

import hashlib
import os
import select
import signal
import socket
import sys
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from smgd import _core
from smgd._core import Submit
from smgd.link import split
from smgd.simulated.script import Script

PAGE_TOKENS = 32
RECV_BYTES = 1 << 18
RUNNING, STOP_ID, LENGTH = 0, 1, 2


class Gone(Exception):
    """The server hung up."""


@dataclass
class Sequence:
    """One choice being said."""

    number: int
    prompt_len: int
    to_say: list[int]
    loops: bool
    """Whether it begins again after its last id, so that only the limit ends it."""
    said: int
    limit: int
    stop_id: int | None
    counts: Iterator[int] = field(repr=False)

    def next_ids(self) -> tuple[list[int], int]:
        """The next step's ids, and whether and why they are the last."""
        whole = self.limit if self.loops else min(len(self.to_say), self.limit)
        upto = min(self.said + next(self.counts), whole)
        ids = said_between(self.to_say, self.said, upto)
        self.said = upto
        if upto == self.limit:
            return ids, LENGTH
        if upto < whole:
            return ids, RUNNING
        return ids if self.stop_id is None else [*ids, self.stop_id], STOP_ID

    @property
    def pages(self) -> int:
        """Pages that its tokens would take."""
        return -(-(self.prompt_len + self.said) // PAGE_TOKENS)


def said_between(to_say: list[int], since: int, upto: int) -> list[int]:
    """Ids of a text that is said again and again."""
    if upto <= len(to_say):
        return to_say[since:upto]
    return [to_say[at % len(to_say)] for at in range(since, upto)]


def digest(ids: list[int]) -> str:
    """What tells two prompts apart."""
    return hashlib.sha256(array("I", ids).tobytes()).hexdigest()


class Engine:
    """Reads submissions, says replies, dies on cue."""

    def __init__(self, link: socket.socket, script: Script, generation: int) -> None:
        self._link = link
        self._poll = select.poll()
        self._poll.register(link, select.POLLIN)
        self._script = script
        self._generation = generation
        self._sequences: dict[int, Sequence] = {}
        self._rest = b""
        self._step = 0
        self._frames = 0
        self._prompt_tokens = 0
        self._generated = 0

    def run(self) -> None:
        """Work until the server hangs up."""
        self._load()
        due = time.monotonic()
        while True:
            wait = max(0.0, due - time.monotonic()) if self._sequences else None
            changed = self._read(wait)
            if self._sequences and time.monotonic() >= due:
                due = max(due, time.monotonic() - 1) + self._script.pace_ms / 1000
                self._say()
            elif changed:
                self._tell_state()

    def _load(self) -> None:
        time.sleep(self._script.load_ms / 1000)
        if self._script.fail_load:
            self._send(_core.encode_error(self._generation, 0, 0, self._script.fail_load))
            sys.exit(1)
        ready = _core.encode_ready(
            self._generation,
            num_parameters=0,
            weight_bytes=0,
            num_pages=self._script.num_pages,
            page_size=PAGE_TOKENS,
            max_model_len=self._script.max_model_len,
            max_num_seqs=4096,
            max_num_batched_tokens=65_536,
            load_ms=int(self._script.load_ms),
            device="simulated",
            dtype="none",
        )
        self._send(ready)
        self._tell_state()

    def _read(self, wait_s: float | None) -> bool:
        """Take what the server says. returns whether it said anything; raises Gone"""
        if not self._poll.poll(None if wait_s is None else wait_s * 1000):
            return False
        try:
            data = self._link.recv(RECV_BYTES)
        except ConnectionResetError:
            raise Gone from None
        if not data:
            raise Gone
        frames, self._rest = split(self._rest + data)
        for frame in frames:
            self._take(frame)
        return True

    def _take(self, frame: bytes) -> None:
        if _core.frame_kind(frame)[1] != self._generation:
            return
        message = _core.decode_frame(frame)
        if isinstance(message, Submit):
            self._submit(message)
        elif isinstance(message, list):
            for number in message:
                self._sequences.pop(number, None)
        else:
            raise ValueError(  # noqa: TRY004 - a frame of the wrong kind
                f"a server does not send {type(message).__name__}"
            )

    def _submit(self, submit: Submit) -> None:
        if self._script.log:
            with Path(self._script.log).open("a", encoding="utf-8") as file:
                file.write(f"{len(submit.prompt_ids)} {digest(submit.prompt_ids)}\n")
        if self._script.is_poison(submit.prompt_ids):
            self._die("kill")
        self._prompt_tokens += len(submit.prompt_ids)
        line, to_say = self._script.line_for(submit.request, submit.prompt_ids)
        for number, _, emitted in submit.rows:
            if list(emitted) != said_between(to_say, 0, len(emitted)):
                message = "the emitted ids are not what was said before"
                self._send(
                    _core.encode_error(self._generation, self._step, submit.request, message)
                )
                continue
            self._sequences[number] = Sequence(
                number=number,
                prompt_len=len(submit.prompt_ids),
                to_say=to_say,
                loops=line.loops or submit.ignore_eos,
                said=len(emitted),
                limit=submit.max_tokens,
                stop_id=submit.stop_ids[0] if submit.stop_ids else None,
                counts=self._script.counts(),
            )

    def _say(self) -> None:
        """One step of every sequence."""
        numbers, counts, ids, ends = [], [], [], []
        for sequence in list(self._sequences.values()):
            new_ids, end = sequence.next_ids()
            numbers.append(sequence.number)
            counts.append(len(new_ids))
            ids += new_ids
            ends.append(end)
            if end != RUNNING:
                del self._sequences[sequence.number]
        self._step += 1
        self._frames += 1
        self._generated += len(ids)
        how = self._script.death(self._generation, self._frames)
        if how is not None:
            self._die(how)
        self._send(_core.encode_tokens(self._generation, self._step, numbers, counts, ids, ends))
        if any(ends) or self._step % 16 == 1:
            self._tell_state()

    def _tell_state(self) -> None:
        state = _core.encode_state(
            self._generation,
            self._step,
            num_running=len(self._sequences),
            num_waiting=0,
            pages_used=sum(sequence.pages for sequence in self._sequences.values()),
            num_pages=self._script.num_pages,
            prompt_tokens=self._prompt_tokens,
            generated_tokens=self._generated,
            num_preemptions=0,
        )
        self._send(state)

    def _die(self, how: str) -> None:
        match how:
            case "exit":
                os._exit(1)
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                while self._link.recv(RECV_BYTES):
                    pass
                raise Gone
            case "garbage":
                self._send(b"\xff" * _core.HEADER_BYTES)
            case _:
                raise ValueError(f"there is no way to die called {how}")

    def _send(self, frame: bytes) -> None:
        try:
            self._link.sendall(frame)
        except BrokenPipeError:
            raise Gone from None
