"""The embedded model: its files, and how they were made."""

from __future__ import annotations

from pathlib import Path


def path() -> Path:
    """The folder of the embedded model, in the Hugging Face layout."""
    return Path(__file__).parent / "model"
