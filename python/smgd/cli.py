"""The command `smgd`: reads its words, starts the worker first and then the server."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import FrameType

from smgd._core import __version__
from smgd.errors import CouldNotStart, Exit, Failure, WrongCommandLine
from smgd.settings import Settings, markdown
from smgd.sources import parse

USAGE = """usage: smgd serve [MODEL] [--flag value ...]   serve a model over the OpenAI API
       smgd options                           print every setting as a table
       smgd --version                         print the version"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. returns its exit code"""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return run(words)
    except Failure as failure:
        print(f"smgd: {failure}", file=sys.stderr)
        return failure.exit


def run(words: list[str]) -> int:
    """raises Failure"""
    match words:
        case ["serve", *rest]:
            return serve(parse(rest, os.environ))
        case ["options"]:
            print(markdown())
        case ["--version" | "-V" | "version"]:
            print(f"smgd {__version__}")
        case ["--help" | "-h" | "help"]:
            print(USAGE)
        case []:
            raise WrongCommandLine("no command was given", hint=USAGE)
        case [word, *_]:
            raise WrongCommandLine(f"there is no command {word}", hint=USAGE)
    return 0


def serve(settings: Settings) -> int:
    """Bind, find the model, start the worker, and only then import what the server needs.

    The worker's own imports take longest, so it gets a head start. raises Failure
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    print(f"smgd {__version__}, pid {os.getpid()}", file=sys.stderr)
    print(f"settings: {settings.summary()}", file=sys.stderr, flush=True)
    listener = bind(settings)

    from smgd import checkpoint, link  # noqa: PLC0415 - see above

    found = checkpoint.resolve(settings)
    launch = partial(link.launch, settings.worker_module, worker_config(settings, found.folder))
    worker = launch(1)
    try:
        from smgd import server  # noqa: PLC0415 - see above

        return server.run(settings, found, listener, launch, worker)
    finally:
        worker.kill()


def leave(number: int, _frame: FrameType | None) -> None:
    """A signal before there is anything to drain."""
    print(f"{signal.Signals(number).name}: stopped before it was ready", file=sys.stderr)
    raise SystemExit(Exit.DRAINED)


def bind(settings: Settings) -> socket.socket:
    """The listening socket, so that a taken address fails before anything is loaded.

    raises CouldNotStart
    """
    family, address = family_and_address(settings)
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if settings.uds is None:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            remove_stale(settings.uds)
        bound.bind(address)
    except OSError as error:
        where = settings.uds or f"{settings.host}:{settings.port}"
        raise CouldNotStart(
            f"could not bind {where}: {(error.strerror or str(error)).lower()}",
            hint="another smgd may be running; choose a port with --port, 0 takes a free one",
        ) from None
    return bound


def family_and_address(settings: Settings) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    """raises CouldNotStart: no such host"""
    if settings.uds is not None:
        return socket.AF_UNIX, settings.uds
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise CouldNotStart(f"could not find the address {settings.host}: {error}") from None
    family, _, _, _, address = found[0]
    return family, (str(address[0]), settings.port)


def remove_stale(path: str) -> None:
    """Take away a socket that nobody listens on any more.

    raises OSError: somebody does, or it is another kind of file
    """
    if not Path(path).is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink()
            return
    raise OSError("address already in use")


TOLD_WORKER = (
    *("device", "dtype", "max_model_len", "max_num_seqs", "max_num_batched_tokens"),
    *("kv_cache_memory_bytes", "gpu_memory_utilization", "seed"),
)


def worker_config(settings: Settings, folder: str) -> dict[str, object]:
    """What the worker is told, beside its generation; what is not set is its own to choose."""
    told = {name: getattr(settings, name) for name in TOLD_WORKER}
    told |= {"model": folder, "script": settings.worker_script}
    return {name: value for name, value in told.items() if value is not None}
