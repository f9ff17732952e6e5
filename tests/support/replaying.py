"""A server that answers with a recorded stream, and stops a client that goes on."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextlib.contextmanager
def replaying(events: list[dict[str, Any]], times: int = 1) -> Iterator[str]:
    """The address of such a server, for as long as it is wanted."""
    data = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)

    left = [200] * times

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            status = left.pop() if left else 400
            self.send_response(status)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            if status == 200:
                self.wfile.write(f"{data}data: [DONE]\n\n".encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
