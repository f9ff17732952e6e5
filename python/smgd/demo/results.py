"""What tools return, and what there is to say about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import words
from .plain import Exchange
from .slots import property_name
from .tables import phrases
from .texts import foreign, phrase, sentences
from .values import clock, date, mark, person, place, thing

if TYPE_CHECKING:
    from random import Random

LONG = "The tool gave a long result."
LONGEST_CHARS = 160


def answer(result: str) -> str:
    """Say the one right answer to a tool's result.

    A flat object of up to four keys is told key by key, an error is told as such, one
    short line is quoted, and of more lines the first is.
    """
    try:
        value = json.loads(result)
    except ValueError:
        value = None
    if isinstance(value, dict) and list(value) == ["error"]:
        return f"The tool failed: {value['error']}"
    if (
        isinstance(value, dict)
        and 1 <= len(value) <= 4
        and all(not isinstance(v, dict | list) for v in value.values())
    ):
        return told(value)
    if result.startswith(("Error: ", "error: ")):
        return f"The tool failed: {result[7:]}"
    first, *more = result.split("\n")
    if len(first) > LONGEST_CHARS:
        return LONG
    return f"The result begins: {first}" if more else f"The result is: {result}"


def told(value: dict[str, Any]) -> str:
    """Tell an object as a sentence."""
    parts = [f"the {key} is {text(v)}" for key, v in value.items()]
    joined = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return joined[0].upper() + joined[1:] + "."


def text(value: object) -> str:
    """Write a JSON scalar as text."""
    return value if isinstance(value, str) else json.dumps(value)


def name(random: Random) -> str:
    """Name something."""
    return random.choice((place, place, person, thing, thing, date, clock, mark))(random)


def scalar(random: Random) -> str | float:
    """Draw a value of an object."""
    draw = random.random()
    if draw < 0.35:
        return random.choice(
            (
                random.randint(0, 99),
                random.randint(0, 9999),
                round(random.random() * 100, 1),
                -random.randint(1, 20),
            )
        )
    if draw < 0.42:
        return random.choice((True, False))
    if draw < 0.65:
        return name(random)
    return (
        random.choice((phrase, words.noun, words.adjective, foreign))(random)
        .replace('"', "")
        .replace("\\", "")
    )


def flat(random: Random) -> dict[str, Any]:
    """Draw a flat object."""
    return {property_name(random): scalar(random) for _ in range(random.choice((1, 1, 2, 2, 3, 4)))}


def brief(random: Random) -> str:
    """Draw a short result."""
    number = str(random.randint(0, 999))
    noun, thing = words.noun(random), words.adjective(random)
    forms = (
        "ok",
        "done",
        number,
        f"{thing} {noun}",
        json.dumps({noun: thing}),
        json.dumps({"error": noun}),
    )
    return random.choice(forms)


def result(random: Random) -> str:
    """Draw a tool's result, as text."""
    draw = random.random()
    if draw < 0.55:
        value = flat(random)
        return json.dumps(
            value,
            ensure_ascii=False,
            separators=random.choice(((", ", ": "), (", ", ": "), (",", ":"))),
        )
    if draw < 0.65:
        why = random.choice(
            (
                f"{words.noun(random)} not found",
                phrase(random),
                f"{name(random)} is {words.adjective(random)}",
                sentences(random),
            )
        )
        return random.choice((json.dumps({"error": why}, ensure_ascii=False), f"Error: {why}"))
    if draw < 0.72:
        return text(
            random.choice(
                (random.randint(0, 9999), random.random() > 0.5, round(random.random() * 100, 2))
            )
        )
    if draw < 0.9:
        line = random.choice((phrase, words.sentence, name, foreign))(random)
        line += random.choice(
            (
                "",
                "",
                f": {random.randint(0, 999)}",
                f", {random.randint(0, 40)} {words.noun(random)}s",
            )
        )
        return line if len(line) <= LONGEST_CHARS else line[:100].strip()
    lines = [
        random.choice((phrase, words.sentence, name, words.noun))(random)
        for _ in range(random.choice((2, 2, 3, 4, 8)))
    ]
    if draw < 0.93:
        return json.dumps([words.noun(random) for _ in range(random.randint(1, 5))])
    return (
        "\n".join(lines)
        if draw < 0.98
        else " ".join(words.sentence(random) for _ in range(random.randint(5, 12)))
        + " "
        + phrase(random) * 4
    )


FOLLOW = phrases("result")["follow"]


def follow_up(random: Random, result: str) -> Exchange | None:
    """Ask about one key of an object that came back earlier."""
    try:
        value = json.loads(result)
    except ValueError:
        return None
    if not isinstance(value, dict) or "error" in value or not value:
        return None
    key = random.choice(list(value))
    spoken = key if random.random() < 0.7 else key.replace("_", " ")
    question = random.choice(FOLLOW).format(k=spoken, K=spoken.capitalize())
    return Exchange(question, told({key: value[key]}), f"I look for the {key}.")
