"""Requests by hand, so that leaving and not reading are the test's to time."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

LAST_CHUNK = b"0\r\n\r\n"


def post(
    url: str, path: str, body: bytes, *, times: int = 1, timeout_s: float = 30
) -> socket.socket:
    """Send the same request so many times at once; the answers are the caller's to read."""
    where = urlsplit(url)
    connection = socket.create_connection((where.hostname, where.port), timeout=timeout_s)
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n"
    request = head.encode() + b"content-type: application/json\r\n\r\n" + body
    connection.sendall(request * times)
    return connection


def read_to(end: bytes, connection: socket.socket) -> bytes:
    """What comes up to these bytes, with them."""
    data = b""
    while not data.endswith(end):
        part = connection.recv(1 << 16)
        assert part, f"the connection ended early: {data[-300:]!r}"
        data += part
    return data
