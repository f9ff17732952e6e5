"""The dense decoder that all families share: its weights, and one forward step."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from smgd.worker import rope
from smgd.worker.layers import rms_norm, silu_mul
from smgd.worker.linear import Linear
from smgd.worker.weights import EMBEDDING, Checkpoint

from .architecture import Architecture

Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]
"""(layer, query, key, value) -> mixed, over the step's rows; stores key and value on the way.

query (rows, heads, head_dim) float32 and scaled; key, value (rows, kv_heads, head_dim)
mixed (rows, heads * head_dim)
"""


@dataclass(frozen=True, slots=True)
class Layer:
    """The weights of one layer."""

    attention_norm: Tensor
    qkv: Linear
    """Query, key and value rows under one another."""
    head_norm: Tensor | None
    """(heads + kv_heads, head_dim) float32: the query's and the key's norm, once per head."""
    output: Linear
    mlp_norm: Tensor
    gate_up: Linear
    down: Linear


class Decoder:
    """A loaded model: rows of token ids in, hidden rows and logits out."""

    def __init__(self, shape: Architecture, checkpoint: Checkpoint) -> None:
        """Read and pack all weights. Raises Failure on a tensor that is missing or misshapen."""
        self.shape = shape
        self.dtype, self.device = checkpoint.dtype, checkpoint.device
        matrix = (shape.vocab_size, shape.hidden_size)
        self._embedding = checkpoint.tensor(EMBEDDING, *matrix)
        self._layers = [_layer(shape, checkpoint, index) for index in range(shape.num_layers)]
        self._norm = checkpoint.tensor("model.norm.weight", shape.hidden_size).float()
        head = self._embedding if shape.tied else checkpoint.tensor("lm_head.weight", *matrix)
        self._head = Linear(head)
        frequencies, self._rope_factor = shape.rope.frequencies()
        self._frequencies = frequencies.to(self.device)
        self._scale = shape.head_dim**-0.5

    def hidden(self, ids: Tensor, positions: Tensor, attend: Attend) -> Tensor:
        """One forward step.

        ids, positions  (rows,)  int64
        returns         (rows, hidden_size), not yet normalised
        """
        turn = rope.tables(positions, self._frequencies, self._rope_factor)
        x = functional.embedding(ids, self._embedding)
        epsilon = self.shape.norm_epsilon
        for index, layer in enumerate(self._layers):
            qkv = layer.qkv(rms_norm(x, layer.attention_norm, epsilon))
            x = x + layer.output(attend(index, *self._heads(layer, qkv, turn)).to(x.dtype))
            gate_up = layer.gate_up(rms_norm(x, layer.mlp_norm, epsilon))
            x = x + layer.down(silu_mul(gate_up))
        return x

    def logits(self, hidden: Tensor) -> Tensor:
        """Project hidden rows on the vocabulary: (rows, hidden_size) -> (rows, vocab) float32."""
        return self._head(rms_norm(hidden, self._norm, self.shape.norm_epsilon)).float()

    def _heads(
        self, layer: Layer, qkv: Tensor, turn: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Split qkv into query, key and value heads, normalised, turned and scaled."""
        shape = self.shape
        rows, num_queries = qkv.shape[0], shape.num_heads
        turning = num_queries + shape.num_kv_heads
        heads = qkv.view(rows, turning + shape.num_kv_heads, shape.head_dim)
        turned, value = heads[:, :turning].float(), heads[:, turning:]
        if layer.head_norm is not None:
            turned = rms_norm(turned, layer.head_norm, shape.norm_epsilon)
        turned = rope.rotate(turned, *turn)
        return turned[:, :num_queries] * self._scale, turned[:, num_queries:], value


def _layer(shape: Architecture, checkpoint: Checkpoint, index: int) -> Layer:
    """Read one layer, with query, key and value fused, and gate and up."""
    tensor = checkpoint.tensor
    prefix = f"model.layers.{index}."
    hidden, inner = shape.hidden_size, shape.intermediate_size
    queries, keys = shape.num_heads * shape.head_dim, shape.num_kv_heads * shape.head_dim

    def fused(sizes: dict[str, int], width: int, *, bias: bool) -> Linear:
        weights = [tensor(f"{prefix}{name}.weight", size, width) for name, size in sizes.items()]
        biases = [tensor(f"{prefix}{name}.bias", size) for name, size in sizes.items() if bias]
        return Linear(torch.cat(weights), torch.cat(biases) if bias else None)

    def head_norm() -> Tensor:
        query = tensor(f"{prefix}self_attn.q_norm.weight", shape.head_dim)
        key = tensor(f"{prefix}self_attn.k_norm.weight", shape.head_dim)
        return torch.stack([query] * shape.num_heads + [key] * shape.num_kv_heads).float()

    qkv = {"self_attn.q_proj": queries, "self_attn.k_proj": keys, "self_attn.v_proj": keys}
    return Layer(
        attention_norm=tensor(f"{prefix}input_layernorm.weight", hidden).float(),
        qkv=fused(qkv, hidden, bias=shape.qkv_bias),
        head_norm=head_norm() if shape.qk_norm else None,
        output=fused({"self_attn.o_proj": hidden}, queries, bias=shape.output_bias),
        mlp_norm=tensor(f"{prefix}post_attention_layernorm.weight", hidden).float(),
        gate_up=fused({"mlp.gate_proj": inner, "mlp.up_proj": inner}, hidden, bias=shape.mlp_bias),
        down=fused({"mlp.down_proj": hidden}, inner, bias=shape.mlp_bias),
    )
