"""Drills for what questions alone do not teach: to look names up, and to tell values apart.

A question mostly says what a tool is about ("the wolf") and a name begins with what it does
(`mute_wolf`): the word has to be found in the middle of a name, and then the name's beginning
said. Training on questions alone never found these steps in a hundred million tokens. Lists of
pairs, where little else is to be learned, teach them in four million; conversations with bare
tools carry them over. Lists of values do the same for arguments: most of a call is its form,
and of a list, every third token is a value.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import words
from .chat import Conversation, Document, Message, call, rows, said
from .questions import FORMS, Question, called, question
from .slots import Slot, slot
from .tools import Tool, properties, unique, untold

if TYPE_CHECKING:
    from random import Random

LINKS = ("", " ", "_", "_")
GAPS = (" ", " ", ": ", " = ", "\n", '\n{"name": "')


def lookup(random: Random, *, thinking: bool) -> Conversation:
    """Ask for tools by the end of their names, and for little else."""
    size = random.choice((2, 3, 4, 4, 5, 6))
    tools = [
        bare(random, verb, topic, some_slots(random, random.choice((0, 0, 1, 1, 2)), needed=0.6))
        for verb, topic in pairs(random, size)
    ]
    asked = [ask(random, random.choice(tools), tools) for _ in range(random.choice((2, 3, 4, 5)))]
    *earlier, last = asked
    messages: list[Message] = []
    for asking in earlier:
        messages += [said("user", asking.text), called(random, asking, "")[0]]
    messages.append(said("user", last.text))
    thought = last.thought if thinking else None
    declared = [tool.declaration(random) for tool in tools]
    answer = call(last.name, last.arguments)
    return Conversation(messages, answer, declared, thought, "lookup")


def some_slots(random: Random, num: int, needed: float) -> list[Slot]:
    """Make so many properties, each required with probability `needed`."""
    taken: set[str] = set()
    return [slot(random, required=random.random() < needed, taken=taken) for _ in range(num)]


def bare(
    random: Random, verb: str, topic: str, slots: list[Slot], paired: tuple[str, ...] = ()
) -> Tool:
    """Make a tool of which little is said."""
    if random.random() < 0.3:
        topic = f"{words.noun(random)} {topic}"
    about = f"{verb.capitalize()} a {topic}." if random.random() < 0.5 else ""
    thing, camel = topic.replace(" ", "_"), topic.title().replace(" ", "")
    names = [f"{verb}_{thing}"] * 7 + [verb + camel, verb + camel, f"{verb}-{thing}"]
    name = unique(random, random.choice(names), [])
    return Tool(name, verb, topic, "", untold(about), slots, paired)


def ask(random: Random, tool: Tool, tools: list[Tool]) -> Question:
    """Ask for the tool in a few words, with the arguments that it needs."""
    if any(slot.required for slot in tool.slots):
        return question(random, tool, [t for t in tools if t is not tool])
    text = random.choice(FORMS["topic"]).format(t=tool.topic, T=tool.topic)
    return Question(text + random.choice(("", "?", ".")), tool.name, {}, tool.topic)


def pair_list(random: Random) -> Document:
    """Make a list of pairs of words; then say each first word for its second."""
    drawn = pairs(random, random.choice((2, 3, 4, 5, 6, 8)))
    link, gap, before = random.choice(LINKS), random.choice(GAPS), random.choice(("", " "))
    named = gap.startswith("\n")
    lines = [
        (f'{{"name": "{a}{link}{b}"}}\n' if named else f"{a}{link}{b}\n", "") for a, b in drawn
    ]
    random.shuffle(drawn)
    for a, b in drawn:
        space = " " if gap.endswith(" ") else ""  # a word takes the space before it along
        lines.append((f"{before}{b}{gap.removesuffix(' ')}", space + a))
        lines.append((f'{link}{b}"}}\n' if gap.endswith('"') else "\n", ""))
    return rows(lines)


def value_list(random: Random) -> Document:
    """Make the properties of one tool; then questions, each to be answered by its arguments."""
    if random.random() < 0.3:
        slots, paired = properties(random)
    else:
        slots, paired = some_slots(random, random.choice((2, 2, 3, 3, 4)), needed=0.85), ()
    [(verb, topic)] = pairs(random, 1)
    tool = bare(random, verb, topic, slots, paired)
    lines = [(json.dumps({s.name: s.schema for s in tool.slots}, ensure_ascii=False) + "\n", "")]
    for _ in range(random.choice((3, 4, 5, 6))):
        asked = question(random, tool, [])
        lines += [(f"{asked.text}\n", json.dumps(asked.arguments, ensure_ascii=False)), ("\n", "")]
    return rows(lines)


def pairs(random: Random, num: int) -> list[tuple[str, str]]:
    """Draw so many pairs of words, all different; none names a hand-written tool."""
    drawn = distinct(random, 2 * num)
    found = [*zip(drawn[::2], drawn[1::2], strict=True)]
    held_out = any(f"{a}_{b}" in words.HELD_OUT_TEXTS for a, b in found)
    return pairs(random, num) if held_out else found


def distinct(random: Random, num: int) -> list[str]:
    """Draw so many different words: tokens of the vocabulary, or words of all kinds."""
    if random.random() < 0.5:
        return random.sample(words.pieces(), num)
    found: dict[str, None] = {}
    while len(found) < num:
        found[words.noun(random)] = None
    return [*found]
