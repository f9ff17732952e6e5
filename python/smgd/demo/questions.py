"""Questions that call for one of several made-up tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import words
from .mentions import mention, pair
from .tables import phrases

if TYPE_CHECKING:
    from random import Random

    from .slots import Slot
    from .tools import Tool

FORMS = phrases("question")
ASKING = ("What", "Can", "Could", "How", "Is", "Do", "Are", "Which", "Would", "Will", "Any")
TO_THE_END = ("message", "command")


def question(random: Random, tool: Tool, others: list[Tool]) -> tuple[str, dict[str, Any]]:
    """Ask for the tool; the arguments come in the order of its schema."""
    used = [s for s in tool.slots if s.required or random.random() < 0.45]
    given: dict[str, Any] = {}
    parts: list[tuple[str, bool]] = []
    last = ""
    rest = used
    if tool.paired:
        first, second = (next(s for s in used if s.name == name) for name in tool.paired)
        given[first.name], given[second.name], text = pair(random, first, second)
        parts.append((text, False))
        rest = [s for s in used if s.name not in tool.paired]
    for slot, cued in zip(rest, choose_cues(random, tool, rest), strict=True):
        given[slot.name], text = mention(random, slot, cued=cued)
        if slot.kind in TO_THE_END and not last and not text.endswith(('"', "`", "'")):
            last = text
        else:
            parts.append((text, cued or slot.clear or slot.kind in ("enum", "array", "integer")))
    texts = arranged(random, parts)
    asked = assemble(random, action(random, tool, others), texts, last)
    return asked, {s.name: given[s.name] for s in used}


def arranged(random: Random, parts: list[tuple[str, bool]]) -> list[str]:
    """Shuffle the mentions; those that nothing tells apart keep the order of the schema."""
    order = list(range(len(parts)))
    random.shuffle(order)
    fixed = [i for i, (_, free) in enumerate(parts) if not free]
    for spot, i in zip(sorted(order.index(i) for i in fixed), fixed, strict=True):
        order[spot] = i
    return [parts[i][0] for i in order]


def family(slot: Slot) -> str:
    """Say what the slot's value can be mistaken for."""
    if slot.kind in ("integer", "number", "enum", "boolean", "array"):
        return "number" if slot.kind == "integer" else slot.kind
    return slot.kind if slot.clear else "text"


def choose_cues(random: Random, tool: Tool, used: list[Slot]) -> list[bool]:
    """Choose which of the used slots are named; two of a family rarely both go without."""
    cued, seen = [], set[str]()
    for s in used:
        mine = family(s)
        rivals = [o for o in tool.slots if o not in used and family(o) == mine]
        alone = mine not in seen and (s.required or not rivals)
        bare = (alone or (mine in seen and random.random() < 0.08)) and random.random() < 0.65
        if s.kind == "message" and random.random() < 0.6:
            bare = True
        if bare:
            seen.add(mine)
        cued.append(not bare)
    return cued


def action(random: Random, tool: Tool, others: list[Tool]) -> str:
    """Say what to do, in words that fit no other tool."""
    topics, verbs = " ".join(t.topic for t in others).split(), {t.verb for t in others}
    where = f"{tool.name} {tool.description}".lower().replace("_", " ").replace("-", " ")
    elsewhere = " ".join(f"{t.name} {t.description}" for t in others).lower()
    topic = tool.topic
    knows_topic = topic in where or topic.replace(" ", "") in where
    if " " in topic and random.random() < 0.2:
        topic = random.choice(topic.split())
    if tool.extra in where and tool.extra not in elsewhere and random.random() < 0.12:
        topic = tool.extra
    knows_verb, alone = tool.verb in where, not set(topic.split()) & set(topics)
    options = []
    if knows_topic and knows_verb and (alone or tool.verb not in verbs or topic == tool.topic):
        options += [random.choice(FORMS["both"])] * 6
    if knows_topic and alone:
        options += [random.choice(FORMS["topic"])] * 5
    if knows_verb and tool.verb not in verbs:
        options += [random.choice(FORMS["verb"])] * 2
    if not options or random.random() < 0.06:
        return str(random.choice(FORMS["named"])).format(n=tool.name)
    fill = {"v": tool.verb, "V": tool.verb.capitalize(), "t": topic, "T": topic.capitalize()}
    return str(random.choice(options)).format(**fill)


def assemble(random: Random, head: str, parts: list[str], last: str) -> str:
    """Make a sentence, or two, of the action and the mentions; `last` runs to the end."""
    lead = ""
    if parts and random.random() < 0.1:
        lead, parts = parts[0][:1].upper() + parts[0][1:] + ", ", parts[1:]
        head = head[0].lower() + head[1:]
    text = lead + head
    for index, part in enumerate(parts):
        joins = (" ", " ", " ", " ", ", ", ": ") if index == 0 else (" ", " ", " ", ", ", " and ")
        join = "" if part.startswith((":", ",")) else random.choice(joins)
        text += join + (part.removeprefix("and ") if join.strip() else part)
    if last:
        text += (
            last if last.startswith((":", ",")) else random.choice((" ", " ", ": ", ", ")) + last
        )
    else:
        text += random.choice(FORMS["after"]) if random.random() < 0.2 else ""
        text += (
            "?"
            if text.startswith(ASKING) and random.random() < 0.85
            else random.choice("..!~").strip("~")
        )
    return around(random, text, extend=not last)


def around(random: Random, text: str, *, extend: bool) -> str:
    """Put small talk before or after."""
    if random.random() < 0.08:
        text = random.choice(FORMS["before"]) + text[0].lower() + text[1:]
    if random.random() < 0.03:
        chat = random.choice(FORMS["chatter"]).format(words.noun(random), words.adjective(random))
        text = f"{text} {chat}" if extend and random.random() < 0.4 else f"{chat} {text}"
    return text
