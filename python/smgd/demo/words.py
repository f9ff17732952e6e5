"""The words that generated conversations are made of, and made-up ones."""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from . import path
from .chat import tokenizer
from .tables import phrases, table, words

if TYPE_CHECKING:
    from random import Random

VERBS = words("verbs")
PLAIN_VERBS = words("plain_verbs")
NOUNS = words("nouns") + words("everyday")
ADJECTIVES = words("adjectives")
COMMON = words("common")
# What the hand-written tools are called and say of themselves: no training text holds it.
HELD_OUT = {name for tool in table("unseen")["tools"] for name in tool["properties"]}
HELD_OUT_TEXTS = {
    text for tool in table("unseen")["tools"] for text in (tool["name"], tool["description"])
} | {
    schema["description"]
    for tool in table("unseen")["tools"]
    for schema in tool["properties"].values()
}
ENGLISH = [word for word in words("english") if word not in HELD_OUT]
# What questions are made of names nothing: "something" would fit any tool.
SPOKEN = {
    word
    for forms in phrases("question").values()
    for form in forms
    for word in re.findall("[a-z]+", form.lower())
} | {*COMMON}
NAMING = [word for word in ENGLISH if word not in SPOKEN and len(word) > 2]
SHARES = [*accumulate(1 / (rank + 8) for rank in range(len(ENGLISH)))]
PEOPLE = words("people")
PLACES = words("places")
TWO_WORD_PLACES = words("two_word_places")
ONSETS = words("onsets")
VOWELS = words("vowels")
CODAS = [""] * 6 + words("codas")


def syllable(random: Random) -> str:
    """Make up a syllable."""
    return random.choice(ONSETS) + random.choice(VOWELS) + random.choice(CODAS)


def invented(random: Random) -> str:
    """Make up a word that no list has: copying it has to be learned."""
    return "".join(syllable(random) for _ in range(random.choice((1, 2, 2))))


def blend(random: Random) -> str:
    """Make up a word of the beginning and the end of English ones."""
    head, tail = random.choice(ENGLISH), random.choice(ENGLISH)
    return head[: random.randint(1, 5)] + tail[-random.randint(2, 5) :]


def vocabulary() -> set[str]:
    """List what the vocabulary's tokens spell, without spaces; common words while there is none."""
    if not (path() / "tokenizer.json").exists():
        return {*COMMON}
    tokens = tokenizer()
    return {tokens.decode([token]).strip() for token in range(tokens.get_vocab_size())}


@cache
def pieces() -> list[str]:
    """List the tokens of small letters."""
    return sorted(
        t for t in vocabulary() if t.isascii() and t.isalpha() and t.islower() and len(t) > 1
    )


def pieced(random: Random) -> str:
    """Make up a word of tokens, each as likely: a token that is never copied is never learned."""
    while True:
        word = "".join(random.choices(pieces(), k=random.choice((1, 1, 1, 2, 2))))
        if word not in HELD_OUT | SPOKEN and len(word) > 2:
            return word


@cache
def scraps() -> list[str]:
    """List the tokens of ASCII, of any case and of marks."""
    return sorted(t for t in vocabulary() - HELD_OUT - {""} if t.isascii() and t.isprintable())


def scrap(random: Random) -> str:
    """Put tokens of any kind in a row, each as likely, so that each is copied now and then."""
    parts = random.choices(scraps(), k=random.choice((1, 1, 2, 2, 3, 4)))
    return random.choice(("", " ", " ")).join(parts)


def noun(random: Random) -> str:
    """Draw a noun, or what may stand for one: English in many pieces, or made up."""
    draw = random.random()
    if draw < 0.5:
        return random.choice(NOUNS)
    if draw < 0.66:
        return random.choice(NAMING)
    if draw < 0.84:
        return pieced(random)
    return blend(random) if draw < 0.91 else invented(random)


def verb(random: Random) -> str:
    """Draw a verb, or what may stand for one."""
    draw = random.random()
    if draw < 0.3:
        return random.choice(PLAIN_VERBS)
    if draw < 0.7:
        return random.choice(VERBS)
    makers = (pieced, pieced, blend, invented)
    return random.choice(NAMING) if draw < 0.82 else random.choice(makers)(random)


def adjective(random: Random) -> str:
    """Draw an adjective, some made up."""
    if random.random() < 0.7:
        return random.choice(ADJECTIVES)
    return random.choice((pieced, invented))(random)


def person(random: Random) -> str:
    """Draw a first name, sometimes with a family name or a title."""
    name = random.choice(PEOPLE) if random.random() < 0.6 else invented(random).capitalize()
    if random.random() < 0.25:
        name += " " + (
            random.choice(PEOPLE) if random.random() < 0.5 else invented(random).capitalize()
        )
    if random.random() < 0.05:
        name = f"{random.choice(('Mr', 'Mrs', 'Ms', 'Dr'))}. {name}"
    return name


def place(random: Random) -> str:
    """Draw a town, half of them made up."""
    draw = random.random()
    if draw < 0.4:
        return random.choice(PLACES)
    if draw < 0.55:
        return random.choice(TWO_WORD_PLACES)
    name = invented(random).capitalize()
    return name if draw < 0.9 else f"{name} {invented(random).capitalize()}"


def sentence(random: Random, most: int = 16) -> str:
    """Put words in a row that look like English from afar."""
    words = [plain(random) for _ in range(random.randint(4, most))]
    if len(words) > 8 and random.random() < 0.5:
        words[random.randint(3, 6)] += ","
    return " ".join(words).capitalize() + random.choice("....!?:")


def plain(random: Random) -> str:
    """Draw one word of running text."""
    draw = random.random()
    if draw < 0.1:
        return random.choice(COMMON)
    if draw < 0.65:
        return english(random)
    if draw < 0.8:
        return random.choice(NOUNS)
    if draw < 0.86:
        return random.choice(VERBS)
    return random.choice(ADJECTIVES) if draw < 0.92 else pieced(random)


def english(random: Random) -> str:
    """Draw a word of English, often ones more often, as Zipf's law has it."""
    return random.choices(ENGLISH, cum_weights=SHARES)[0]
