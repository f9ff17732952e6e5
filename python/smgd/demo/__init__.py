"""The embedded model: its files, and how they were made."""

from __future__ import annotations

from pathlib import Path


def path() -> Path:
    """Say where the embedded model lies, in the Hugging Face layout."""
    return Path(__file__).parent / "model"
