"""Questions that call for one of several made-up tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import words
from .mentions import mention, pair
from .tables import phrases

if TYPE_CHECKING:
    from random import Random

    from .chat import Message
    from .slots import Slot
    from .tools import Tool

FORMS = phrases("question")
ASKING = ("What", "Can", "Could", "How", "Is", "Do", "Are", "Which", "Would", "Will", "Any")
OPEN = ("phrase", "message", "command")
NUMBERS = ("integer", "number")
MEASURES = (*NUMBERS, "date", "clock")
AHEAD = ("enum", "mark", "place", "phrase", "integer", "number")
TYPED = (*NUMBERS, "boolean", "enum")


@dataclass(frozen=True)
class Question:
    """A question, the call that answers it, and the word of it that tells which tool.

    The arguments come in the order of the tool's schema.
    """

    text: str
    name: str
    arguments: dict[str, Any]
    word: str

    @property
    def thought(self) -> str:
        """What may be thought before the call: the word first, then whose it is."""
        return f'The user says "{self.word}": that is "{self.name}".'


def question(random: Random, tool: Tool, others: list[Tool]) -> Question:
    """Ask for the tool."""
    used = [s for s in tool.slots if s.required or random.random() < 0.25]
    given: dict[str, Any] = {}
    parts: list[str] = []
    last = ""
    rest = used
    if tool.paired:
        first, second = (next(s for s in used if s.name == name) for name in tool.paired)
        given[first.name], given[second.name], text = pair(random, first, second)
        parts.append(text)
        rest = [s for s in used if s.name not in tool.paired]
    cued = cues(random, rest)
    if alike(tool, [s for s, named in zip(rest, cued, strict=True) if not named]):
        cued = [s.kind != "boolean" for s in rest]
    ahead = ""
    for slot, named in zip(rest, cued, strict=True):
        if slot.kind == "boolean" and not ahead and random.random() < 0.25:
            given[slot.name], ahead = True, f"{slot.cue} "  # "an urgent issue"
            continue
        closing = slot.kind in OPEN and not last and random.random() < 0.6
        quoted = slot.kind in OPEN and not closing
        given[slot.name], text = mention(random, slot, cued=named, quoted=quoted)
        if closing:
            last = text
        else:
            parts.append(text)
    if tool.paired and [s.kind in MEASURES for s in rest] == [True] and random.random() < 0.5:
        parts.reverse()  # "250 EUR to USD" is as clear as "EUR to USD, 250"
    elif random.random() < 0.3:
        random.shuffle(parts)
    if len(rest) == len(parts) == 1 and not tool.paired and random.random() < 0.2:
        ahead = before_topic(rest[0], given[rest[0].name])
        parts = [] if ahead else parts
    marked = random.random() < 0.45 and not any(s.kind == "command" for s in used)
    head, word = action(random, tool, others, ahead)
    text = assemble(random, head, parts, last, marked=marked)
    return Question(text, tool.name, {s.name: given[s.name] for s in used}, word)


def cues(random: Random, slots: list[Slot]) -> list[bool]:
    """Draw which values come with their property's name: of several numbers all, or none."""
    cued = [s.kind != "boolean" and random.random() < 0.45 for s in slots]
    if sum(slot.kind in NUMBERS for slot in slots) > 1:
        told = random.random() < 0.7
        cued = [told if s.kind in NUMBERS else c for s, c in zip(slots, cued, strict=True)]
    return cued


def alike(tool: Tool, bare: list[Slot]) -> bool:
    """Tell whether values could be mixed up that come without their property's name.

    Then all of them get it: a question has one answer.
    """
    strings = [s for s in bare if s.kind not in TYPED]
    numbers = [s for s in bare if s.kind in NUMBERS]
    told = all(s.clear for s in strings) and len({s.kind for s in strings}) == len(strings)
    pair_kinds = {s.kind for s in tool.slots if s.name in tool.paired}
    clash = any(s.kind in pair_kinds for s in bare) or (pair_kinds & {*NUMBERS} and numbers)
    return bool(clash) or len(numbers) > 1 or (len(strings) > 1 and not told)


def before_topic(slot: Slot, value: object) -> str:
    """Write a value that stands before what it is about, as in "the office light"; or nothing."""
    if slot.kind not in AHEAD or str(value).count(" ") > 1:
        return ""
    return f"{value} {slot.cue} " if slot.kind in NUMBERS else f"{value} "


def action(random: Random, tool: Tool, others: list[Tool], ahead: str = "") -> tuple[str, str]:
    """Say what to do, in words that fit no other tool, with a value ahead of the topic.

    Returns what is said, and the word of it that tells which tool is meant.
    """
    topics, verbs = " ".join(t.topic for t in others).split(), {t.verb for t in others}
    shown = f"{tool.name} {tool.description}" if random.random() < 0.15 else tool.name
    where = shown.lower().replace("_", " ").replace("-", " ")
    elsewhere = " ".join(f"{t.name} {t.description}" for t in others).lower()
    topic = tool.topic
    knows_topic = topic in where or topic.replace(" ", "") in where
    if " " in topic and random.random() < 0.1:
        topic = random.choice(topic.split())
    if tool.extra in where and tool.extra not in elsewhere and random.random() < 0.1:
        topic = tool.extra
    knows_verb, alone = tool.verb in where, not set(topic.split()) & set(topics)
    options: list[tuple[str, str]] = []
    if knows_topic and knows_verb and (alone or tool.verb not in verbs or topic == tool.topic):
        options += [(random.choice(FORMS["both"]), topic)] * 6
    if knows_topic and alone:
        options += [(random.choice(FORMS["topic"]), topic)] * 5
    if knows_verb and not ahead and tool.verb not in verbs | {*words.PLAIN_VERBS}:
        options += [(random.choice(FORMS["verb"]), tool.verb)] * 2
    if not options or random.random() < 0.05:
        named = random.choice(FORMS["named"]).format(n=tool.name)
        return f"{named} {ahead}".rstrip(), tool.name
    start = ahead + topic if ahead else topic.capitalize()
    fill = {"v": tool.verb, "V": tool.verb.capitalize(), "t": ahead + topic, "T": start}
    form, word = random.choice(options)
    return form.format(**fill), word


def assemble(random: Random, head: str, parts: list[str], last: str, *, marked: bool) -> str:
    """Make a sentence, or two, of the action and the mentions; `last` runs to the end, or mark."""
    lead = ""
    if parts and random.random() < 0.04:
        lead, parts = parts[0][:1].upper() + parts[0][1:] + ", ", parts[1:]
        head = head[0].lower() + head[1:]
    text = lead + head
    for index, part in enumerate(parts):
        joins = (" ", " ", " ", " ", " ", ", ") if index == 0 else (" ", " ", " ", ", ", " and ")
        join = "" if part.startswith((":", ",")) else random.choice(joins)
        text += join + (part.removeprefix("and ") if join.strip() else part)
    if last:
        text += (
            last if last.startswith((":", ",")) else random.choice((" ", " ", ": ", ", ")) + last
        )
        if marked:
            text += "?" if text.startswith(ASKING) else "."
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


def called(random: Random, asked: Question, returned: str) -> list[Message]:
    """Make the messages of a call and its result."""
    message: Message = {
        "role": "assistant",
        "content": random.choice((None, "")),
        "tool_calls": [
            {
                "id": "call_0",
                "type": "function",
                "function": {"name": asked.name, "arguments": asked.arguments},
            }
        ],
    }
    if random.random() < 0.3:
        message["reasoning_content"] = asked.thought
    return [message, {"role": "tool", "tool_call_id": "call_0", "content": returned}]
