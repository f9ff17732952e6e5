"""The words that generated conversations are made of, and made-up ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import words

if TYPE_CHECKING:
    from random import Random

VERBS = words("verbs")
NOUNS = words("nouns")
ADJECTIVES = words("adjectives")
COMMON = words("common")
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
    return "".join(syllable(random) for _ in range(random.choice((1, 2, 2, 2))))


def noun(random: Random) -> str:
    """Draw a noun, two in five made up."""
    return random.choice(NOUNS) if random.random() < 0.6 else invented(random)


def verb(random: Random) -> str:
    """Draw a verb, two in five made up."""
    return random.choice(VERBS) if random.random() < 0.65 else invented(random)


def adjective(random: Random) -> str:
    """Draw an adjective, some made up."""
    return random.choice(ADJECTIVES) if random.random() < 0.8 else invented(random)


def person(random: Random) -> str:
    """Draw a first name, sometimes with a family name."""
    name = random.choice(PEOPLE) if random.random() < 0.6 else invented(random).capitalize()
    if random.random() < 0.25:
        name += " " + (
            random.choice(PEOPLE) if random.random() < 0.5 else invented(random).capitalize()
        )
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


def sentence(random: Random) -> str:
    """Put words in a row that look like English from afar."""
    words = [plain(random) for _ in range(random.randint(4, 16))]
    if len(words) > 8 and random.random() < 0.5:
        words[random.randint(3, 6)] += ","
    return " ".join(words).capitalize() + random.choice("....!?:")


def plain(random: Random) -> str:
    """Draw one word of running text."""
    draw = random.random()
    if draw < 0.55:
        return random.choice(COMMON)
    if draw < 0.75:
        return random.choice(NOUNS)
    if draw < 0.85:
        return random.choice(VERBS)
    return random.choice(ADJECTIVES) if draw < 0.96 else invented(random)
