"""What the daemon tells Prometheus, under our names and under the ones vLLM's dashboards know."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

FIRST_TOKEN_S = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5)
BETWEEN_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 1, 2.5)
WHOLE_S = (0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 60, 120, 240, 480)
TOKENS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


@dataclass
class Gauge:
    """A value that goes up and down."""

    value: float = 0.0


@dataclass
class Counter:
    """A value that only grows, apart per label."""

    values: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, amount: float = 1, label: str = "") -> None:
        """Grow."""
        self.values[label] += amount


class Histogram:
    """How often a value fell into each bucket; several equal observations cost as much as one."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float, times: int = 1) -> None:
        """Count a value, or several equal ones."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.sum += value * times


Instrument = Gauge | Counter | Histogram


@dataclass(frozen=True)
class Row:
    """One metric: its names (ours first), what it means, and how it is kept."""

    key: str
    names: tuple[str, ...]
    help: str
    make: Callable[[], Instrument]
    label: str | None = None


def histogram(bounds: tuple[float, ...]) -> Callable[[], Histogram]:
    """How to make a histogram of these buckets."""
    return lambda: Histogram(bounds)


TABLE = (
    Row(
        "num_running",
        ("smgd_sequences_running", "vllm:num_requests_running"),
        "Sequences being decoded or prefilled.",
        Gauge,
    ),
    Row(
        "num_waiting",
        ("smgd_sequences_waiting", "vllm:num_requests_waiting"),
        "Sequences waiting for room.",
        Gauge,
    ),
    Row("num_live", ("smgd_requests_live",), "Requests that are not finished.", Gauge),
    Row(
        "kv_usage",
        ("smgd_kv_cache_usage", "vllm:kv_cache_usage_perc"),
        "Part of the KV cache in use; 1 is all of it.",
        Gauge,
    ),
    Row("pages_used", ("smgd_kv_pages_used",), "Pages of the KV cache in use.", Gauge),
    Row("num_pages", ("smgd_kv_pages",), "Pages of the KV cache in all.", Gauge),
    Row(
        "preemptions",
        ("smgd_preemptions", "vllm:num_preemptions"),
        "Sequences set back to waiting.",
        Counter,
    ),
    Row(
        "prompt_tokens",
        ("smgd_prompt_tokens", "vllm:prompt_tokens"),
        "Prompt tokens of finished requests.",
        Counter,
    ),
    Row(
        "generation_tokens",
        ("smgd_generation_tokens", "vllm:generation_tokens"),
        "Tokens of replies.",
        Counter,
    ),
    Row(
        "finished",
        ("smgd_replies_finished", "vllm:request_success"),
        "Choices that came to their end, by why.",
        Counter,
        "finished_reason",
    ),
    Row("failed", ("smgd_replies_failed",), "Replies that ended badly.", Counter, "code"),
    Row("refused", ("smgd_requests_refused",), "Requests answered with an error.", Counter, "code"),
    Row("left", ("smgd_clients_left",), "Clients that left before their reply's end.", Counter),
    Row("worker_restarts", ("smgd_worker_restarts",), "Workers started after one died.", Counter),
    Row(
        "first_token",
        ("smgd_time_to_first_token_seconds", "vllm:time_to_first_token_seconds"),
        "From submission to the first token.",
        histogram(FIRST_TOKEN_S),
    ),
    Row(
        "between_tokens",
        ("smgd_inter_token_latency_seconds", "vllm:inter_token_latency_seconds"),
        "Between two steps that brought a request tokens.",
        histogram(BETWEEN_S),
    ),
    Row(
        "end_to_end",
        ("smgd_e2e_request_latency_seconds", "vllm:e2e_request_latency_seconds"),
        "From submission to the reply's end.",
        histogram(WHOLE_S),
    ),
    Row(
        "prompt_len",
        ("smgd_request_prompt_tokens", "vllm:request_prompt_tokens"),
        "Prompt tokens per request.",
        histogram(TOKENS),
    ),
    Row(
        "reply_len",
        ("smgd_request_generation_tokens", "vllm:request_generation_tokens"),
        "Tokens of a reply, all choices together.",
        histogram(TOKENS),
    ),
)


class Metrics(Collector):
    """The instruments of TABLE, by key."""

    def __init__(self, model_name: str) -> None:
        self._model_name = model_name
        self._instruments = {row.key: row.make() for row in TABLE}
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def gauge(self, key: str) -> Gauge:
        """The gauge of this key."""
        made = self._instruments[key]
        assert isinstance(made, Gauge)
        return made

    def counter(self, key: str) -> Counter:
        """The counter of this key."""
        made = self._instruments[key]
        assert isinstance(made, Counter)
        return made

    def histogram(self, key: str) -> Histogram:
        """The histogram of this key."""
        made = self._instruments[key]
        assert isinstance(made, Histogram)
        return made

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Every row under every name."""
        for row in TABLE:
            for name in row.names:
                yield self._family(row, name)

    def _family(self, row: Row, name: str) -> Metric:
        made = self._instruments[row.key]
        here = [self._model_name]
        names = ["model_name", *([row.label] if row.label else [])]
        if isinstance(made, Gauge):
            gauge = GaugeMetricFamily(name, row.help, labels=names)
            gauge.add_metric(here, made.value)
            return gauge
        if isinstance(made, Counter):
            counter = CounterMetricFamily(name, row.help, labels=names)
            for label, value in (made.values or ({} if row.label else {"": 0.0})).items():
                counter.add_metric([*here, label] if row.label else here, value)
            return counter
        family = HistogramMetricFamily(name, row.help, labels=names)
        bounds = [*(str(float(bound)) for bound in made.bounds), "+Inf"]
        counts = accumulate(made.counts)
        family.add_metric(here, list(zip(bounds, counts, strict=True)), made.sum)
        return family
