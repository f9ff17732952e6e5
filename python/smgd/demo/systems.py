"""System prompts: none, a line, or the long kind that agents send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import words
from .tables import phrases

if TYPE_CHECKING:
    from random import Random

LINES = phrases("system")["lines"]


def system(random: Random) -> str | None:
    """Draw a system prompt, or none."""
    draw = random.random()
    if draw < 0.5:
        return None
    if draw < 0.92:
        return " ".join(random.sample(LINES, random.choice((1, 1, 2))))
    return prose(random, random.choice((1, 1, 2, 3, 6)))


def prose(random: Random, num_parts: int) -> str:
    """Write paragraphs, lists and headings."""
    parts = [
        f"You are {words.person(random)}, a {words.adjective(random)} {words.noun(random)} helper."
    ]
    for _ in range(num_parts):
        draw = random.random()
        if draw < 0.6:
            parts.append(" ".join(words.sentence(random) for _ in range(random.randint(1, 3))))
        elif draw < 0.8:
            parts.append(
                "\n".join(f"- {words.sentence(random)}" for _ in range(random.randint(2, 4)))
            )
        elif draw < 0.9:
            parts.append(f"## {words.noun(random).capitalize()} and {words.noun(random)}")
        else:
            parts.append(
                f"```\n{words.verb(random)} --{words.noun(random)} {words.noun(random)}\n```"
            )
    return random.choice(("\n\n", "\n", " ")).join(parts)
