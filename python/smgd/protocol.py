"""uvicorn's HTTP protocol, except that a client which pipelines is still seen to leave.

While a request waits behind another one's reply, uvicorn neither reads the connection nor tells
the running reply of its end: one that is not streamed would run on for nobody.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

# Requests that may wait behind a reply. From here on the connection is not read, and its end is
# not seen before the reply's.
MAX_PIPELINED = 16


class Protocol(HttpToolsProtocol):
    """One connection."""

    _running: RequestResponseCycle | None = None

    def on_headers_complete(self) -> None:
        """Begin a request, or queue it behind the one that runs."""
        super().on_headers_complete()
        if 0 < len(self.pipeline) < MAX_PIPELINED:
            self.flow.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the reply that runs, not only the last request that came."""
        super().connection_lost(exc)
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401
        self._running = cycle
        super()._start_asgi_task(cycle, app)
