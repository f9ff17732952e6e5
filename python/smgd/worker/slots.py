"""Rows for running sequences in the tables that steps are built from."""

import numpy as np
import numpy.typing as npt

from .pages import FULL, PAGE_SIZE

TILE_PAGES = 4
"""Page tables are read by whole tiles of this many pages."""


class Slots:
    """Page tables of the running sequences, by layer group, one row per slot."""

    __slots__ = ("_free", "tables")

    def __init__(
        self, num_slots: int, max_model_len: int, groups: tuple[str, ...] = (FULL,)
    ) -> None:
        """max_model_len in tokens decides the width of the tables."""
        tiles = -(-max_model_len // (PAGE_SIZE * TILE_PAGES))
        shape = (num_slots, tiles * TILE_PAGES)
        self.tables: dict[str, npt.NDArray[np.int64]] = {
            group: np.zeros(shape, np.int64) for group in groups
        }
        self._free = list(range(num_slots - 1, -1, -1))

    def take(self) -> int:
        """Give out a slot."""
        return self._free.pop()

    def free(self, slot: int) -> None:
        """Take a slot back and empty its rows."""
        for table in self.tables.values():
            table[slot] = 0
        self._free.append(slot)

    def extend(self, slot: int, group: str, held: int, pages: list[int]) -> None:
        """Enter new pages behind the `held` that the slot has."""
        self.tables[group][slot, held : held + len(pages)] = pages
