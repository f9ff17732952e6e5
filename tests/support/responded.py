"""Replies of every kind as `/v1/responses` tells them, streamed and whole."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from scripted import CUSTOM, FUNCTION, NAMESPACE, NO_ARGUMENTS

POISON = "[poison]"
TOOLS = [FUNCTION, NO_ARGUMENTS, CUSTOM, NAMESPACE]
SEALED = {"store": False, "include": ["reasoning.encrypted_content"]}
EVERYTHING = {
    "instructions": "Be short.",
    "metadata": {"about": "tests"},
    "temperature": 0.5,
    "top_p": 0.9,
    "max_output_tokens": 99,
    "max_tool_calls": 3,
    "parallel_tool_calls": True,
    "prompt_cache_key": "key",
    "safety_identifier": "somebody",
    "service_tier": "auto",
    "truncation": "disabled",
    "reasoning": {"effort": "low", "summary": "auto"},
    "text": {"format": {"type": "text"}, "verbosity": "low"},
    "tools": [FUNCTION],
    "tool_choice": "auto",
    "user": "somebody",
}
COMPLETED: dict[str, dict[str, Any]] = {
    "text": {"input": "Hello."},
    "reasoning": {"input": "Which? [think]"},
    "sealed reasoning": {"input": "Which? [think]", **SEALED},
    "call": {"input": "And the weather? [weather]", "tools": TOOLS},
    "call without arguments": {"input": "When? [now]", "tools": TOOLS},
    "text and calls": {"input": "Look: [both]", "tools": TOOLS},
    "reasoning and call": {"input": "Well? [think and look]", "tools": TOOLS},
    "custom call": {"input": "Make it: [patch]", "tools": TOOLS},
    "namespaced call": {"input": "Ask another: [spawn]", "tools": TOOLS},
    "everything asked": {"input": "Hello.", **EVERYTHING},
    "background": {"input": "Hello.", "background": True},
}
INCOMPLETE: dict[str, dict[str, Any]] = {
    "cut text": {"input": "[forever]", "max_output_tokens": 5},
    "cut reasoning": {"input": "Which? [think]", "max_output_tokens": 4},
    "cut call": {"input": "And the weather? [weather]", "tools": TOOLS, "max_output_tokens": 12},
}
FAILED = {"failed": {"input": f"Hello. {POISON}"}}
KINDS = COMPLETED | INCOMPLETE | FAILED
every_kind = pytest.mark.parametrize("kind", KINDS)
with_items = pytest.mark.parametrize("kind", COMPLETED | INCOMPLETE)

TERMINAL = {"response.completed", "response.incomplete", "response.failed"}
LIFECYCLE = TERMINAL | {"response.created", "response.queued", "response.in_progress"}


@dataclass(frozen=True)
class Streamed:
    """One reply as events."""

    lines: list[str]
    """What follows `event: `; none for `[DONE]`."""
    events: list[dict[str, Any]]
    raw: bytes

    def of(self, *types: str) -> list[dict[str, Any]]:
        """Events of these types."""
        return [event for event in self.events if event["type"] in types]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    @property
    def added(self) -> dict[int, dict[str, Any]]:
        """The items as they were added, by their place."""
        return self._items("response.output_item.added")

    @property
    def done(self) -> dict[int, dict[str, Any]]:
        """The items as they were done, by their place."""
        return self._items("response.output_item.done")

    @property
    def response(self) -> dict[str, Any]:
        """The response that the last event tells."""
        told: dict[str, Any] = self.events[-1]["response"]
        return told

    def _items(self, type: str) -> dict[int, dict[str, Any]]:
        return {event["output_index"]: event["item"] for event in self.of(type)}


def streamed(raw: bytes) -> Streamed:
    """Read a stream the way plainest of readers does: by line feeds, a blank line per event."""
    *blocks, done, end = raw.decode().split("\n\n")
    assert (done, end) == ("data: [DONE]", ""), raw[-200:]
    lines, events = [], []
    for block in blocks:
        name, data = block.split("\n")
        assert name.startswith("event: "), block
        assert data.startswith("data: "), block
        lines.append(name.removeprefix("event: "))
        events.append(json.loads(data.removeprefix("data: ")))
    return Streamed(lines, events, raw)


def stream(client: httpx.Client, **asked: Any) -> Streamed:
    """The events of a reply."""
    reply = client.post("/v1/responses", json={"model": "m", "stream": True, **asked})
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/event-stream")
    return streamed(reply.content)


def whole(client: httpx.Client, **asked: Any) -> dict[str, Any]:
    """The response object of a reply."""
    reply = client.post("/v1/responses", json={"model": "m", **asked})
    assert reply.status_code == 200, reply.text
    told: dict[str, Any] = reply.json()
    return told


def ended(client: httpx.Client, response: dict[str, Any], within_s: float = 10) -> dict[str, Any]:
    """A background response once it has ended; any other as it is."""
    until = time.monotonic() + within_s
    while response["status"] in {"queued", "in_progress"}:
        assert time.monotonic() < until, response
        time.sleep(0.02)
        response = client.get(f"/v1/responses/{response['id']}").json()
    return response
