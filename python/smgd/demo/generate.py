"""Greedy decoding of many prompts at once, with a cache of keys and values.

Only for evaluation; the server's worker is another program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from torch import Tensor

from .network import Attention, Config, Network, causal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def load(weights: Path) -> Network:
    """Load a checkpoint's weights, as float32."""
    network = Network(Config())
    tensors = load_file(weights)
    names = [name for name, _ in network.named_parameters()]
    network.load_state_dict({name: tensors[name].float() for name in names})
    return network.eval()


class Decoder:
    """A batch of sequences with their cache.

    keys, values  per layer (batch, kv_heads, room, head_dim)
    filled        (batch,)  int64, tokens that the cache holds
    """

    def __init__(self, network: Network, prompts: list[list[int]], max_tokens: int) -> None:
        self.network = network
        config = network.config
        room = max(map(len, prompts)) + max_tokens
        shape = (len(prompts), config.num_key_value_heads, room, config.head_dim)
        layers = range(config.num_hidden_layers)
        self.keys = [torch.zeros(shape) for _ in layers]
        self.values = [torch.zeros(shape) for _ in layers]
        self.filled = torch.tensor([len(prompt) for prompt in prompts])
        self.last = torch.stack([self.prefill(row, ids) for row, ids in enumerate(prompts)])

    def prefill(self, row: int, ids: list[int]) -> Tensor:
        """Fill one row's cache; returns the logits (vocab_size,) after its last token."""
        size = len(ids)
        cos, sin = self.network.rotary(torch.arange(size))
        x = self.network.model.embed_tokens(torch.tensor(ids))
        for index, layer in enumerate(self.network.model):
            q, k, v = layer.self_attn.project(layer.input_layernorm(x), cos, sin)
            self.keys[index][row, :, :size], self.values[index][row, :, :size] = k, v
            mixed = causal(q, k, v)
            x = x + layer.self_attn.o_proj(mixed.transpose(0, 1).flatten(1))
            x = x + layer.mlp(layer.post_attention_layernorm(x))
        return self.network.head(x[-1], self.network.embedding())

    def push(self, ids: Tensor) -> None:
        """Append one token (batch,) to every row."""
        cos, sin = self.network.rotary(self.filled)
        rows, end = torch.arange(len(ids)), int(self.filled.max()) + 1
        seen = (torch.arange(end) <= self.filled[:, None])[:, None, None]
        x = self.network.model.embed_tokens(ids)
        for index, layer in enumerate(self.network.model):
            q, k, v = layer.self_attn.project(layer.input_layernorm(x), cos, sin)
            self.keys[index][rows, :, self.filled] = k.transpose(0, 1)
            self.values[index][rows, :, self.filled] = v.transpose(0, 1)
            mixed = attend(layer.self_attn, q, self.keys[index], self.values[index], seen)
            x = x + layer.self_attn.o_proj(mixed)
            x = x + layer.mlp(layer.post_attention_layernorm(x))
        self.filled += 1
        self.last = self.network.head(x, self.network.embedding())

    def keep(self, rows: Tensor) -> None:
        """Drop all rows but these."""
        self.keys = [k[rows] for k in self.keys]
        self.values = [v[rows] for v in self.values]
        self.filled, self.last = self.filled[rows], self.last[rows]


def attend(attention: Attention, q: Tensor, keys: Tensor, values: Tensor, seen: Tensor) -> Tensor:
    """Attend with one new token per row; returns (batch, heads * head_dim).

    q             (heads, batch, head_dim)
    keys, values  (batch, kv_heads, room, head_dim)
    seen          (batch, 1, 1, end)  bool
    """
    end = seen.shape[-1]
    grouped = q.transpose(0, 1).view(q.shape[1], attention.num_kv_heads, -1, attention.head_dim)
    scores = grouped @ keys[:, :, :end].mT / attention.head_dim**0.5
    weights = scores.masked_fill(~seen, -torch.inf).softmax(-1)
    mixed: Tensor = (weights @ values[:, :, :end]).flatten(1)
    return mixed


@torch.no_grad()
def generate(
    network: Network, prompts: list[list[int]], max_tokens: int, stop: set[int], batch: int = 48
) -> Iterator[tuple[int, list[int]]]:
    """Decode greedily; yields (index of the prompt, new ids), the stop id included.

    A reply without a stop id has `max_tokens` ids.
    """
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        decoder = Decoder(network, [prompts[i] for i in chosen], max_tokens)
        replies: dict[int, list[int]] = {i: [] for i in chosen}
        while chosen:
            ids = decoder.last.argmax(-1)
            for i, token in zip(chosen, ids.tolist(), strict=True):
                replies[i].append(token)
            ended = [replies[i][-1] in stop or len(replies[i]) == max_tokens for i in chosen]
            if any(ended):
                left = torch.tensor(
                    [row for row, end in enumerate(ended) if not end], dtype=torch.int64
                )
                decoder.keep(left)
                chosen, ids = (
                    [i for i, end in zip(chosen, ended, strict=True) if not end],
                    ids[left],
                )
            if chosen:
                decoder.push(ids)
        yield from replies.items()
