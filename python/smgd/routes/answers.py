"""Answers that are there at once: JSON, made here or written by the core."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from starlette.responses import Response

from smgd.reply import ignored


def json(value: object, had_no_effect: Sequence[str] = ()) -> Response:
    """A value as JSON; as `written`."""
    return written(orjson.dumps(value), had_no_effect)


def written(data: bytes, had_no_effect: Sequence[str] = ()) -> Response:
    """JSON as it is.

    had_no_effect  names for the header that tells what of the request was ignored
    """
    response = Response(data, media_type="application/json")
    response.raw_headers += ignored(had_no_effect)
    return response
