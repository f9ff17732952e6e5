"""Made-up tools: names, descriptions and properties that no list holds ready."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import words
from .slots import Slot, slot

if TYPE_CHECKING:
    from random import Random

PAIR_KINDS = (
    "place",
    "place",
    "mark",
    "date",
    "clock",
    "person",
    "thing",
    "integer",
    "path",
)


@dataclass
class Tool:
    """A declared function, with the words that questions may name it by.

    paired holds the names of two properties that one phrase gives ("from A to B").
    """

    name: str
    verb: str
    topic: str
    extra: str
    description: str
    slots: list[Slot]
    paired: tuple[str, ...] = ()

    def declaration(self, random: Random) -> dict[str, Any]:
        """Write the tool as a client declares it."""
        properties = {s.name: s.schema for s in self.slots}
        parameters: dict[str, Any] = {"type": "object", "properties": properties}
        required = [s.name for s in self.slots if s.required]
        if required or random.random() < 0.5:
            parameters["required"] = required
        if random.random() < 0.2:
            parameters["additionalProperties"] = False
        if random.random() < 0.05:
            parameters["title"] = self.name + "Arguments"
        function: dict[str, Any] = {"name": self.name}
        if self.description:
            function["description"] = self.description
        function["parameters"] = parameters
        if random.random() < 0.1:
            function["strict"] = random.random() < 0.5
        return {"type": "function", "function": function}


def tool(random: Random, others: list[Tool]) -> Tool:
    """Make a tool whose words differ enough from the others' to be told apart."""
    verb, topic, extra = words.verb(random), topic_of(random), words.noun(random)
    if others and random.random() < 0.15:
        verb = others[0].verb
    elif others and random.random() < 0.1:
        topic = others[0].topic
    while any((t.verb, t.topic) == (verb, topic) for t in others):
        topic = words.noun(random)
    slots, paired = properties(random)
    about = "" if random.random() < 0.06 else describe(random, verb, topic, extra, slots)
    name = unique(random, name_of(random, verb, topic, extra), [t.name for t in others])
    return Tool(name, verb, topic, extra, untold(about), slots, paired)


def topic_of(random: Random) -> str:
    """Draw what the tool is about, in one or two words."""
    draw = random.random()
    if draw < 0.12:
        return f"{words.adjective(random)} {words.noun(random)}"
    return f"{words.noun(random)} {words.noun(random)}" if draw < 0.24 else words.noun(random)


def properties(random: Random) -> tuple[list[Slot], tuple[str, ...]]:
    """Make none to three properties, and name the two that go together, if any do."""
    taken: set[str] = set()
    needed, spare = random.choice((0, 1, 1, 1, 1, 1, 2, 2, 3)), random.choice((0, 0, 0, 1))
    required = [slot(random, required=True, taken=taken) for _ in range(needed)]
    paired: tuple[str, ...] = ()
    if random.random() < 0.18:
        kind = random.choice(PAIR_KINDS)
        both = [slot(random, required=True, taken=taken, kind=kind) for _ in range(2)]
        left = [k for k in ("integer", "number", "date", "clock") if k != kind != "integer"]
        more = bool(left) and random.random() < 0.45
        required = both + [
            slot(random, required=random.random() < 0.6, taken=taken, kind=random.choice(left))
            for _ in range(more)
        ]
        paired = (both[0].name, both[1].name)
    optional = [slot(random, required=False, taken=taken) for _ in range(spare)]
    slots = required + optional
    if not paired and random.random() < 0.1:
        random.shuffle(slots)
    return slots, paired


def name_of(random: Random, verb: str, topic: str, extra: str) -> str:
    """Make a name in one of the usual spellings."""
    thing, camel = topic.replace(" ", "_"), topic.title().replace(" ", "")
    forms = [f"{verb}_{thing}"] * 28 + [verb + camel, f"{verb}-{thing}", thing, thing]
    forms += [f"{verb}_{thing}_{extra}", f"{extra}_{thing}", f"mcp__{extra}__{verb}_{thing}"]
    return random.choice(forms)


def unique(random: Random, name: str, taken: list[str]) -> str:
    """Lengthen a name until no other tool has it, and no hand-written one."""
    while name in taken or name in words.HELD_OUT_TEXTS:
        name += f"_{words.noun(random)}"
    return name


def untold(about: str) -> str:
    """Drop a description that a hand-written tool has."""
    return "" if about in words.HELD_OUT_TEXTS else about


def describe(random: Random, verb: str, topic: str, extra: str, slots: list[Slot]) -> str:
    """Write a description that holds verb and topic, and often more."""
    of = slots[0].cue if slots else extra
    a, cap = "an" if topic[0] in "aeiou" else "a", verb.capitalize()
    forms = (
        f"{cap} {a} {topic}.",
        f"{cap} the {topic}.",
        f"{cap} the {topic} of a {of}.",
        f"{cap}s {topic}s.",
        f"{cap} {topic}s by {of}.",
        f"Use this to {verb} {a} {topic}.",
        f"{cap} {a} {topic} and the {extra}.",
        f"A tool to {verb} the {topic}.",
        f"{cap} the {words.adjective(random)} {topic}",
        f"{cap} {topic}",
        f"{cap} the {topic} for the given {of}.",
        f"{cap} {a} {topic} with a {extra}.",
        f"{topic.capitalize()}: {verb} it.",
        f"{cap} {a} {topic} in the {extra}.",
        f"{cap} the {topic} or the {extra}.",
        f"{cap} {a} {topic} for the user.",
        f"{cap} the current {topic}.",
        f"{cap} {a} {topic} by its {of}.",
        f"{cap} {a} {topic} in one step.",
        f"{cap} {a} {topic} and return it.",
        f"{cap} {a} new {topic}.",
        f"{cap} {a} {topic} for someone.",
        f"{cap} {topic}s from the {extra}.",
        f"Lets you {verb} {topic}s.",
    )
    return random.choice(forms)
