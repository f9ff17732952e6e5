"""Metrics as Prometheus reads them."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from smgd.metrics import TABLE, Metrics

VLLM = {
    "vllm:num_requests_running",
    "vllm:num_requests_waiting",
    "vllm:kv_cache_usage_perc",
    "vllm:prompt_tokens",
    "vllm:generation_tokens",
    "vllm:request_success",
    "vllm:num_preemptions",
    "vllm:time_to_first_token_seconds",
    "vllm:inter_token_latency_seconds",
    "vllm:e2e_request_latency_seconds",
}


def families(metrics):
    return {
        family.name: family for family in text_string_to_metric_families(metrics.text().decode())
    }


def test_every_row_is_there_under_each_of_its_names():
    found = families(Metrics("m"))
    for row in TABLE:
        assert set(row.names) <= found.keys()
    assert found.keys() >= VLLM


def test_our_names_come_first_and_are_ours():
    assert all(row.names[0].startswith("smgd_") for row in TABLE)
    assert len({name for row in TABLE for name in row.names}) == sum(len(r.names) for r in TABLE)


def test_every_sample_names_the_model():
    for name, family in families(Metrics("org/model")).items():
        if name.startswith(("smgd_", "vllm:")):
            assert all(sample.labels["model_name"] == "org/model" for sample in family.samples)


def test_a_histogram_counts_equal_values_together():
    metrics = Metrics("m")
    metrics.histogram("between_tokens").observe(0.004, 64)
    metrics.histogram("between_tokens").observe(100)
    family = families(metrics)["vllm:inter_token_latency_seconds"]
    counts = {s.labels["le"]: s.value for s in family.samples if s.name.endswith("_bucket")}
    assert (counts["0.0025"], counts["0.005"], counts["2.5"], counts["+Inf"]) == (0, 64, 64, 65)
    (total,) = [s.value for s in family.samples if s.name.endswith("_sum")]
    assert total == pytest.approx(64 * 0.004 + 100)


def test_a_labelled_counter_has_one_sample_per_label():
    metrics = Metrics("m")
    metrics.counter("finished").add(label="stop")
    metrics.counter("finished").add(2, label="length")
    samples = families(metrics)["vllm:request_success"].samples
    assert {s.labels["finished_reason"]: s.value for s in samples} == {"stop": 1, "length": 2}


def test_the_process_tells_its_cpu_time():
    assert "process_cpu_seconds" in families(Metrics("m"))
