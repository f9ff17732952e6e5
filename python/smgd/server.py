"""One daemon from its loop's first turn to its exit code: start, announce, serve, drain."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from smgd import app, checkpoint
from smgd._core import Error, Model, Ready
from smgd.checkpoint import Checkpoint
from smgd.engine import Engine
from smgd.errors import CouldNotStart, Exit, Failure
from smgd.keeper import Keeper
from smgd.link import Launch, Worker
from smgd.metrics import Metrics
from smgd.protocol import Protocol
from smgd.settings import Settings, unknown_variables
from smgd.state import State
from smgd.store import Store, open_store

log = logging.getLogger("smgd")

# How long connections may take to close once their replies are done.
CLOSE_TIMEOUT_S = 3
# Connections that may wait to be accepted.
BACKLOG = 2048


def run(
    settings: Settings,
    found: Checkpoint,
    listener: socket.socket,
    launch: Launch,
    worker: Worker,
) -> int:
    """Serve until told to stop. returns the exit code; raises Failure"""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(message)s", stream=sys.stderr
    )
    for name in unknown_variables():
        log.warning("%s is not a variable of smgd; see smgd options", name)
    if settings.enable_auto_tool_choice:
        log.debug("--enable-auto-tool-choice has no effect: tools always work")
    state = State(settings)
    model = load(settings, found, state)
    say(about_model(model))
    for warning in model.warnings:
        log.warning("%s", warning)
    store = open_store(settings, state)
    say(f"responses: {store}")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        daemon = Daemon(settings, model, store, listener, launch)
        try:
            return runner.run(daemon.run(worker))
        finally:
            if settings.uds:
                Path(settings.uds).unlink(missing_ok=True)


def load(settings: Settings, found: Checkpoint, state: State) -> Model:
    """What the server itself needs of the checkpoint. raises CouldNotStart"""
    try:
        return Model.load(
            found.folder,
            served_names=found.names,
            tokenizer=checkpoint.tokenizer(settings.tokenizer),
            chat_template=checkpoint.chat_template(settings.chat_template),
            max_model_len=settings.max_model_len,
            tool_call_parser=settings.tool_call_parser,
            reasoning_parser=settings.reasoning_parser,
            strict=settings.strict,
            skipped_tool_note=not settings.no_skipped_tool_note,
            reasoning_events=settings.reasoning_events,
            secret=state.secret,
        )
    except ValueError as error:
        raise CouldNotStart(f"cannot serve {found.folder}: {error}") from None


class Server(uvicorn.Server):
    """uvicorn without its own idea of signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Catch none."""
        yield


class Daemon:
    """The life of one server process."""

    def __init__(
        self,
        settings: Settings,
        model: Model,
        store: Store,
        listener: socket.socket,
        launch: Launch,
    ) -> None:
        self._settings = settings
        self._model = model
        self._store = store
        self._listener = listener
        self._launch = launch
        self._told = asyncio.Event()

    async def run(self, worker: Worker) -> int:
        """Serve until told to stop. returns the exit code; raises Failure"""
        self._catch_signals()
        self._listener.listen(BACKLOG)
        metrics = Metrics(self._model.names[0])
        engine = Engine(
            self._model,
            self._launch,
            metrics,
            Keeper(self._store, metrics),
            seed=self._settings.seed,
            heartbeat_s=self._settings.heartbeat_s,
        )
        engine.start(worker)
        server = self._server(engine)
        serving = asyncio.create_task(server.serve(sockets=[self._listener]))
        announcing = asyncio.create_task(self._announce(engine))
        try:
            failure = await self._until_told(engine)
            dropped = 0 if failure else await self._drain(engine)
            server.should_exit = True
            await serving
        finally:
            announcing.cancel()
            await engine.close()
            await self._store.close()
        if failure:
            raise failure
        say(f"stopped: {engine.num_answered:,} requests, {dropped} dropped")
        return Exit.DRAINED

    def _server(self, engine: Engine) -> Server:
        settings = self._settings
        served = app.build(
            engine,
            self._store,
            keys=settings.api_key,
            allowed_origins=settings.allowed_origins,
            reasoning_events=settings.reasoning_events,
        )
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        return Server(
            uvicorn.Config(
                served,
                http=Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=CLOSE_TIMEOUT_S,
            )
        )

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal, number)

    def _on_signal(self, number: signal.Signals) -> None:
        """The first asks, the second insists; the worker then ends by itself."""
        if self._told.is_set():
            say(f"{number.name}: stopping now")
            os._exit(Exit.TOLD_TWICE)
        self._signal_name = number.name
        self._told.set()

    async def _announce(self, engine: Engine) -> None:
        say(f"authentication: {'on' if self._settings.api_key else 'off'}")
        say(f"listening on {self._url()} while the worker loads")
        with contextlib.suppress(Error):
            say(about_worker(await engine.until_ready(), engine.load_s))
            say(f"ready on {self._url()}")

    async def _until_told(self, engine: Engine) -> Failure | None:
        """Wait for a signal or for the worker's loss."""
        told = asyncio.create_task(self._told.wait())
        waits: list[asyncio.Future[Any]] = [told, engine.failure]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        return engine.failure.result() if engine.failure.done() else None

    async def _drain(self, engine: Engine) -> int:
        limit_s = self._settings.drain_timeout_s
        say(
            f"{self._signal_name}: draining, {engine.num_live} requests running, "
            f"up to {limit_s:g} s (again to stop now)"
        )
        return await engine.drain(limit_s)

    def _url(self) -> str:
        if self._settings.uds:
            return f"unix:{self._settings.uds}"
        host, port = self._listener.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def about_model(model: Model) -> str:
    """What the checkpoint is and how its replies are read."""
    defaults = " ".join(f"{name}={value:g}" for name, value in model.sampling_defaults.items())
    return (
        f"model: {', '.join(model.names)}; context {model.max_model_len:,} tokens; "
        f"sampling defaults: {defaults or 'none'}\n"
        f"formats: {model.formats_reason}"
    )


def about_worker(ready: Ready, load_s: float) -> str:
    """What the worker runs on."""
    return (
        f"worker ready in {load_s:.1f} s: "
        f"{ready.num_parameters / 1e6:,.1f} M parameters, "
        f"{size(ready.weight_bytes)} of weights, {ready.dtype} on {ready.device}, "
        f"{ready.num_pages:,} pages of {ready.page_size} tokens "
        f"({ready.num_pages * ready.page_size:,} in all), "
        f"context {ready.max_model_len:,}, {ready.max_num_seqs} sequences, "
        f"{ready.max_num_batched_tokens:,} tokens a step"
    )


def size(num_bytes: int) -> str:
    """Bytes for people."""
    value, units = float(num_bytes), ["B", "KiB", "MiB", "GiB"]
    while value >= 1024 and len(units) > 1:
        value, units = value / 1024, units[1:]
    return f"{value:.1f} {units[0]}"


def say(line: str) -> None:
    """A line for whoever started the daemon, at any log level."""
    print(line, file=sys.stderr, flush=True)
