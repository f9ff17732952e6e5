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
from collections import Counter as Tally
from collections.abc import Sequence
from functools import partial

from smgd import _core
from smgd._core import Chunk, Error, Fault, Model, Prepared, Ready, Replies, State
from smgd.deaths import Deaths
from smgd.errors import Failure, WorkerLost
from smgd.link import Launch, Link, Worker
from smgd.metrics import Metrics
from smgd.reply import Reply
from smgd.roster import Roster

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

    def __init__(
        self, model: Model, launch: Launch, metrics: Metrics, *, seed: int | None = None
    ) -> None:
        self.model = model
        self.metrics = metrics
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
        self._live: dict[int, Reply] = {}
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
        self._first_token = metrics.histogram("first_token")
        self._between_tokens = metrics.histogram("between_tokens")
        self._generation_tokens = metrics.counter("generation_tokens")

    # What routes call.

    async def prepare_chat(self, body: bytes) -> Prepared:
        """A chat request that passed every gate. raises Error"""
        ready = await self._when_ready()
        prepare = partial(
            self.model.prepare_chat,
            body,
            request=next(self._numbers),
            id=f"chatcmpl-{uuid.uuid4().hex}",
            created=int(time.time()),
            seed=self._seeds.getrandbits(63),
            max_model_len=ready.max_model_len,
        )
        if len(body) <= INLINE_BODY_BYTES:
            return prepare()
        prepared = await asyncio.to_thread(prepare)
        if self.draining:
            raise Error.draining()
        return prepared

    def submit(self, prepared: Prepared, sink: Reply) -> None:
        """Begin a reply; its first bytes are pushed before this returns."""
        sink.submitted_at = time.monotonic()
        frame, first = self._replies.open(prepared, self._generation)
        self._live[prepared.request] = sink
        self._idle.clear()
        self.metrics.gauge("num_live").value = len(self._live)
        if first:
            sink.push(first)
        self._roster.add(prepared.request, frame)

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
        return self._num_failed - before

    async def close(self) -> None:
        """End the worker."""
        self.draining = True
        if self._restart:
            self._restart.cancel()
        if self._link:
            self._link.close()
            await asyncio.to_thread(self._link.worker.leave)

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
        joined: dict[Reply, None] = {}
        for frame in frames:
            kind, generation, _ = _core.frame_kind(frame)
            if generation != self._generation:
                continue
            if kind == "tokens":
                self._advance(frame, now, joined if len(frames) > 1 else None)
            else:
                self._hear(frame, now, joined)
        for reply in joined:
            reply.push(b"")

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

    def _advance(self, frame: bytes, now: float, joined: dict[Reply, None] | None) -> None:
        step = self._replies.advance(frame, int(time.time()))
        self._send(step.abort)
        gaps: Tally[float] = Tally()
        for chunk in step.chunks:
            reply = self._live.get(chunk.request)
            if reply is None:
                continue
            if chunk.num_tokens:
                self._time(chunk.request, reply, now, gaps)
            if chunk.finished:
                if joined:
                    joined.pop(reply, None)
                self._finish(chunk, reply, now)
            elif chunk.data and joined is None:
                reply.push(chunk.data)
            elif chunk.data and joined is not None:
                reply.hold(chunk.data)
                joined[reply] = None
        # Equal waits, which is nearly all of a step's, are observed together.
        for since, times in gaps.items():
            self._between_tokens.observe(now - since, times)
        self._generation_tokens.add(step.num_tokens)

    def _time(self, request: int, reply: Reply, now: float, gaps: Tally[float]) -> None:
        if reply.last_token_at:
            gaps[reply.last_token_at] += 1
        else:
            self._first_token.observe(now - reply.submitted_at)
        reply.last_token_at = now
        if request == self._roster.on_trial:
            self._roster.clear()

    def _finish(self, chunk: Chunk, reply: Reply, now: float) -> None:
        reply.finish(chunk.data, chunk.error)
        self._forget(chunk.request)
        self.num_answered += 1
        metrics = self.metrics
        metrics.counter("prompt_tokens").add(chunk.prompt_len)
        metrics.histogram("end_to_end").observe(now - reply.submitted_at)
        metrics.histogram("prompt_len").observe(chunk.prompt_len)
        metrics.histogram("reply_len").observe(chunk.completion_tokens)
        for reason in chunk.finish_reasons:
            metrics.counter("finished").add(label=reason)
        if chunk.error is None:
            self._deaths.answered()
        else:
            metrics.counter("failed").add(label=chunk.error.code)
            log.error("%s ended badly: %s", reply.prepared.id, chunk.error)

    def _hear(self, frame: bytes, now: float, joined: dict[Reply, None]) -> None:
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

    # Workers that come and go.

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
        for request, reply in list(self._live.items()):
            self._fail(request, Error.worker_lost(reply.prepared.id))
        if not self.failure.done():
            self.failure.set_result(failure)

    # Small change.

    def _send(self, frame: bytes) -> None:
        if frame and self._link is not None and self.ready is not None:
            self._link.send(frame)

    def _fail(self, request: int, error: Error) -> None:
        reply = self._live[request]
        step = self._replies.fail(request, error)
        self._send(step.abort)
        reply.finish(b"".join(chunk.data for chunk in step.chunks), error)
        log.error("%s ended badly: %s", reply.prepared.id, error)
        self.metrics.counter("failed").add(label=error.code)
        self._num_failed += 1
        self._forget(request)

    def _forget(self, request: int) -> None:
        del self._live[request]
        self._roster.remove(request)
        if not self._live:
            self._idle.set()
        self.metrics.gauge("num_live").value = len(self._live)


def exit_words(status: int) -> str:
    """A process's end in words."""
    return f"killed by signal {-status}" if status < 0 else f"exit status {status}"
