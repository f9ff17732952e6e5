"""What the simulated engine says, when, and how it ends.

A script is a JSON object; every key may be left out:

    replies          what it says: {"text": ...} or {"ids": [...]}, each with optional
                     "when" (only for prompts that contain this text) and "loops" (true: it is
                     said again and again until max_tokens)
    tokens_per_step  new tokens of a sequence per step, or a list of counts to go round
    pace_ms          least time between two steps
    load_ms          time until it is ready
    fail_load        a sentence to fail with instead of becoming ready
    num_pages        pages of its imagined KV cache
    max_model_len    longest sequence
    deaths           [{"generation": 1, "frame": 7, "how": "exit" | "kill" | "hang" | "garbage"}]:
                     dies in place of sending its 7th tokens frame
    poison           dies when it is to decode a prompt that contains this text
    log              a file that gets one line per submitted request: its prompt's length, and a
                     digest of its ids

The first reply whose "when" fits is said; those without "when" are said in turn, by request number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Protocol


class Tokenizer(Protocol):
    """The part of the core's model that a script needs."""

    def encode(self, text: str) -> list[int]:
        """Ids of text."""

    def decode(self, ids: list[int]) -> bytes:
        """Text of ids."""


@dataclass(frozen=True)
class Line:
    """One reply."""

    text: str | None = None
    ids: tuple[int, ...] | None = None
    when: str | None = None
    loops: bool = False


@dataclass(frozen=True)
class Death:
    """Where a worker of one generation ends, and how."""

    generation: int
    frame: int
    how: str


@dataclass(frozen=True)
class Script:
    """See the module."""

    replies: tuple[Line, ...] = (Line(text="Hello! I am simulated."),)
    tokens_per_step: tuple[int, ...] = (1,)
    pace_ms: float = 0.0
    load_ms: float = 0.0
    fail_load: str = ""
    num_pages: int = 1024
    max_model_len: int = 65_536
    deaths: tuple[Death, ...] = ()
    poison: str = ""
    log: str = ""
    tokenizer: Tokenizer | None = field(default=None, compare=False)

    def line_for(self, request: int, prompt_ids: list[int]) -> tuple[Line, list[int]]:
        """What is said to a prompt, and its ids."""
        line = self._line_for(request, prompt_ids)
        if line.ids is not None:
            return line, list(line.ids)
        assert self.tokenizer
        return line, self.tokenizer.encode(line.text or "")

    def is_poison(self, prompt_ids: list[int]) -> bool:
        """Whether a worker dies of this prompt."""
        return bool(self.poison) and self._has(prompt_ids, self.poison)

    def counts(self) -> cycle[int]:
        """How many new tokens each step brings a sequence."""
        return cycle(self.tokens_per_step)

    def death(self, generation: int, frame: int) -> str | None:
        """How to die in place of this frame, if at all."""
        for death in self.deaths:
            if (death.generation, death.frame) == (generation, frame):
                return death.how
        return None

    def _line_for(self, request: int, prompt_ids: list[int]) -> Line:
        for line in self.replies:
            if line.when is not None and self._has(prompt_ids, line.when):
                return line
        in_turn = [line for line in self.replies if line.when is None]
        return in_turn[(request - 1) % len(in_turn)] if in_turn else Line(text="")

    def _has(self, prompt_ids: list[int], text: str) -> bool:
        assert self.tokenizer
        return text.encode() in self.tokenizer.decode(prompt_ids)


def read(path: str | None, tokenizer: Tokenizer) -> Script:
    """The script of a file; the default one without. raises ValueError"""
    if path is None:
        return Script(tokenizer=tokenizer)
    told: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    if "replies" in told:
        told["replies"] = tuple(
            Line(**{**line, "ids": tuple(line["ids"])} if "ids" in line else line)
            for line in told["replies"]
        )
    if "deaths" in told:
        told["deaths"] = tuple(Death(**death) for death in told["deaths"])
    per_step = told.pop("tokens_per_step", 1)
    told["tokens_per_step"] = tuple(per_step) if isinstance(per_step, list) else (per_step,)
    try:
        return Script(**told, tokenizer=tokenizer)
    except TypeError as error:
        raise ValueError(f"{path} is no script: {error}") from None
