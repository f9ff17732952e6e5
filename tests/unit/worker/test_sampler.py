"""Draws: the right distribution, and nothing but seed, choice, position and token in them."""

import math

import pytest
import tiny
import torch

from smgd._core import Submit
from smgd.worker.sampler import Sampler, draw_key, gumbel, hash32, mix64
from smgd.worker.sequence import Sequence

VOCAB = 300
assert tiny


def sequence(number=1, *, choice=0, prompt=(1,), emitted=(), **sampling) -> Sequence:
    submit = Submit(number, list(prompt), [(number, choice, list(emitted))], **sampling)
    tokens = [*prompt, *emitted]
    return Sequence(number, 0, number, choice, submit, tokens, frozenset(submit.stop_ids))


def draw(logits, sequences):
    sampler = Sampler(logits.shape[1], torch.device("cpu"))
    return [drawn for _, drawn in sampler.draw(logits.clone(), sequences)]


def tokens(logits, sequences) -> list[int]:
    return [drawn.token for drawn in draw(logits, sequences)]


def many(logits_row, count, **sampling) -> torch.Tensor:
    """Counts by token of `count` draws with different seeds."""
    drawn = tokens(
        logits_row.expand(count, -1), [sequence(i, seed=i, **sampling) for i in range(count)]
    )
    return torch.bincount(torch.tensor(drawn), minlength=logits_row.numel()).double()


def chi_square(counts, probabilities) -> float:
    expected = probabilities.double() * counts.sum()
    common = expected >= 5
    return float(((counts - expected) ** 2 / expected)[common].sum() / (common.sum() - 1))


def test_greedy_takes_the_highest_and_of_equals_the_lowest_id():
    logits = torch.zeros(2, VOCAB)
    logits[1, [7, 200, 31]] = 1.0
    assert tokens(logits, [sequence(temperature=0.0)] * 2) == [0, 7]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7])
def test_draws_follow_the_softmax(temperature):
    torch.manual_seed(0)
    row = torch.randn(40) * 1.5
    counts = many(row, 20_000, temperature=temperature)
    assert chi_square(counts, (row / temperature).softmax(-1)) < 2


def test_draws_at_successive_positions_and_choices_follow_the_softmax():
    torch.manual_seed(1)
    row = torch.randn(40)
    for sequences in (
        [sequence(i, seed=9, emitted=[0] * i) for i in range(4000)],
        [sequence(i, seed=9, choice=i) for i in range(4000)],
    ):
        drawn = torch.tensor(tokens(row.expand(4000, -1), sequences))
        counts = torch.bincount(drawn, minlength=40).double()
        assert chi_square(counts, row.softmax(-1)) < 2
        pairs = torch.bincount((drawn[1:] == drawn[:-1]).long(), minlength=2)
        same = float((row.softmax(-1) ** 2).sum())
        assert abs(pairs[1] / pairs.sum() - same) < 4 * math.sqrt(same / 4000)


def test_top_k_top_p_and_min_p_keep_what_they_say():
    torch.manual_seed(2)
    row = torch.randn(VOCAB) * 2
    probabilities = row.softmax(-1)
    order = probabilities.argsort(descending=True)
    before = probabilities[order].cumsum(-1) - probabilities[order]
    kept = {
        "top_k": set(order[:5].tolist()),
        "top_p": set(order[before < 0.6].tolist()),
        "min_p": set((probabilities >= 0.2 * probabilities.max()).nonzero().flatten().tolist()),
    }
    for name, value in [("top_k", 5), ("top_p", 0.6), ("min_p", 0.2)]:
        counts = many(row, 3000, **{name: value})
        assert set(counts.nonzero().flatten().tolist()) == kept[name], name
        mask = torch.zeros(VOCAB, dtype=torch.bool)
        mask[sorted(kept[name])] = True
        left = probabilities[mask] / probabilities[mask].sum()
        assert chi_square(counts[mask], left) < 3
    assert set(many(row, 100, top_p=1e-9).nonzero().flatten().tolist()) == {int(order[0])}
    assert set(many(row, 100, top_k=1).nonzero().flatten().tolist()) == {int(order[0])}


