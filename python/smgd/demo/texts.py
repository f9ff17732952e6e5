"""Texts to repeat: words, sentences, code, every script and emoji."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import words

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

# First and last code point of what is drawn from each block.
BLOCKS = (
    (0x00A1, 0x017F),
    (0x0391, 0x03C9),
    (0x0410, 0x044F),
    (0x05D0, 0x05EA),
    (0x0621, 0x064A),
    (0x0905, 0x0939),
    (0x0E01, 0x0E2E),
    (0x10D0, 0x10F0),
    (0x3041, 0x3096),
    (0x30A1, 0x30FA),
    (0x4E00, 0x9FA5),
    (0x4E00, 0x9FA5),
    (0xAC00, 0xD7A3),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x1F300, 0x1F5FF),
    (0x1F600, 0x1F64F),
    (0x1F680, 0x1F6C0),
    (0x1F900, 0x1F9FF),
    (0x1F950, 0x1FAFF),
    (0x2600, 0x27BF),
    (0x0531, 0x0556),
    (0x1200, 0x1240),
    (0x13A0, 0x13F5),
)
ACCENTED = [
    "naïve",
    "café",
    "über",
    "Zürich",
    "São",
    "piñata",
    "résumé",
    "smörgåsbord",
    "façade",
    "jalapeño",
    "Ångström",
    "doppelgänger",
    "Noël",
    "déjà",
    "crème",
    "Łódź",
    "čaj",
    "šest",
    "öl",
    "ñandú",
    "ça",
    "œuvre",
    "garçon",
    "fête",
    "Köln",
    "Málaga",
    "Kraków",
    "İzmir",
    "Đà",
]
EMOJI = [
    "🙂",
    "😀",
    "🎉",
    "🚀",
    "🫠",
    "👍",
    "❤️",
    "👨\u200d👩\u200d👧",
    "🇫🇷",
    "🇯🇵",
    "👩🏽\u200d💻",
    "🏳️\u200d🌈",
    "✅",
    "🔥",
    "🌍",
    "🐢",
    "🍕",
    "☕",
    "⚡",
    "🧪",
    "🤖",
    "🥑",
    "✨",
    "💡",
]


def letters(random: Random) -> str:
    """Draw a few characters of one script."""
    first, last = random.choice(BLOCKS)
    return "".join(chr(random.randint(first, last)) for _ in range(random.randint(1, 6)))


def foreign(random: Random) -> str:
    """Mix words of several scripts."""
    makers: tuple[Callable[[Random], str], ...] = (
        letters,
        letters,
        words.noun,
        lambda r: r.choice(ACCENTED),
        lambda r: r.choice(EMOJI),
    )
    return " ".join(random.choice(makers)(random) for _ in range(random.randint(1, 7)))


def code(random: Random) -> str:
    """Write a line that looks like code, markup or data."""
    a, b, n = words.noun(random), words.verb(random), random.randint(0, 9999)
    forms = (
        f"{b}_{a}({n})",
        f"{a}.{b}(x, {n})",
        f"<{a}>{b}</{a}>",
        f"{a} = {n};",
        f"if {a} > {n}: return {b}",
        f"/{a}/{b}/{n}.txt",
        f"https://{a}.example/{b}?id={n}",
        f"{a}@{b}.org",
        f"{a.upper()}-{n}",
        f"${n}.{n % 90 + 10}",
        f"{a}[{n}] += {b}",
        f"# {a} {b}",
        f"* {a}\n* {b}",
        f"{b} -{a[0]} --{a} {n}",
        f"{{{a}}}",
        f"({a}|{b})*",
        f"{n % 100}%",
        json.dumps({a: n, b: words.noun(random)}),
        json.dumps([a, n, b]),
        f"{a}:\n  {b}: {n}",
        f"\"{a}\", '{b}'",
        f"`{a}` and **{b}**",
        f"| {a} | {b} | {n} |",
        f"{a}\t{b}",
        f"{a}  {b}   {n}",
        f"SELECT {a} FROM {b};",  # noqa: S608 - text to repeat
    )
    return random.choice(forms)


def digits(random: Random) -> str:
    """Draw a number, or several."""
    return " ".join(
        str(random.randrange(10 ** random.randint(1, 9))) for _ in range(random.randint(1, 3))
    )


def noise(random: Random) -> str:
    """Draw printable ASCII without order."""
    text = "".join(chr(random.randint(33, 126)) for _ in range(random.randint(1, 16)))
    return text.replace("{", "(").replace("}", ")")


def phrase(random: Random) -> str:
    """Draw one to eight plain words."""
    return " ".join(words.plain(random) for _ in range(random.randint(1, 8)))


def made_up(random: Random) -> str:
    """Make up one to six words."""
    return " ".join(words.invented(random) for _ in range(random.randint(1, 6)))


def sentences(random: Random) -> str:
    """Draw one or two sentences."""
    return " ".join(words.sentence(random) for _ in range(random.choice((1, 1, 1, 2, 2))))


def mixed(random: Random) -> str:
    """Mix parts of every kind, over one line or several."""
    makers = (phrase, foreign, code, digits, made_up, words.person, words.place, noise)
    parts = [random.choice(makers)(random) for _ in range(random.randint(2, 4))]
    return random.choice((" ", " ", ", ", "\n", "\n\n", " - ")).join(parts)


def any_text(random: Random) -> str:
    """Draw a text of any kind; never empty, no white space at its ends."""
    makers = (
        phrase,
        phrase,
        made_up,
        sentences,
        sentences,
        foreign,
        foreign,
        foreign,
        code,
        digits,
        noise,
        words.scrap,
        words.scrap,
        mixed,
        mixed,
    )
    text = random.choice(makers)(random).strip()
    return (
        text
        if text.isascii() or text.encode("utf-8", "ignore").decode() == text
        else phrase(random)
    )
