"""When something was used, and what is too old."""

from __future__ import annotations

import time
from collections.abc import Callable

NS_PER_S = 1_000_000_000


class Clock:
    """Time as the store counts it."""

    def __init__(self, max_age_s: int, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._max_age_s = max_age_s
        self._now_ns = now_ns
        self._last_ns = 0

    def stamp(self) -> int:
        """Now, in nanoseconds since 1970; later than any stamp before."""
        self._last_ns = max(self._now_ns(), self._last_ns + 1)
        return self._last_ns

    @property
    def oldest_s(self) -> int:
        """What is from before this is too old, in seconds since 1970."""
        return self._now_ns() // NS_PER_S - self._max_age_s

    @property
    def oldest_ns(self) -> int:
        """The same in nanoseconds."""
        return self.oldest_s * NS_PER_S