@pytest.mark.parametrize(
    "sampling", [{}, {"top_k": 5}, {"top_k": 280}, {"top_p": 0.7}, {"min_p": 0.1, "top_k": 9}]
)
def test_a_draw_does_not_depend_on_its_company(sampling):
    torch.manual_seed(3)
    logits = torch.randn(40, VOCAB)
    others = [{}, {"top_k": 3}, {"top_p": 0.5}, {"temperature": 0.0}, {"repetition_penalty": 1.5}]
    group = [sequence(i, seed=i * 7, **(sampling if i % 2 else others[i % 5])) for i in range(40)]
    together = tokens(logits, group)
    for i in range(1, 40, 2):
        assert tokens(logits[i : i + 1], [group[i]]) == [together[i]]
        assert tokens(logits[[i, 0, i]], [group[i], group[0], group[i]])[0] == together[i]


def test_seed_choice_position_and_token_each_change_the_noise():
    ids = torch.arange(1000, dtype=torch.int32).unsqueeze(0)
    keys = [draw_key(1, 0, 0), draw_key(2, 0, 0), draw_key(1, 1, 0), draw_key(1, 0, 1)]
    noise = gumbel(ids, torch.tensor(keys))
    assert noise.flatten().unique().numel() > 3990
    assert noise.isfinite().all()


def test_the_hash_is_the_same_on_every_machine():
    def slow(word: int) -> int:
        word ^= word >> 16
        word = word * 0x21F0AAAD & 0xFFFFFFFF
        word ^= word >> 15
        word = word * 0x735A2D97 & 0xFFFFFFFF
        return word ^ word >> 15

    words = [0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xDEADBEEF, *range(100, 2**32, 10**8)]
    signed = torch.tensor(words).to(torch.int32)
    assert [int(word) & 0xFFFFFFFF for word in hash32(signed)] == [slow(word) for word in words]
    assert mix64(0) == 0xE220A8397B1DCDAF  # the first output of splitmix64


def test_penalties_count_prompt_and_emitted_as_documented():
    logits = torch.tensor([[2.0, -2.0, 1.0, 0.5, 0.0]])
    seen = {"prompt": [0, 1], "emitted": [2, 2, 3], "temperature": 0.0, "logprobs": 0}

    def adjusted(**penalty):
        rows = logits.clone()
        Sampler(5, torch.device("cpu")).draw(rows, [sequence(**seen, **penalty)])
        return rows[0].tolist()

    assert adjusted(repetition_penalty=2.0) == [1.0, -4.0, 0.5, 0.25, 0.0]
    assert adjusted(frequency_penalty=0.5) == [2.0, -2.0, 0.0, 0.0, 0.0]
    assert adjusted(presence_penalty=0.5) == [2.0, -2.0, 0.5, 0.0, 0.0]


def test_no_stop_id_is_drawn_before_min_tokens():
    logits = torch.zeros(1, 5)
    logits[0, 3] = 9
    early = sequence(emitted=[1], min_tokens=2, stop_ids=[3], temperature=0.0)
    late = sequence(emitted=[1, 1], min_tokens=2, stop_ids=[3], temperature=0.0)
    assert tokens(logits, [early]) == [0]
    assert tokens(logits, [late]) == [3]


def test_logprobs_are_of_the_models_own_logits():
    torch.manual_seed(4)
    logits = torch.randn(1, VOCAB)
    asked = sequence(temperature=0.3, repetition_penalty=1.9, logprobs=3, seed=1)
    (drawn,) = draw(logits, [asked])
    expected = logits[0].log_softmax(-1)
    (token, logprob), *top = drawn.logprobs
    assert token == drawn.token
    assert logprob == pytest.approx(float(expected[token]))
    assert [token for token, _ in top] == expected.topk(3).indices.tolist()


def test_logits_that_are_not_finite_are_told():
    logits = torch.zeros(2, VOCAB)
    logits[1, 5] = math.nan
    assert tokens(logits, [sequence(), sequence()])[1] == -1
