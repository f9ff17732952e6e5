"""A tool's properties: their schema, and how a question mentions their values.

A slot is one property of one tool. Its *cue* is a word that names it in a question;
without one, the value's kind has to tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import tables, words
from .tables import phrases

if TYPE_CHECKING:
    from random import Random

SUFFIXES = tables.words("suffixes")
KINDS = {
    "place": 6,
    "person": 4,
    "thing": 5,
    "phrase": 4,
    "message": 3,
    "quote": 4,
    "command": 3,
    "date": 4,
    "clock": 3,
    "mail": 2,
    "path": 4,
    "link": 1,
    "mark": 4,
    "integer": 8,
    "number": 4,
    "boolean": 2,
    "enum": 5,
    "array": 2,
}
TYPES = {"integer": "integer", "number": "number", "boolean": "boolean", "array": "array"}

# Names and descriptions that tell what kind of value a property takes.
TELLING = phrases("property")["telling"]
HINTS = phrases("property")["hints"]
LEADS = phrases("property")["leads"]


@dataclass
class Slot:
    """One property; `clear` says that its name or description tells its kind."""

    name: str
    kind: str
    schema: dict[str, Any]
    cue: str
    required: bool
    clear: bool = False
    choices: list[str] = field(default_factory=list)


def property_name(random: Random) -> str:
    """Make a name, in one of the usual spellings."""
    a, b = words.noun(random), words.noun(random)
    draw = random.random()
    if draw < 0.76:
        return a
    if draw < 0.88:
        return f"{a}_{b}"
    if draw < 0.89:
        return a + b.capitalize()
    if draw < 0.93:
        return f"{words.adjective(random)}_{a}"
    return f"{a}_{random.choice(SUFFIXES)}" if draw < 0.97 else random.choice(SUFFIXES)


def counted_name(random: Random, noun: str) -> str:
    """Make the name of a number of things."""
    forms = ("{}s", "{}s", "num_{}s", "max_{}s", "{}_count", "total_{}s", "min_{}", "{}_size")
    return random.choice(forms).format(noun)


def spoken(name: str) -> str:
    """Say a property's name as a person would."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).replace("_", " ")


def slot(random: Random, *, required: bool, taken: set[str], kind: str | None = None) -> Slot:
    """Make a property whose name is not taken yet."""
    kind = kind or random.choices(list(KINDS), list(KINDS.values()))[0]
    for _ in range(99):
        name, cue, clear = named(random, kind)
        if name not in taken | words.HELD_OUT:
            break
    taken.add(name)
    made = Slot(name, kind, {"type": TYPES.get(kind, "string")}, cue, required, clear)
    if kind == "enum":
        size = random.choice((2, 2, 3, 3, 4))
        made.choices = list(dict.fromkeys(option(random) for _ in range(size)))
        made.schema["enum"] = made.choices
    if kind == "array":
        made.schema["items"] = {"type": "string"}
    decorate(random, made)
    return made


def named(random: Random, kind: str) -> tuple[str, str, bool]:
    """Make a name, its cue, and whether the name tells the kind."""
    if kind in TELLING and random.random() < 0.75:
        name = random.choice(TELLING[kind])
        if random.random() < 0.2:
            name = f"{words.noun(random)}_{name}"
        return name, spoken(name), True
    if kind == "integer" and random.random() < 0.4:
        noun = words.noun(random)
        return counted_name(random, noun), noun, False
    name = property_name(random)
    return name, spoken(name), False


def decorate(random: Random, made: Slot) -> None:
    """Add a description and what else schemas carry."""
    schema = made.schema
    if made.kind == "integer" and random.random() < 0.2:
        schema["minimum"] = random.randint(0, 1)
    if not made.required and random.random() < 0.15:
        schema = {"anyOf": [schema, {"type": "null"}], "default": None}
    elif not made.required and made.kind == "enum" and random.random() < 0.3:
        schema["default"] = random.choice(made.choices)
    if random.random() < 0.08:
        schema["title"] = made.cue.title()
    if random.random() < 0.75:
        about = describe(random, made)
        while about in words.HELD_OUT_TEXTS:
            about = describe(random, made)
        ahead = random.random() < 0.2
        schema = {"description": about, **schema} if ahead else {**schema, "description": about}
    made.schema = schema


def option(random: Random) -> str:
    """Draw one value of an enum."""
    word = random.choice((words.adjective, words.noun, words.noun))(random)
    return word.upper() if random.random() < 0.06 else word


def describe(random: Random, made: Slot) -> str:
    """Write a sentence about the property; it may bring a cue of its own or tell the kind."""
    cue, other = made.cue, words.noun(random)
    if made.kind == "integer" and random.random() < 0.2:
        made.cue, made.clear = other, True
        return random.choice(("Number of {}s", "How many {}s", "The number of {}s.")).format(other)
    if made.kind in LEADS and random.random() < 0.25:
        made.clear = True
        lead: str = random.choice(LEADS[made.kind])
        return lead.format(n=random.choice((cue, other)), v=words.verb(random))
    forms = (
        (f"The {cue}", cue),
        (f"The {cue}.", cue),
        (f"{cue.capitalize()} of the {other}", cue),
        (f"The {other}", other),
        (f"The {other} to use", other),
        (f"{other.capitalize()}", other),
        (f"Which {other} to {words.verb(random)}", other),
        (f"The {cue} or the {other}", random.choice((cue, other))),
        (f"Name of the {other}", other),
        (f"The {cue}, for example {words.noun(random)}", cue),
        (f"Optional {cue}.", cue),
        (f"The {other} that is {words.adjective(random)}.", other),
        (f"{cue.capitalize()} ({words.noun(random)} or {words.noun(random)})", cue),
        (f"The {words.adjective(random)} {other} of the {words.noun(random)}", other),
    )
    text, made.cue = random.choice(forms if random.random() < 0.08 else forms[:3])
    if made.kind in HINTS and random.random() < 0.6:
        hint = random.choice(HINTS[made.kind])
        made.clear = True
        return text.rstrip(".") + (hint if hint[0] == "," else f" {hint}")
    return text
