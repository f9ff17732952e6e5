"""Replies as the server tells them: tokens of a small model in, what a client reads out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smgd import _core

DEMO = Path(_core.__file__).parent / "demo" / "model"
MODEL = _core.Model.load(str(DEMO), served_names=["demo"])
ENDS = {"running": 0, "stop": 1, "length": 2}


@dataclasses.dataclass
class Served:
    """One choice, folded by the server; a streamed one is joined here."""

    message: dict[str, Any]
    finish_reason: str
    usage: dict[str, Any]


def served(
    text: str,
    *,
    end: str = "stop",
    model: _core.Model = MODEL,
    sizes: Sequence[int] = (1, 2, 3, 1000),
    **fields: Any,
) -> Served:
    """The reply to a request with these fields, under every grouping of its tokens."""
    ways = [(size, stream) for size in sizes for stream in (False, True)]
    replies = [reply(text, end, model, size, stream=stream, **fields) for size, stream in ways]
    assert all(other == replies[0] for other in replies), replies
    return replies[0]


def reply(
    text: str, end: str, model: _core.Model, num_tokens: int, *, stream: bool, **fields: Any
) -> Served:
    """The reply whose tokens come so many at a step."""
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi"}], "stream": stream}
    body |= fields | ({"stream_options": {"include_usage": True}} if stream else {})
    ticket = _core.Ticket(request=1, id="x", created=1, seed=7, max_model_len=4096)
    prepared = model.prepare_chat(json.dumps(body).encode(), ticket)
    replies = _core.Replies(model)
    frame, sent = replies.open(prepared, 1)
    submit = _core.decode_frame(frame)
    assert isinstance(submit, _core.Submit)
    sequence = submit.rows[0][0]
    ids = model.encode(text) + ([model.stop_ids[-1]] if end == "stop" else [])
    for at in range(0, len(ids), num_tokens):
        last = at + num_tokens >= len(ids)
        step = ids[at : at + num_tokens]
        ends = [ENDS[end if last else "running"]]
        for chunk in replies.advance(
            _core.encode_tokens(1, 1, [sequence], [len(step)], step, ends), now=1
        ).chunks:
            sent += chunk.data
        if not replies.live:
            break
    return joined(sent) if stream else whole(json.loads(sent))


def whole(completion: dict[str, Any]) -> Served:
    """A completion object."""
    (choice,) = completion["choices"]
    message = {name: value for name, value in choice["message"].items() if name != "role"}
    return Served(message, choice["finish_reason"], completion["usage"])


def joined(stream: bytes) -> Served:
    """A stream's deltas as the message they make."""
    message: dict[str, Any] = {"content": ""}
    calls: list[dict[str, Any]] = []
    reason, usage = "", {}
    for line in stream.decode().split("\n\n"):
        if not line or line == "data: [DONE]":
            continue
        chunk = json.loads(line.removeprefix("data: "))
        usage = chunk.get("usage") or usage
        for choice in chunk["choices"]:
            reason = choice["finish_reason"] or reason
            delta = choice["delta"]
            for field in ("content", "reasoning_content"):
                if delta.get(field):
                    message[field] = message.get(field, "") + delta[field]
            for call in delta.get("tool_calls", []):
                if call["index"] == len(calls):
                    calls.append(
                        {
                            "id": call["id"],
                            "type": "function",
                            "function": {"name": "", "arguments": ""},
                        }
                    )
                function = calls[call["index"]]["function"]
                for field, piece in call.get("function", {}).items():
                    function[field] += piece
    if calls:
        message["tool_calls"] = calls
        message["content"] = message["content"] or None
    return Served(message, reason, usage)
