"""`python -m smgd.worker --fd N [--fd M] --config JSON`: the worker's process, start to end."""

import argparse
import logging
import os
import socket
import sys
from collections.abc import Sequence

from . import lifeline
from .config import Failure, WorkerConfig

EXIT_COULD_NOT_START = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the model, say so to the servers, and serve until they are gone."""
    lifeline.die_with_parent()
    lifeline.ignore_signals()
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    sockets = [socket.socket(fileno=fd) for fd in options.fd]
    lifeline.watch(sockets)
    config = WorkerConfig.from_json(options.config)
    # Threads that spin while they wait would take the core that the server needs. The library
    # reads this once, when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OMP_NUM_THREADS", str(config.num_threads))
    from smgd import _core  # noqa: PLC0415 - after the lifeline is out

    from .loop import Loop, Port  # noqa: PLC0415

    ports = [Port(end) for end in sockets]
    try:
        from .load import load  # noqa: PLC0415 - loads torch

        loaded = load(config)
    except Exception as error:  # noqa: BLE001 - whatever it is, the server must hear of it
        message = str(error) if isinstance(error, Failure) else f"{type(error).__name__}: {error}"
        message = " ".join(message.split())
        print(f"worker: {message}", file=sys.stderr)
        for port in ports:
            port.send(_core.encode_error(config.generation, 0, 0, message))
        return EXIT_COULD_NOT_START
    ready = _core.encode_ready(
        config.generation,
        num_parameters=loaded.num_parameters,
        weight_bytes=loaded.weight_bytes,
        num_pages=loaded.num_pages,
        page_size=loaded.page_size,
        max_model_len=loaded.max_model_len,
        max_num_seqs=loaded.max_num_seqs,
        max_num_batched_tokens=loaded.max_num_batched_tokens,
        load_ms=loaded.load_ms,
        device=loaded.device,
        dtype=loaded.dtype,
    )
    for port in ports:
        port.send(ready)
    Loop(ports, loaded.batcher, config.generation).run()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="smgd.worker", description=__doc__)
    parser.add_argument("--fd", type=int, action="append", required=True, help="a server's socket")
    parser.add_argument("--config", required=True, help="WorkerConfig as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
