"""The tables beside this code: words, the ways to put a question, hand-written tools."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Read one of words.toml, phrases.toml and unseen.toml, once."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def phrases(section: str) -> dict[str, Any]:
    """Look up a section of phrases.toml."""
    found: dict[str, Any] = table("phrases")[section]
    return found


def words(name: str) -> list[str]:
    """Look up a list of words.toml."""
    listed = table("words")[name]
    return listed if isinstance(listed, list) else str(listed).split()
