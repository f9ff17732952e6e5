"""The Qwen3 architecture, small and plain: one flat run of packed documents.

Parameter names are those of Hugging Face's Qwen3ForCausalLM, so that the state
dict is the checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Iterator

# Queries that attend together: large enough for fast products, small enough to skip half
# of the masked scores.
BLOCK = 256

# How many of the packed tokens a document takes, and the bias of its keys.
Span = tuple[int, Tensor | None]


@dataclass(frozen=True)
class Config:
    """The numbers of config.json that shape the network."""

    vocab_size: int = 2560
    hidden_size: int = 256
    intermediate_size: int = 704
    num_hidden_layers: int = 6
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    head_dim: int = 64
    rms_norm_eps: float = 1e-6
    rope_theta: float = 1_000_000.0


class RMSNorm(nn.Module):
    """Root-mean-square normalisation over the last dimension, with a learned scale."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Normalise x (..., size)."""
        return functional.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.eps)


class Attention(nn.Module):
    """Causal attention with normalised queries and keys; heads of a group share keys."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.num_heads, self.num_kv_heads = (
            config.num_attention_heads,
            config.num_key_value_heads,
        )
        self.head_dim = config.head_dim
        queries, keys = self.num_heads * self.head_dim, self.num_kv_heads * self.head_dim
        self.q_proj = nn.Linear(config.hidden_size, queries, bias=False)
        self.k_proj = nn.Linear(config.hidden_size, keys, bias=False)
        self.v_proj = nn.Linear(config.hidden_size, keys, bias=False)
        self.o_proj = nn.Linear(queries, config.hidden_size, bias=False)
        self.q_norm = RMSNorm(self.head_dim, config.rms_norm_eps)
        self.k_norm = RMSNorm(self.head_dim, config.rms_norm_eps)

    def project(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Make queries (heads, tokens, head_dim), keys and values (kv_heads, tokens, head_dim)."""
        weight = torch.cat([self.q_proj.weight, self.k_proj.weight, self.v_proj.weight])
        mixed = functional.linear(x, weight).view(x.shape[0], -1, self.head_dim).transpose(0, 1)
        q, k, v = torch.split(mixed, [self.num_heads, self.num_kv_heads, self.num_kv_heads])
        return rotate(self.q_norm(q), cos, sin), rotate(self.k_norm(k), cos, sin), v


class MLP(nn.Module):
    """The gated feed-forward block."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        wide, narrow = config.intermediate_size, config.hidden_size
        self.gate_proj = nn.Linear(narrow, wide, bias=False)
        self.up_proj = nn.Linear(narrow, wide, bias=False)
        self.down_proj = nn.Linear(wide, narrow, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map x (tokens, hidden_size) to the same shape."""
        return functional.linear(
            functional.silu(functional.linear(x, self.gate_proj.weight))
            * functional.linear(x, self.up_proj.weight),
            self.down_proj.weight,
        )


class Layer(nn.Module):
    """One decoder layer."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.self_attn = Attention(config)
        self.mlp = MLP(config)
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, documents: list[Span]) -> Tensor:
        """Map x (tokens, hidden_size) to the same shape; documents stay apart."""
        lengths = [size for size, _ in documents]
        q, k, v = (torch.split(part, lengths, 1) for part in self.before(x, cos, sin))
        biases = [bias for _, bias in documents]
        mixed = [causal(*one) for one in zip(q, k, v, biases, strict=True)]
        return self.after(x, torch.cat(mixed, 1))

    def before(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Do what comes before attention: queries, keys and values, as Attention.project."""
        return self.self_attn.project(self.input_layernorm(x), cos, sin)

    def after(self, x: Tensor, mixed: Tensor) -> Tensor:
        """Do what comes after attention, whose heads mixed (heads, tokens, head_dim) holds."""
        y: Tensor = x + self.self_attn.o_proj(mixed.transpose(0, 1).flatten(1))
        return y + self.mlp.forward(self.post_attention_layernorm(y))


