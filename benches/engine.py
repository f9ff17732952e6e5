"""Decode speed over HTTP at 1, 8 and 32 clients, beside `transformers serve` in the same run.

    python -m benches.engine [--shapes small mid] [--clients 1 8 32] [--max-tokens 128]

Every client sends the same 113-token prompt at once and reads its greedy stream to the end. A
figure is all tokens over the time until the last stream was done, prefill included: the median of
three rounds.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benches import load, machine, servers, shapes, table

PROMPT_LEN = 113
ROUNDS = 3
DTYPES = {"small": "float32", "mid": "bfloat16"}


@dataclass(frozen=True)
class Figure:
    """One server at one number of clients."""

    tokens_per_s: float
    token_ms: float
    """Median over the streams of the time between tokens."""
    first_token_ms: float


def measure(server: servers.Server, text: str, clients: int, max_tokens: int) -> Figure:
    """Run one warm-up and `ROUNDS` rounds, and take the median of each figure."""
    messages = [{"role": "user", "content": text}]
    body = {"model": server.model, "messages": messages, "max_tokens": max_tokens, "temperature": 0}
    rounds = []
    for _ in range(1 + ROUNDS):
        run = load.streams(servers.HOST, server.port, body, clients)
        seen, seconds = asyncio.run(run)
        gaps = [(s.arrivals[-1] - s.arrivals[1]) / max(1, max_tokens - 2) for s in seen]
        first = statistics.median(s.first_token_s for s in seen)
        rounds.append((clients * max_tokens / seconds, statistics.median(gaps) * 1e3, first * 1e3))
    return Figure(*(statistics.median(column) for column in zip(*rounds[1:], strict=True)))


def compare(shape: str, clients: Sequence[int], max_tokens: int) -> list[list[str]]:
    """Measure both servers on one shape: a row per number of clients."""
    with tempfile.TemporaryDirectory() as name:
        dtype = DTYPES[shape]
        folder = shapes.write(Path(name), shape, dtype)
        text = shapes.prompt(folder, PROMPT_LEN)
        ours = _figures(servers.smgd(folder, "--dtype", dtype), text, clients, max_tokens)
        theirs = _figures(servers.transformers(folder, dtype), text, clients, max_tokens)
    return [
        [
            f"{shape} {dtype}",
            str(count),
            f"{our.tokens_per_s:.0f}",
            f"{their.tokens_per_s:.0f}",
            f"{our.tokens_per_s / their.tokens_per_s:.1f}",
            f"{our.token_ms:.2f}",
            f"{their.token_ms:.2f}",
            f"{our.first_token_ms:.0f}",
            f"{their.first_token_ms:.0f}",
        ]
        for count, our, their in zip(clients, ours, theirs, strict=True)
    ]


def _figures(
    running: AbstractContextManager[servers.Server],
    text: str,
    clients: Sequence[int],
    max_tokens: int,
) -> list[Figure]:
    with running as server:
        return [measure(server, text, count, max_tokens) for count in clients]


HEADER = (
    *("shape", "clients", "smgd tokens/s", "transformers tokens/s", "ratio"),
    *("smgd ms/token", "transformers ms/token", "smgd first ms", "transformers first ms"),
)


def main() -> None:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shapes", nargs="+", choices=shapes.SHAPES, default=list(shapes.SHAPES))
    parser.add_argument("--clients", nargs="+", type=int, default=[1, 8, 32])
    parser.add_argument("--max-tokens", type=int, default=128)
    options = parser.parse_args()
    print(machine.describe("smgd", "torch", "transformers"))
    rows = []
    for shape in options.shapes:
        rows += compare(shape, options.clients, options.max_tokens)
    print(table.markdown(HEADER, rows))


if __name__ == "__main__":
    main()
