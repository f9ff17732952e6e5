"""Streamed tokens per second and CPU per token of the server process, before `smgd.simulated`.

    python -m benches.serve [--streams 64 256] [--seconds 6] [--rate 8000]

Every stream is one endless chat completion, one token a step. The simulated engine paces its steps
to `--rate` tokens a second in all, slow enough that each token is a frame and a write of its own.
The figure is CPU time of the server process per token, and its inverse is what one core could do.
A reader or a server that is late sees several tokens at once: "tokens per read" tells.
"""

import argparse
import json
import os
import selectors
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benches import machine, servers, table

DEMO = Path(__file__).parents[1] / "python/smgd/demo/model"
TEXT = "A reply of ordinary words, one after another, as a model would say them. "
CALL = '<tool_call>\n{"name": "note", "arguments": {"text": "%s"}}\n</tool_call>\n' % (TEXT * 4)
TOOL = {
    "type": "function",
    "function": {
        "name": "note",
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
    },
}
WARM_UP_S = 1.0


@dataclass(frozen=True)
class Figure:
    """What one run showed."""

    tokens_per_s: float
    cpu_us: float
    """CPU time of the server process per token."""
    tokens_per_read: float


def measure(streams: int, *, tools: bool, rate: float, seconds: float) -> Figure:
    """Run `streams` readers for some seconds at `rate` tokens a second in all."""
    script = {
        "replies": [{"text": CALL if tools else TEXT, "loops": True}],
        "pace_ms": 1000 * streams / rate,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(script, file)
        file.flush()
        simulated = ("--worker-module", "smgd.simulated", "--worker-script", file.name)
        with servers.smgd(DEMO, *simulated) as server:
            readers = [begin(server.port, tools=tools) for _ in range(streams)]
            read(readers, WARM_UP_S)
            cpu_s, began = machine.cpu_seconds(server.pid), time.perf_counter()
            tokens, reads = read(readers, seconds)
            cpu_s, took_s = machine.cpu_seconds(server.pid) - cpu_s, time.perf_counter() - began
            for reader in readers:
                reader.close()
    return Figure(tokens / took_s, 1e6 * cpu_s / tokens, tokens / reads)


def begin(port: int, *, tools: bool) -> socket.socket:
    """One streaming request."""
    asked: dict[str, object] = {
        "messages": [{"role": "user", "content": "Go on."}],
        "stream": True,
        "ignore_eos": True,
    }
    if tools:
        asked["tools"] = [TOOL]
    body = json.dumps(asked).encode()
    connection = socket.create_connection((servers.HOST, port))
    connection.sendall(
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n\r\n%s" % (len(body), body)
    )
    if not connection.recv(65536).startswith(b"HTTP/1.1 200"):
        raise RuntimeError("the server refused the request")
    connection.settimeout(0)
    return connection


def read(readers: list[socket.socket], seconds: float) -> tuple[int, int]:
    """Read whatever comes. returns (events, reads)"""
    events = reads = 0
    until = time.perf_counter() + seconds
    with selectors.EpollSelector() as selector:
        for reader in readers:
            selector.register(reader, selectors.EVENT_READ)
        while time.perf_counter() < until:
            for key, _ in selector.select(0.1):
                data = os.read(key.fd, 1 << 20)
                if not data:
                    raise RuntimeError("the server ended a stream")
                events += data.count(b"data: ")
                reads += 1
    return events, reads


HEADER = ("streams", "tokens/s sent", "CPU us/token", "tokens/s of one core", "tokens per read")


def main() -> None:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", nargs="+", type=int, default=[64, 256])
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rate", type=float, default=8_000)
    options = parser.parse_args()
    print(machine.describe("uvicorn", "uvloop"))
    rows = []
    for tools in (False, True):
        for streams in options.streams:
            seen = measure(streams, tools=tools, rate=options.rate, seconds=options.seconds)
            rows.append(
                [
                    f"{streams}{', tool calls' if tools else ''}",
                    f"{seen.tokens_per_s:,.0f}",
                    f"{seen.cpu_us:.1f}",
                    f"{1e6 / seen.cpu_us:,.0f}",
                    f"{seen.tokens_per_read:.1f}",
                ]
            )
    print(table.markdown(HEADER, rows))


if __name__ == "__main__":
    main()
