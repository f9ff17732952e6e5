"""Model families: each says, in one file, how its checkpoints use the shared decoder."""

from .registry import FAMILIES, read_architecture

__all__ = ["FAMILIES", "read_architecture"]
