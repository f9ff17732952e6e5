"""Alone or in company, the same tokens and the same bits."""

import random

import pytest
import tiny
import torch

from smgd._core import Submit
from smgd.worker.linear import packs

VOCAB, CONTEXT = 211, 300
NUM_CLIENTS = 32


def requests(seed: int) -> list[Submit]:
    """One request per client: prompts from 1 token to the context limit, greedy and seeded."""
    rng = random.Random(seed)
    lengths = [1, 2, 31, 32, 33, 127, 128, 129, CONTEXT - 1, CONTEXT - 2]
    lengths += [rng.randrange(1, CONTEXT) for _ in range(NUM_CLIENTS - len(lengths))]
    rng.shuffle(lengths)
    made = []
    for number, length in enumerate(lengths, 1):
        prompt = [rng.randrange(VOCAB) for _ in range(length)]
        draws = [
            {"temperature": 0.0},
            {"temperature": 1.0, "seed": rng.getrandbits(64)},
            {"temperature": 0.7, "seed": number, "top_k": 20, "top_p": 0.9},
            {"temperature": 1.2, "seed": number, "top_p": 0.8, "min_p": 0.02},
            {"temperature": 0.9, "seed": number, "repetition_penalty": 1.3,
             "frequency_penalty": 0.4, "presence_penalty": 0.2},
        ][number % 5]  # fmt: skip
        rows = [(100 * number + choice, choice, []) for choice in range(1 + number % 2)]
        max_tokens = rng.randrange(1, 120 if length < 40 else 30)
        made.append(Submit(number, prompt, rows, max_tokens=max_tokens, **draws))
    return made


def in_company(bench, submits, *, seed, **limits):
    """All requests together, joining at random steps."""
    rng = random.Random(seed)
    batcher, replies = bench.batcher(**limits), {}
    waiting = submits[:]
    while waiting or batcher.busy:
        while waiting and rng.random() < 0.4:
            tiny.collect(batcher.submit(0, waiting.pop()), replies)
        tiny.collect(batcher.step(), replies)
    return replies, batcher


def assert_same(expected, replies, logits) -> None:
    for tokens, rows in expected:
        for wire_id, reply in tokens.items():
            assert replies[wire_id] == reply
            assert torch.equal(logits[wire_id], rows[wire_id]), wire_id


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("qwen3", "float32"), ("llama-biases-tied", "float32"), ("qwen2-tied-yarn", "bfloat16")],
)
def test_company_chunks_preemption_and_threads_change_no_bit(name, dtype, tmp_path):
    if dtype == "bfloat16" and not packs(torch.bfloat16):
        pytest.skip("this CPU has no bfloat16 products")
    tiny.write(tmp_path, tiny.CONFIGS[name])
    bench = tiny.Bench(tmp_path, max_model_len=CONTEXT, dtype=dtype)
    submits = requests(1)
    expected = [bench.alone(submit) for submit in submits]
    for threads, limits in [
        (1, {}),
        (3, {"max_tokens": 70, "max_seqs": 9}),
        (2, {"max_tokens": 97, "max_seqs": 16, "num_pages": 12}),
    ]:
        torch.set_num_threads(threads)
        replies, batcher = in_company(bench, submits, seed=threads, **limits)
        # A preempted sequence draws nothing twice: each token has one row of logits.
        assert_same(expected, replies, bench.stacked())
        assert batcher.pages.num_used == 0
        assert ("num_pages" in limits) == (batcher.counters.num_preemptions > 0)
    torch.set_num_threads(1)
