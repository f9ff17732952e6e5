"""/v1/responses: asked, read again, cancelled, deleted, counted and compacted."""

from __future__ import annotations

import asyncio
import dataclasses

import orjson
from starlette.requests import Request
from starlette.responses import Response

from smgd import _core
from smgd._core import Error
from smgd.background import Backgrounds, Reader
from smgd.engine import Engine
from smgd.events import after, resumed
from smgd.front import body
from smgd.pushed import STREAM_HEADERS
from smgd.reply import Reply
from smgd.routes.answers import json, written
from smgd.store import Store, StoredResponse


async def create(request: Request) -> Response:
    """Answer with one response.

    As chat does: everything that can be refused is refused before the first byte. A response in
    the background is answered as queued, or as the stream of its events, once it is stored so.
    """
    engine, store, backgrounds = rooms(request)
    asked = await engine.parse(await body(request))
    end_turn = request.app.state.turns.begin(asked.conversation)
    try:
        prepared = await engine.prepare_responses(asked, await store.history(asked))
    except BaseException:
        end_turn()
        raise
    if not prepared.background:
        return Reply(engine, prepared, end_turn)
    background = await backgrounds.begin(prepared, end_turn)
    if prepared.stream:
        return Reader(background, seen=-1)
    return written(background.record, prepared.ignored)


async def retrieve(request: Request) -> Response:
    """A response as it stands, or its events after one of them."""
    _, store, backgrounds = rooms(request)
    id, seen = request.path_params["id"], last_seen(request)
    background = backgrounds.get(id)
    if background is not None and seen is not None:
        return Reader(background, seen)
    record = await backgrounds.record(id)
    if record:
        return written(record) if seen is None else replayed(request, record, seen)
    stored = await find(store, id)
    if seen is None:
        return written(stored.record)
    refuse_elsewhere(stored)
    if stored.events:
        return streamed(after(stored.events, seen))
    return replayed(request, stored.record, seen)


async def cancel(request: Request) -> Response:
    """End a response that runs in the background; one that has its end stays as it is."""
    _, store, backgrounds = rooms(request)
    id = request.path_params["id"]
    await backgrounds.cancel(id)
    record = await backgrounds.record(id)
    if not record:
        stored = await find(store, id)
        refuse_elsewhere(stored)
        record = stored.record
    if not orjson.loads(record)["background"]:
        raise Error.not_in_background(id)
    return written(record)


async def delete(request: Request) -> Response:
    """Forget a response; one that still runs ends."""
    _, store, backgrounds = rooms(request)
    id = request.path_params["id"]
    await backgrounds.cancel(id)
    if not backgrounds.forget(id):
        refuse_elsewhere(await find(store, id))
    await store.delete(id)
    return json({"id": id, "object": "response", "deleted": True})


async def input_tokens(request: Request) -> Response:
    """How many tokens the prompt of a request would have."""
    engine, store, _ = rooms(request)
    asked = await engine.parse(await body(request))
    past = await store.history(asked)
    count = engine.model.count_responses
    num_tokens = await asyncio.to_thread(count, asked, past.items, past.referenced)
    return json({"object": "response.input_tokens", "input_tokens": num_tokens})


async def compact(request: Request) -> Response:
    """A conversation in fewer words, as items to go on from."""
    engine, store, _ = rooms(request)
    asked = await engine.parse(await body(request))
    return Reply(engine, await engine.prepare_compact(asked, await store.history(asked)))


def rooms(request: Request) -> tuple[Engine, Store, Backgrounds]:
    """What all of these need."""
    state = request.app.state
    return state.engine, state.store, state.backgrounds


async def find(store: Store, id: str) -> StoredResponse:
    """A stored response; one whose server is gone has failed. raises Error"""
    stored = await store.get(id)
    if stored is None:
        raise Error.response_not_found(id[:200])
    if not stored.abandoned:
        return stored
    record = _core.failed(stored.record, Error.server_restarted(id))
    failed = dataclasses.replace(stored, record=record, unfinished=False, abandoned=False)
    await store.put(failed)
    return failed


def refuse_elsewhere(stored: StoredResponse) -> None:
    """raises Error: another server on this store works on the response, and only that one can"""
    if stored.unfinished:
        expected = "a response that has ended, or that this server works on"
        raise Error.invalid_param("id", expected, stored.id)


def last_seen(request: Request) -> int | None:
    """Number of the last event that the client has, -1 before the first; None for no stream.

    raises Error
    """
    stream = request.query_params.get("stream", "false")
    if stream not in {"true", "false"}:
        raise Error.invalid_param("stream", "true or false", stream[:50])
    seen = request.query_params.get("starting_after")
    if seen is not None and not (seen.isascii() and seen.isdigit() and len(seen) < 16):
        raise Error.invalid_param("starting_after", "a sequence number", seen[:50])
    if stream == "false":
        return None
    return -1 if seen is None else int(seen)


def replayed(request: Request, record: bytes, seen: int) -> Response:
    """The events that a response would have been told in, after one of them."""
    events = _core.replay(record, request.app.state.reasoning_events)
    return streamed(resumed(events, seen))


def streamed(events: bytes) -> Response:
    """Events that are all there."""
    response = Response(events)
    response.raw_headers += STREAM_HEADERS
    return response
