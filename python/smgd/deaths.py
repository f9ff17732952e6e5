"""How workers ended so far, and whether another one is worth starting."""

from __future__ import annotations

from collections import deque

from smgd.errors import CouldNotStart, Failure, WorkerLost

# A worker that dies this often within a minute, and no reply comes to its end meanwhile, is lost.
MAX_DEATHS, DEATHS_WITHIN_S = 5, 60.0
# And so is one that ends this often in a row before it is ready.
MAX_FAILED_LOADS = 2


class Deaths:
    """Told of what workers do; gives up on them."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=MAX_DEATHS)
        self._was_ready = False
        self._since_ready = 0

    def ready(self) -> None:
        """A worker became ready."""
        self._was_ready = True
        self._since_ready = 0

    def answered(self) -> None:
        """A reply came to its good end."""
        self._times.clear()

    def died(self, said: str, now: float) -> Failure | None:
        """A worker ended. returns why no other is to be started, if so

        said  its last words, or how it ended
        now   by the monotonic clock, in seconds
        """
        if not self._was_ready:
            return CouldNotStart(f"the worker could not start: {said}")
        self._times.append(now)
        if len(self._times) == MAX_DEATHS and now - self._times[0] < DEATHS_WITHIN_S:
            return WorkerLost(
                f"the worker is lost: it died {MAX_DEATHS} times within {DEATHS_WITHIN_S:g} s, "
                f"last because {said}"
            )
        self._since_ready += 1
        if self._since_ready > MAX_FAILED_LOADS:
            return WorkerLost(f"the worker is lost: it cannot load again: {said}")
        return None
