"""GET /metrics."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response


async def show(request: Request) -> Response:
    """Everything Prometheus may want to know."""
    text = request.app.state.engine.metrics.text()
    return Response(text, media_type=CONTENT_TYPE_LATEST)
