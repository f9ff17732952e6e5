"""`python -m smgd.simulated --fd N --config JSON`, started as a worker is."""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import sys

from smgd._core import Model, encode_error
from smgd.simulated.engine import Engine, Gone
from smgd.simulated.script import read
from smgd.worker import lifeline


def main() -> int:
    """Work until the server hangs up. returns the exit code"""
    lifeline.die_with_parent()
    lifeline.ignore_signals()
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--config", required=True)
    told = parser.parse_args()
    config = json.loads(told.config)
    generation = config["generation"]
    gone = contextlib.suppress(Gone, ConnectionResetError, BrokenPipeError)
    with socket.socket(fileno=told.fd) as link, gone:
        try:
            model = Model.load(config["model"], served_names=["simulated"])
            script = read(config.get("script"), model)
        except ValueError as error:
            link.sendall(encode_error(generation, 0, 0, str(error)))
            return 1
        Engine(link, script, generation).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