class Decoder(nn.Module):
    """Embedding, layers and the last norm: what Hugging Face calls `model`."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)

    def __iter__(self) -> Iterator[Layer]:
        """Walk through the layers, first to last."""
        for layer in self.layers:
            if isinstance(layer, Layer):
                yield layer


class Network(nn.Module):
    """The whole model; the head is the embedding (tied).

    While it learns, the row of a token may be its difference to another's (`of`, -1 for none):
    a piece of a word with a space before it to the piece alone. So copying a word from a
    sentence into an argument is learned once, and not once for each word.
    """

    def __init__(self, config: Config, of: Tensor | None = None) -> None:
        super().__init__()
        self.config = config
        self.of = of
        self.model = Decoder(config)
        for weight in self.parameters():
            if weight.ndim == 2:
                nn.init.normal_(weight, std=0.02)

    def embedding(self) -> Tensor:
        """Return the embedding (vocab_size, hidden_size), differences added up."""
        weight: Tensor = self.model.embed_tokens.weight
        if self.of is None:
            return weight
        rows = (self.of >= 0).nonzero()[:, 0]
        return weight.index_add(0, rows, weight[self.of[rows]])

    def rotary(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Return cosines and sines (tokens, head_dim), float32, of positions (tokens,)."""
        size = self.config.head_dim
        exponents = torch.arange(0, size, 2, dtype=torch.float32) / size
        angles = positions.float()[:, None] / self.config.rope_theta**exponents
        angles = torch.cat([angles, angles], -1)
        return angles.cos(), angles.sin()

    def forward(
        self,
        ids: Tensor,
        positions: Tensor,
        lengths: list[int],
        rows: Tensor | None = None,
        bias: Tensor | None = None,
    ) -> Tensor:
        """Return the logits of packed documents that do not see each other.

        ids        (tokens,)  int64
        positions  (tokens,)  int64, rising within a document
        lengths    of the documents, in tokens; their sum is `tokens`
        rows       (rows,)    the tokens whose logits are wanted; all by default
        bias       (tokens,)  float32, added to the score of each token as a key
        returns    (rows, vocab_size)
        """
        cos, sin = self.rotary(positions)
        documents = spans(lengths, bias)
        embedding = self.embedding()
        x = functional.embedding(ids, embedding)
        if torch.is_autocast_enabled("cpu"):
            x, cos, sin = x.bfloat16(), cos.bfloat16(), sin.bfloat16()
        for layer in self.model:
            x = layer(x, cos, sin, documents)
        x = x if rows is None else x[rows]
        return self.head(x, embedding)

    def head(self, x: Tensor, embedding: Tensor) -> Tensor:
        """Turn hidden states (tokens, hidden_size) into logits (tokens, vocab_size)."""
        return functional.linear(self.model.norm(x), embedding)


def spans(lengths: list[int], bias: Tensor | None) -> list[Span]:
    """Pair each document's length with the bias of its keys, where there is one."""
    if bias is None:
        return [(size, None) for size in lengths]
    parts = zip(lengths, torch.split(bias, lengths), strict=True)
    return [(size, part if bool(part.any()) else None) for size, part in parts]


def causal(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None) -> Tensor:
    """Attend causally within one document, by blocks of queries.

    For documents of some hundred tokens this takes two thirds of the time of torch's own
    CPU kernel, forward and backward together, since heads that share keys go as one.

    q        (heads, tokens, head_dim)
    k, v     (kv_heads, tokens, head_dim)
    bias     (tokens,) added to the scores of the keys
    returns  (heads, tokens, head_dim)
    """
    (heads, size, width), shared = q.shape, k.shape[0]
    q = (q * width**-0.5).view(shared, heads // shared, size, width)
    blocks = []
    for start in range(0, size, BLOCK):
        end = min(start + BLOCK, size)
        num = end - start
        scores = q[:, :, start:end].reshape(shared, -1, width) @ k[:, :end].mT
        scores = scores.view(shared, -1, num, end)
        scores[..., start:] += torch.full((num, num), -1e30, dtype=scores.dtype).triu(1)
        if bias is not None:
            scores = scores + bias[:end].to(scores.dtype)
        weights = scores.softmax(-1).view(shared, -1, end)
        blocks.append((weights @ v[:, :end]).view(heads, num, width))
    return torch.cat(blocks, 1)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn x (heads, tokens, head_dim) by its positions' angles."""
    left, right = x.chunk(2, -1)
    return x * cos + torch.cat([-right, left], -1) * sin
