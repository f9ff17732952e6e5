"""How replies go, as the metrics are told: when tokens came, what each reply was, how it ended."""

from __future__ import annotations

from collections import Counter as Tally

from smgd._core import Chunk, Error
from smgd.metrics import Metrics
from smgd.sink import Sink


class Course:
    """Told of every step and of every end. Times are the monotonic clock's, in seconds."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._first_token = metrics.histogram("first_token")
        self._between_tokens = metrics.histogram("between_tokens")
        self._generation_tokens = metrics.counter("generation_tokens")
        self._gaps: Tally[float] = Tally()

    def tokens(self, sink: Sink, now: float) -> None:
        """The step under way brought a reply tokens."""
        if sink.last_token_at:
            self._gaps[sink.last_token_at] += 1
        else:
            self._first_token.observe(now - sink.submitted_at)
        sink.last_token_at = now

    def step(self, num_tokens: int, now: float) -> None:
        """A step is over; equal waits, which is nearly all of a step's, are observed together."""
        for since, times in self._gaps.items():
            self._between_tokens.observe(now - since, times)
        self._gaps.clear()
        self._generation_tokens.add(num_tokens)

    def answered(self, chunk: Chunk, sink: Sink, now: float) -> None:
        """A reply came to its end by the worker's doing."""
        metrics = self._metrics
        metrics.counter("prompt_tokens").add(chunk.prompt_len)
        metrics.histogram("end_to_end").observe(now - sink.submitted_at)
        metrics.histogram("prompt_len").observe(chunk.prompt_len)
        metrics.histogram("reply_len").observe(chunk.completion_tokens)
        for reason in chunk.finish_reasons:
            metrics.counter("finished").add(label=reason)

    def failed(self, error: Error) -> None:
        """A reply ended badly."""
        self._metrics.counter("failed").add(label=error.code)
