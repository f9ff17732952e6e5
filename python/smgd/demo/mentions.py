"""How a question says the value of a slot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import values
from .tables import phrases

if TYPE_CHECKING:
    from random import Random

    from .slots import Slot

FORMS = phrases("mention")


def value(random: Random, slot: Slot) -> tuple[Any, str]:
    """Draw a value, and how it is written in a question."""
    if slot.kind == "enum":
        pick = random.choice(slot.choices)
        return pick, pick
    both = {
        "integer": values.integer,
        "number": values.number,
        "array": values.items,
        "quote": values.quote,
        "command": values.command,
    }
    if slot.kind in both:
        answer, text = both[slot.kind](random)
        return answer, text
    word: str = getattr(values, slot.kind)(random)
    return word, word


def mention(random: Random, slot: Slot, *, cued: bool, quoted: bool = False) -> tuple[Any, str]:
    """Draw a value for the slot, and the words of the question that give it."""
    if slot.kind == "boolean":
        yes = random.random() < 0.6
        return yes, random.choice(FORMS["true" if yes else "false"]).format(c=slot.cue)
    answer, text = value(random, slot)
    short = slot.kind == "phrase" and text.count(" ") < 2
    quoted = quoted and not (short and random.random() < 0.4)
    if quoted and text[0] not in "\"'`":
        text = f'"{text}"' if random.random() < 0.8 or {"'", "`"} & set(text) else f"`{text}`"
    if not cued:
        return answer, random.choice(FORMS["bare"][slot.kind]).format(v=text)
    if slot.kind in ("integer", "number") and random.random() < 0.6 and text[-1] not in "%s":
        cue = slot.cue.removesuffix("s")
        return answer, random.choice(FORMS["counted"]).format(v=text, c=cue)
    form = random.choice(FORMS["cued"])
    if slot.kind == "enum" and random.random() < 0.3:
        form = "{v} {c}"
    return answer, form.format(v=text, c=slot.cue)


def pair(random: Random, first: Slot, second: Slot) -> tuple[Any, Any, str]:
    """Draw two values that one phrase gives, in the order of the schema."""
    (a, a_text), (b, b_text) = value(random, first), value(random, second)
    return a, b, random.choice(FORMS["pairs"]).format(a=a_text, b=b_text)
