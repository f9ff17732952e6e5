"""The worker as the server sees it: `submit`, `abort`, and replies that outlive their worker.

Each frame of the worker is one call into the core, whose bytes go straight to the clients. When the
worker ends, the next one is given every live request with what was already said, and goes on from
there.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial

from smgd import _core
from smgd._core import (
    Asked,
    Chunk,
    Error,
    Fault,
    Model,
    Prepared,
    Ready,
    Replies,
    State,
    Step,
    Ticket,
)
from smgd.course import Course
from smgd.deaths import Deaths
from smgd.errors import Failure, WorkerLost
from smgd.heartbeat import Heartbeat
from smgd.keeper import Keeper
from smgd.link import Launch, Link, Worker
from smgd.metrics import Metrics
from smgd.roster import Roster
from smgd.sink import Sink
from smgd.store import History

log = logging.getLogger("smgd")

# A larger body takes more than about a millisecond to render and tokenize, so it leaves the loop.
INLINE_BODY_BYTES = 16 << 10
MAX_LIVE_REQUESTS = 4096
# How long a request waits for a worker that is loading, and how many may.
READY_TIMEOUT_S = 120.0
MAX_EARLY_REQUESTS = 1024
# How long a worker that closed its socket may take to exit by itself.
EXIT_PATIENCE_S = 0.5


class Engine:
    """Requests in, chunks out; workers come and go behind it."""

    def __init__(  # noqa: PLR0913 - what it is made of, and two settings
        self,
        model: Model,
        launch: Launch,
        metrics: Metrics,
        keeper: Keeper,
        *,
        seed: int | None = None,
        heartbeat_s: float = 0.0,
    ) -> None:
        self.model = model
        self.metrics = metrics
        self.keeper = keeper
        self.ready: Ready | None = None
        """What the running worker said of itself; None while there is none or it loads."""
        self.load_s = 0.0
        """How long the running worker took from its launch until it was ready."""
        self.draining = False
        self.num_answered = 0
        self.failure: asyncio.Future[Failure] = asyncio.get_running_loop().create_future()
        """Why no worker can be had; set once, at the end."""
        self._launch = launch
        self._seeds = random.Random(seed)  # noqa: S311 - keys of draws, no secrets
        self._numbers = itertools.count(1)
        self._replies = Replies(model)
        self._live: dict[int, Sink] = {}
        self._heartbeat = Heartbeat(heartbeat_s, self._live, self._replies.heartbeat)
        self._course = Course(metrics)
        self._roster = Roster(self._send)
        self._deaths = Deaths()
        self._ready_event = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._num_early = self._num_failed = 0
        self._last_words = ""
        self._generation = 0
        self._link: Link | None = None
        self._restart: asyncio.Task[None] | None = None

    # What routes call.

    async def parse(self, body: bytes) -> Asked:
        """What a body asks of the Responses API. raises Error"""
        if len(body) <= INLINE_BODY_BYTES:
            return Asked.parse(body)
        return await asyncio.to_thread(Asked.parse, body)

    async def prepare_chat(self, body: bytes) -> Prepared:
        """A chat request that passed every gate. raises Error"""
        return await self._prepare(partial(self.model.prepare_chat, body), "chatcmpl-", len(body))

    async def prepare_responses(self, asked: Asked, history: History) -> Prepared:
        """A request of the Responses API that passed every gate. raises Error"""
        prepare = partial(self.model.prepare_responses, asked, history.items, history.referenced)
        return await self._prepare(prepare, "resp_", asked.body_bytes + len(history.items))

    async def prepare_compact(self, asked: Asked, history: History) -> Prepared:
        """A request to say a conversation in fewer words. raises Error"""
        prepare = partial(self.model.prepare_compact, asked, history.items, history.referenced)
        return await self._prepare(prepare, "resp_", asked.body_bytes + len(history.items))

    def submit(self, prepared: Prepared, sink: Sink) -> None:
        """Begin a reply; its first bytes are pushed before this returns."""
        sink.submitted_at = sink.sent_at = time.monotonic()
        frame, first = self._replies.open(prepared, self._generation)
        self._live[prepared.request] = sink
        self._idle.clear()
        self._heartbeat.start()
        self.metrics.gauge("num_live").value = len(self._live)
        if first:
            sink.push(first)
        self._roster.add(prepared.request, frame)

    def object(self, request: int) -> bytes:
        """The response object of a live reply as it stands; empty once it ended."""
        return self._replies.object(request)

    def cancel(self, request: int) -> None:
        """End a reply because its client wants no more of it; nothing happens if it ended."""
        self._end(self._replies.cancel(request))

    def abort(self, request: int) -> None:
        """Forget a reply whose client left, and free what the worker holds for it."""
        if self._live.get(request) is None:
            return
        self._send(self._replies.abort(request, self._generation))
        self.metrics.counter("left").add()
        self._forget(request)

    # What the daemon calls.

    def start(self, worker: Worker) -> None:
        """Listen to a worker that was just launched."""
        self._generation = worker.generation
        self._link = Link(worker, self)

    async def until_ready(self) -> Ready:
        """The worker, once it can work; waits for ever if it never can."""
        await self._ready_event.wait()
        if self.ready is None:
            raise Error.not_ready("no worker can be had")
        return self.ready

    async def drain(self, timeout_s: float) -> int:
        """Take nothing new and let what runs go on. returns how many replies ended badly"""
        self.draining = True
        before = self._num_failed
        self._ready_event.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        for request in list(self._live):
            self._fail(request, Error.draining())
        await self.keeper.idle()
        return self._num_failed - before

    async def close(self) -> None:
        """End the worker; what ended before is stored when this returns."""
        self.draining = True
        self._heartbeat.close()
        if self._restart:
            self._restart.cancel()
        if self._link:
            self._link.close()
            await asyncio.to_thread(self._link.worker.leave)
        await self.keeper.idle()

    @property
    def max_model_len(self) -> int:
        """Longest sequence in tokens: the running worker's, whose memory may hold less."""
        return self.ready.max_model_len if self.ready else self.model.max_model_len

    @property
    def num_live(self) -> int:
        """Requests that are not finished."""
        return len(self._live)

    # What the worker says.

    def on_frames(self, frames: Sequence[bytes]) -> None:
        """Take the frames of one read; a stream's chunks of several frames become one send."""
        now = time.monotonic()
        joined: dict[Sink, None] = {}
        for frame in frames:
            kind, generation, _ = _core.frame_kind(frame)
            if generation != self._generation:
                continue
            if kind == "tokens":
                self._advance(frame, now, joined if len(frames) > 1 else None)
            else:
                self._hear(frame, now, joined)
        for sink in joined:
            sink.push(b"")

    def on_end(self, reason: str) -> None:
        """The worker is gone, or as good as gone."""
        assert self._link
        self.ready = None
        self._ready_event.clear()
        culprit = self._roster.blame()
        if culprit is not None:
            self._fail(culprit, Error.worker_lost(self._live[culprit].prepared.id))
        self._restart = asyncio.create_task(self._replace(self._link.worker, reason))
        self._restart.add_done_callback(self._replaced)

    # One step.

    def _advance(self, frame: bytes, now: float, joined: dict[Sink, None] | None) -> None:
        step = self._replies.advance(frame, int(time.time()))
        self._send(step.abort)
        for chunk in step.chunks:
            sink = self._live.get(chunk.request)
            if sink is None:
                continue
            if chunk.num_tokens:
                self._course.tokens(sink, now)
                if chunk.request == self._roster.on_trial:
                    self._roster.clear()
            if chunk.finished:
                if joined:
                    joined.pop(sink, None)
                self._finish(chunk, sink, now)
            elif chunk.data:
                sink.sent_at = now
                if joined is None:
                    sink.push(chunk.data)
                else:
                    sink.hold(chunk.data)
                    joined[sink] = None
        self._course.step(step.num_tokens, now)

    def _finish(self, chunk: Chunk, sink: Sink, now: float) -> None:
        self.keeper.end(chunk, sink)
        self._forget(chunk.request)
        self.num_answered += 1
        self._course.answered(chunk, sink, now)
        if chunk.error is None:
            self._deaths.answered()
        else:
            self._course.failed(chunk.error)
            log.error("%s ended badly: %s", sink.prepared.id, chunk.error)

    def _hear(self, frame: bytes, now: float, joined: dict[Sink, None]) -> None:
        """A frame that is not tokens."""
        message = _core.decode_frame(frame)
        if isinstance(message, Ready):
            self._on_ready(message)
        elif isinstance(message, State):
            self._on_state(message)
        elif isinstance(message, Fault) and message.request:
            self._advance(frame, now, joined)
        elif isinstance(message, Fault):
            self._last_words = message.message
        else:
            raise ValueError(f"a worker does not send {type(message).__name__}")

    def _on_state(self, state: State) -> None:
        metrics = self.metrics
        metrics.gauge("num_running").value = state.num_running
        metrics.gauge("num_waiting").value = state.num_waiting
        metrics.gauge("pages_used").value = state.pages_used
        metrics.gauge("num_pages").value = state.num_pages
        metrics.gauge("kv_usage").value = state.pages_used / max(1, state.num_pages)
        metrics.counter("preemptions").values[""] = state.num_preemptions

    # Requests that come in.

    async def _prepare(
        self, prepare: Callable[[Ticket], Prepared], prefix: str, num_bytes: int
    ) -> Prepared:
        """Give a request its name and its seed, and prepare it; beside the loop if it is large."""
        ready = await self._when_ready()
        ticket = Ticket(
            request=next(self._numbers),
            id=f"{prefix}{uuid.uuid4().hex}",
            created=int(time.time()),
            seed=self._seeds.getrandbits(63),
            max_model_len=ready.max_model_len,
        )
        if num_bytes <= INLINE_BODY_BYTES:
            return prepare(ticket)
        prepared = await asyncio.to_thread(prepare, ticket)
        if self.draining:
            raise Error.draining()
        return prepared

    async def _when_ready(self) -> Ready:
        """The running worker; waits for one that is loading, within bounds. raises Error"""
        if self.draining:
            raise Error.draining()
        if len(self._live) >= MAX_LIVE_REQUESTS or self._num_early >= MAX_EARLY_REQUESTS:
            raise Error.overloaded(len(self._live) + self._num_early, 1)
        if self.ready is not None:
            return self.ready
        self._num_early += 1
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                await self._ready_event.wait()
        except TimeoutError:
            raise Error.not_ready("the worker is loading its weights") from None
        finally:
            self._num_early -= 1
        return await self._when_ready()

    # Workers that come and go.

    def _on_ready(self, ready: Ready) -> None:
        assert self._link
        self.ready = ready
        self.load_s = time.monotonic() - self._link.worker.started_at
        self._deaths.ready()
        self._roster.begin(self._replies.resubmit(self._generation))
        self._ready_event.set()

    async def _replace(self, worker: Worker, reason: str) -> None:
        """Start the next worker in place of one that ended."""
        status = await asyncio.to_thread(worker.leave, EXIT_PATIENCE_S)
        said = self._last_words or f"{reason} ({exit_words(status)})"
        self._last_words = ""
        failure = self._deaths.died(said, time.monotonic())
        if failure is not None:
            self._lose(failure)
            return
        log.error("the worker ended: %s; starting it again", said)
        self.metrics.counter("worker_restarts").add()
        try:
            self.start(self._launch(worker.generation + 1))
        except OSError as error:
            self._lose(WorkerLost(f"the worker is lost: it could not be started again: {error}"))

    def _replaced(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            log.error("could not replace the worker", exc_info=task.exception())
            self._lose(WorkerLost("the worker is lost: it could not be replaced"))

    def _lose(self, failure: Failure) -> None:
        self._ready_event.set()
        self.draining = True
        for request, sink in list(self._live.items()):
            self._fail(request, Error.worker_lost(sink.prepared.id))
        if not self.failure.done():
            self.failure.set_result(failure)

    # Small change.

    def _send(self, frame: bytes) -> None:
        if frame and self._link is not None and self.ready is not None:
            self._link.send(frame)

    def _fail(self, request: int, error: Error) -> None:
        log.error("%s ended badly: %s", self._live[request].prepared.id, error)
        self._course.failed(error)
        self._num_failed += 1
        self._end(self._replies.fail(request, error))

    def _end(self, step: Step) -> None:
        """What the server, and not the worker, ended."""
        self._send(step.abort)
        for chunk in step.chunks:
            self.keeper.end(chunk, self._live[chunk.request])
            self._forget(chunk.request)

    def _forget(self, request: int) -> None:
        del self._live[request]
        self._roster.remove(request)
        if not self._live:
            self._idle.set()
        self.metrics.gauge("num_live").value = len(self._live)


def exit_words(status: int) -> str:
    """A process's end in words."""
    return f"killed by signal {-status}" if status < 0 else f"exit status {status}"
