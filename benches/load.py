"""A streaming client that costs little: raw HTTP/1.1 over asyncio, parsing only what it counts."""

import asyncio
import time
from dataclasses import dataclass, field

import orjson


@dataclass
class Stream:
    """What one client saw."""

    started: float
    """Seconds, as `time.perf_counter` tells them: when the request was sent."""
    arrivals: list[float] = field(default_factory=list)
    """When each read that held a `data:` line came."""
    num_events: int = 0
    status: int = 0
    tail: bytes = b""
    """The end of the body, for a complaint."""

    @property
    def first_token_s(self) -> float:
        """Seconds from the request to the first text."""
        return self.arrivals[min(1, len(self.arrivals) - 1)] - self.started


async def stream(host: str, port: int, body: dict[str, object]) -> Stream:
    """Send one chat completion with `stream: true` and read it to its end."""
    content = orjson.dumps(body | {"stream": True})
    reader, writer = await asyncio.open_connection(host, port)
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n"
        f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    seen = Stream(started=time.perf_counter())
    writer.write(head.encode() + content)
    seen.status = int((await reader.readuntil(b"\r\n\r\n")).split()[1])
    while data := await reader.read(65536):
        events = data.count(b"data: ")
        if events:
            seen.arrivals.append(time.perf_counter())
            seen.num_events += events
        seen.tail = (seen.tail + data)[-400:]
    writer.close()
    if seen.status != 200:
        raise RuntimeError(
            f"the server answered {seen.status}: {seen.tail.decode(errors='replace')}"
        )
    return seen


async def streams(
    host: str, port: int, body: dict[str, object], clients: int
) -> tuple[list[Stream], float]:
    """Run `clients` of them at once: what each saw, and the seconds until the last was done."""
    started = time.perf_counter()
    seen = await asyncio.gather(*(stream(host, port, body) for _ in range(clients)))
    return list(seen), time.perf_counter() - started
