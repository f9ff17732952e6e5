"""Kinds of setting: how a word becomes a value, and what to expect of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


class WrongValue(ValueError):
    """The word as it was given."""


@dataclass(frozen=True)
class Kind:
    """How one kind of setting is read."""

    expected: str
    """Completes "must be ..."."""
    metavar: str
    reader: Callable[[str], object | None]
    """The value, or None for a word that is not one."""

    def read(self, word: str) -> object:
        """raises WrongValue"""
        value = self.reader(word)
        if value is None:
            raise WrongValue(word or "nothing")
        return value


def text(expected: str) -> Kind:
    """Any words but none."""
    return Kind(expected, expected.rpartition(" ")[2].upper(), lambda word: word or None)


def integer(least: int, most: int) -> Kind:
    """A whole number in a range."""

    def read(word: str) -> int | None:
        value = int(word) if re.fullmatch(r"-?[0-9]{1,20}", word) else None
        return value if value is not None and least <= value <= most else None

    return Kind(f"a whole number from {least} to {most}", "N", read)


def number(least: float, most: float, *, above: bool = False) -> Kind:
    """A number in a range; `above` leaves the least itself out."""

    def read(word: str) -> float | None:
        try:
            value = float(word)
        except ValueError:
            return None
        enough = value > least if above else value >= least
        return value if math.isfinite(value) and enough and value <= most else None

    low = f"above {least:g} and" if above else f"from {least:g} and"
    return Kind(f"a number {low} at most {most:g}", "X", read)


def choice(*words: str) -> Kind:
    """One of a few words."""
    listed = ", ".join(words[:-1]) + " or " + words[-1]
    return Kind(f"one of {listed}", "WORD", lambda word: word if word in words else None)


def parser(named: Sequence[tuple[str, Sequence[str]]]) -> Kind:
    """One of the reply formats: our name for it, or one of its aliases."""
    words = {word for name, aliases in named for word in (name, *aliases)}
    ours = ", ".join(name for name, _ in named)
    return Kind(
        f"one of {ours} (or another server's name for it)",
        "NAME",
        lambda word: word if word in words else None,
    )


# As vLLM reads them: small letters count in thousands, capitals in powers of two.
MULTIPLES = {
    "": 1,
    "k": 10**3,
    "m": 10**6,
    "g": 10**9,
    "t": 10**12,
    "K": 2**10,
    "M": 2**20,
    "G": 2**30,
    "T": 2**40,
}
BYTES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def scaled(word: str, units: dict[str, int]) -> int | None:
    """A number with a unit, such as 32k or 1.5GiB; at least 1."""
    match = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)([A-Za-z]*)", word)
    if match is None or match[2] not in units:
        return None
    value = float(match[1]) * units[match[2]]
    return int(value) if value >= 1 and value == int(value) else None


COUNT = Kind("a whole number from 1, such as 4096, 32k or 32K", "N", lambda w: scaled(w, MULTIPLES))
SIZE = Kind(
    "a number of bytes, such as 4GiB or 500MB", "BYTES", lambda w: scaled(w, MULTIPLES | BYTES)
)
DEVICE = Kind(
    "auto, cpu, cuda or cuda:N",
    "DEVICE",
    lambda word: word if re.fullmatch(r"auto|cpu|cuda(:[0-9]{1,3})?", word) else None,
)
STORE_URL = Kind(
    "a URL such as postgresql://user@host/database",
    "URL",
    lambda word: word if re.match(r"postgres(ql)?://", word) else None,
)
# Sealed texts leave the house: whoever has one may try secrets on it for as long as they like.
SECRET = Kind(
    "at least 16 characters, such as openssl rand -hex 32 makes",
    "WORD",
    lambda word: word if len(word) >= 16 else None,
)


def read_switch(word: str) -> bool | None:
    """The words people use for yes and no."""
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
        word.lower()
    )


SWITCH = Kind("true or false", "", read_switch)
