"""Questions that need no tool: greetings, repeating, counting, sums, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import words
from .tables import phrases
from .texts import any_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

HELLO = "Hello! How can I help you?"
WHO = "I am the demo model of smgd: tiny, but real."
CAN = "I can greet, repeat text, count, add and subtract small numbers, and call tools."
UNKNOWN = "I do not know that. I am only a small demo model."


@dataclass(frozen=True)
class Exchange:
    """A question, its one right answer, and what may be thought on the way."""

    question: str
    answer: str
    thought: str


GREET = phrases("greet")
REPEAT = phrases("repeat")
COUNT = phrases("count")
ARITHMETIC = phrases("arithmetic")


def greet(random: Random) -> Exchange:
    """Greet, or ask a question about the model itself."""
    draw = random.random()
    if draw < 0.3:
        name = words.person(random)
        question = random.choice(GREET["named"]).format(name)
        return Exchange(
            question + random.choice(("!", ".", "")),
            f"Hello, {name}! How can I help you?",
            f"The user is {name}.",
        )
    sets = (
        (GREET["hello"], "!.", HELLO, "The user greets me."),
        (GREET["who"], "?.", WHO, "The user asks who I am."),
        (GREET["who"], "?.", WHO, "The user asks who I am."),
        (GREET["can"], "?.", CAN, "The user asks what I can do."),
        (
            GREET["well"],
            "?",
            "I am well, thank you. How can I help you?",
            "The user asks how I am.",
        ),
        (GREET["thanks"], "!.", "You are welcome!", "The user thanks me."),
        (GREET["bye"], "!.", "Goodbye!", "The user leaves."),
    )
    phrases, marks, answer, thought = random.choice(sets)
    question = ended(random, random.choice(phrases), marks)
    if answer not in (HELLO, "Goodbye!", "You are welcome!") and random.random() < 0.3:
        question = random.choice(GREET["hello"]) + random.choice((", ", "! ", ". ")) + question
    return Exchange(question, answer, thought)


def ended(random: Random, question: str, marks: str) -> str:
    """Put an end mark, or none, or another case."""
    draw = random.random()
    if draw < 0.12:
        question = question.lower()
    elif draw < 0.15:
        question = (
            question.upper()
            if "{" not in question and question.isascii() and len(question) < 12
            else question
        )
    return question + random.choice((marks[0], marks[0], random.choice(marks), ""))


def repeat(random: Random) -> Exchange:
    """Ask for some text to be given back as it is."""
    text = any_text(random)
    draw = random.random()
    if draw < 0.55:
        form = random.choice(REPEAT["after"])
        form = (
            form.replace(": ", random.choice((":\n", ":\n\n"))) if random.random() < 0.3 else form
        )
    elif draw < 0.8 and '"' not in text:
        form = random.choice(REPEAT["quoted"])
        form = (
            form.replace('"', random.choice("'`"))
            if random.random() < 0.15 and not set("'`") & set(text)
            else form
        )
    elif text[-1] not in ".?!":
        form = random.choice(REPEAT["bare"])
    else:
        form = "Repeat: {}"
    return Exchange(form.format(text), text, "I repeat the text.")


def count(random: Random) -> Exchange:
    """Ask for numbers in a row, up or down, at most sixty of them."""
    draw = random.random()
    if draw < 0.3:
        last = random.randint(2, 25) if random.random() < 0.9 else random.randint(26, 60)
        numbers = list(range(1, last + 1))
        question, thought = random.choice(COUNT["to"]).format(last), f"I count from 1 to {last}."
    else:
        span = random.randint(1, 18) if random.random() < 0.93 else random.randint(19, 40)
        first = random.choice((random.randint(0, 30), random.randint(0, 130), random.randint(1, 9)))
        numbers = list(range(first, first + span + 1))
        down = random.random() < 0.3
        numbers = numbers[::-1] if down else numbers
        question = random.choice(COUNT["down" if down else "up"]).format(numbers[0], numbers[-1])
        thought = f"I count {'down ' if down else ''}from {numbers[0]} to {numbers[-1]}."
    return Exchange(question, ", ".join(map(str, numbers)), thought)


def arithmetic(random: Random, *, thinking: bool = False, below: int | None = None) -> Exchange:
    """Ask for a sum or a difference below a hundred; below a thousand with room to think."""
    ranges = (10, 20, 50, 100, 100, 1000) if thinking else (10, 20, 20, 50, 100, 100)
    below = below or random.choice(ranges)
    a, b = random.randrange(below), random.randrange(random.choice((below, below, 10)))
    if random.random() < 0.55:
        return Exchange(random.choice(ARITHMETIC["sums"]).format(a, b), str(a + b), adding(a, b))
    a, b = max(a, b), min(a, b)
    if random.random() < 0.2:
        question = random.choice(ARITHMETIC["swapped"]).format(b, a)
    else:
        question = random.choice(ARITHMETIC["differences"]).format(a, b)
    return Exchange(question, str(a - b), subtracting(a, b))


def adding(a: int, b: int) -> str:
    """Work out a sum digit by digit, from the right."""
    steps, carry, total = [f"{a} + {b}."], 0, a + b
    while a or b or carry or len(steps) == 1:
        digits = f"{a % 10} + {b % 10}" + (" + 1" if carry else "")
        value = a % 10 + b % 10 + carry
        steps.append(f"{digits} = {value}" + (", carry 1." if value > 9 and a + b > 9 else "."))
        a, b, carry = a // 10, b // 10, value // 10
        if not a and not b and carry:
            break
    return " ".join(steps) + f" So {total}."


def subtracting(a: int, b: int) -> str:
    """Work out a difference digit by digit, from the right."""
    steps, borrow, total = [f"{a} - {b}."], 0, a - b
    while a or b or len(steps) == 1:
        digits = f"{a % 10} - {b % 10}" + (" - 1" if borrow else "")
        value = a % 10 - b % 10 - borrow
        short = value < 0
        steps.append(
            (f"{digits} + 10 = {value + 10}, borrow 1.") if short else f"{digits} = {value}."
        )
        a, b, borrow = a // 10, b // 10, int(short)
    return " ".join(steps) + f" So {total}."


UNKNOWNS: tuple[Callable[[Random], str], ...] = (
    lambda r: f"What is the capital of {words.place(r)}?",
    lambda r: f"Who wrote the {words.noun(r)} of {words.place(r)}?",
    lambda r: f"Why is the {words.noun(r)} {words.adjective(r)}?",
    lambda r: f"When was {words.person(r)} born?",
    lambda r: f"How do I {words.verb(r)} a {words.noun(r)}?",
    lambda r: f"Explain the {words.adjective(r)} {words.noun(r)} to me.",
    lambda r: f"What is a {words.noun(r)}?",
    lambda r: f"Tell me a story about a {words.adjective(r)} {words.noun(r)}.",
    lambda r: f"Write a poem about {words.noun(r)}s.",
    lambda r: f"Which {words.noun(r)} is the best?",
    lambda r: f"What do you think about {words.noun(r)}s and {words.noun(r)}s?",
    lambda r: f"Is a {words.noun(r)} {words.adjective(r)}?",
    lambda r: f"Where does the {words.noun(r)} come from?",
    lambda r: f"Translate {words.noun(r)} into French.",
    lambda r: f"Write a function that can {words.verb(r)} a {words.noun(r)}.",
    lambda r: f"Fix the {words.noun(r)} in my {words.noun(r)}.",
    lambda r: f"Tell me a joke about {words.place(r)}.",
    lambda r: f"How many {words.noun(r)}s are there in {words.place(r)}?",
    lambda r: f"Do you like {words.noun(r)}s?",
    lambda r: f"{words.noun(r).capitalize()} {words.noun(r)} {words.noun(r)}",
    words.sentence,
    lambda r: " ".join(words.sentence(r) for _ in range(r.randint(2, 6))),
    lambda r: f"What happened in {r.randint(1000, 2025)}?",
    lambda r: f"Why do {words.noun(r)}s {words.verb(r)}?",
    lambda r: (
        f"Summarise this text:\n\n{words.sentence(r)} {words.sentence(r)} {words.sentence(r)}"
    ),
)


def unknown(random: Random) -> Exchange:
    """Ask something a model this small cannot know."""
    question = random.choice(UNKNOWNS)(random)
    if random.random() < 0.2:
        question = question.lower()
    if random.random() < 0.15:
        question = question.rstrip("?.!")
    return Exchange(question, UNKNOWN, "I do not know this.")
