"""Pages of the KV cache: who holds which. Needs no torch.

A sequence has one page table per layer group, so that groups with other needs (a sliding window,
a recurrent state) can hold other pages. Page 0 of each group belongs to nobody: it stands where a
table has no page, and stays zero.
"""

PAGE_SIZE = 32
"""Tokens per page."""
FULL = "full"
"""The group of layers that attend to every earlier token."""


def pages_for(num_tokens: int) -> int:
    """Pages that hold this many tokens."""
    return -(-num_tokens // PAGE_SIZE)


class Pages:
    """The free pages of one layer group."""

    __slots__ = ("_free", "capacity")

    def __init__(self, num_pages: int) -> None:
        """num_pages counts page 0, which is never given out."""
        self.capacity = num_pages - 1
        # Taken from the end: low pages first, and those freed last again, while they are in cache.
        self._free = list(range(num_pages - 1, 0, -1))

    @property
    def num_free(self) -> int:
        """Pages that nobody holds."""
        return len(self._free)

    @property
    def num_used(self) -> int:
        """Pages that sequences hold."""
        return self.capacity - len(self._free)

    def take(self, count: int) -> list[int]:
        """Give out `count` pages. Raises IndexError, taking none, when there are fewer."""
        if count > len(self._free):
            raise IndexError(f"{count} pages asked for, {len(self._free)} free")
        cut = len(self._free) - count
        taken = self._free[cut:]
        del self._free[cut:]
        taken.reverse()
        return taken

    def free(self, pages: list[int]) -> None:
        """Take pages back."""
        self._free.extend(reversed(pages))
