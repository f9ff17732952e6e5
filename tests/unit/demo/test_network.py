"""The network in training: what packing, positions, weights of keys and the cache mean."""

import math
from random import Random

import pytest
import torch

from smgd.demo.generate import Decoder
from smgd.demo.network import Config, Network, causal


def tokens(size: int) -> list[int]:
    return [Random(size).randrange(Config.vocab_size) for _ in range(size)]


def logits(network: Network, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        return network(torch.tensor(ids), torch.arange(len(ids)), [len(ids)])


@pytest.fixture
def network() -> Network:
    torch.manual_seed(3)
    return Network(Config()).eval()


def test_packed_documents_do_not_see_each_other(network: Network):
    first, second = tokens(300), tokens(41)
    with torch.no_grad():
        packed = network(
            torch.tensor(first + second), torch.tensor([*range(300), *range(41)]), [300, 41]
        )
    assert torch.allclose(packed[300:], logits(network, second), atol=1e-5)


def test_a_key_with_a_bias_of_log_two_counts_as_two():
    bias = torch.zeros(80)
    bias[:60] = math.log(2)
    q, k, v = torch.randn(4, 80, 64), torch.randn(2, 80, 64), torch.randn(2, 80, 64)
    twice_k, twice_v = (torch.cat([t[:, :60], t], 1) for t in (k, v))
    scores = (q[:, -1:] @ twice_k.repeat_interleave(2, 0).mT / 8).softmax(-1)
    wanted = (scores @ twice_v.repeat_interleave(2, 0))[:, 0]
    assert torch.allclose(causal(q, k, v, bias)[:, -1], wanted, atol=1e-5)


def test_only_distances_count(network: Network):
    ids = torch.tensor(tokens(80))
    with torch.no_grad():
        there = network(ids, torch.arange(80) + 60_000, [80])
    assert torch.allclose(there, logits(network, ids.tolist()), atol=2e-3)


def test_decoding_with_a_cache_gives_the_logits_of_the_whole(network: Network):
    prompts, more = [tokens(30), tokens(300), tokens(7)], tokens(5)
    decoder = Decoder(network, prompts, max_tokens=5)
    for token in more:
        decoder.push(torch.tensor([token] * 3))
    for row, prompt in enumerate(prompts):
        assert torch.allclose(decoder.last[row], logits(network, prompt + more)[-1], atol=1e-4)
