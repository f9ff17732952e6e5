"""Rotary positions: what each checkpoint's scaling does to the frequencies, and the turn itself."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .config import Failure


@dataclass(frozen=True, slots=True)
class Rope:
    """A checkpoint's rotary parameters."""

    head_dim: int
    theta: float
    kind: str
    """default, linear, llama3 or yarn."""
    scaling: dict[str, Any]
    """The kind's own parameters, as config.json spells them."""

    @classmethod
    def parse(cls, config: dict[str, Any], head_dim: int) -> "Rope":
        """Read `rope_parameters`, or the older `rope_theta` and `rope_scaling`.

        Raises Failure on a kind that is not built.
        """
        scaling = dict(config.get("rope_parameters") or config.get("rope_scaling") or {})
        kind = scaling.get("rope_type") or scaling.get("type") or "default"
        if kind not in FREQUENCIES:
            raise Failure(f'config.json: rope type "{kind}" is not supported')
        theta = scaling.get("rope_theta") or config.get("rope_theta") or 10000.0
        if scaling.get("partial_rotary_factor", config.get("partial_rotary_factor", 1.0)) != 1.0:
            raise Failure("config.json: partial_rotary_factor is not supported")
        scaling.setdefault(
            "original_max_position_embeddings", config.get("max_position_embeddings", 0)
        )
        return cls(head_dim, float(theta), kind, scaling)

    @property
    def extended_len(self) -> int:
        """Positions that the scaling itself promises, 0 when it says nothing."""
        if self.kind != "yarn":
            return 0
        return int(self.scaling["original_max_position_embeddings"] * self.scaling["factor"])

    def frequencies(self) -> tuple[Tensor, float]:
        """Compute the angle per position of each pair, (head_dim / 2) float32, and the factor.

        cos and sin are both multiplied by the factor.
        """
        exponents = torch.arange(0, self.head_dim, 2, dtype=torch.int64).float() / self.head_dim
        return FREQUENCIES[self.kind](self, 1.0 / (self.theta**exponents))


def _default(_: Rope, frequencies: Tensor) -> tuple[Tensor, float]:
    return frequencies, 1.0


def _linear(rope: Rope, frequencies: Tensor) -> tuple[Tensor, float]:
    return frequencies / rope.scaling["factor"], 1.0


def _llama3(rope: Rope, frequencies: Tensor) -> tuple[Tensor, float]:
    """Long wavelengths slowed by `factor`, short ones kept, a smooth blend between them."""
    scaling = rope.scaling
    factor, old_len = scaling["factor"], scaling["original_max_position_embeddings"]
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    wavelengths = 2 * math.pi / frequencies
    slowed = torch.where(wavelengths > old_len / low, frequencies / factor, frequencies)
    smooth = (old_len / wavelengths - low) / (high - low)
    blend = (1 - smooth) * slowed / factor + smooth * slowed
    between = (wavelengths >= old_len / high) & (wavelengths <= old_len / low)
    return torch.where(between, blend, slowed), 1.0


def _yarn(rope: Rope, frequencies: Tensor) -> tuple[Tensor, float]:
    """YaRN (arXiv 2309.00071): a linear ramp over dimensions from kept to slowed frequencies."""
    scaling = rope.scaling
    factor, old_len = scaling["factor"], scaling["original_max_position_embeddings"]

    def dimension(rotations: float) -> float:
        turns = math.log(old_len / (rotations * 2 * math.pi))
        return rope.head_dim * turns / (2 * math.log(rope.theta))

    low = dimension(scaling.get("beta_fast") or 32)
    high = dimension(scaling.get("beta_slow") or 1)
    if scaling.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, rope.head_dim - 1)
    width = high - low or 0.001
    ramp = ((torch.arange(rope.head_dim // 2, dtype=torch.float32) - low) / width).clamp(0, 1)
    return frequencies / factor * ramp + frequencies * (1 - ramp), _yarn_attention(scaling)


def _yarn_attention(scaling: dict[str, Any]) -> float:
    """Compute the factor on cos and sin that keeps attention as sharp as before."""
    if (given := scaling.get("attention_factor")) is not None:
        return float(given)

    def sharpness(mscale: float) -> float:
        factor = scaling["factor"]
        return 1.0 if factor <= 1 else 0.1 * mscale * math.log(factor) + 1.0

    mscale, of_all = scaling.get("mscale"), scaling.get("mscale_all_dim")
    return sharpness(mscale) / sharpness(of_all) if mscale and of_all else sharpness(1.0)


FREQUENCIES = {"default": _default, "linear": _linear, "llama3": _llama3, "yarn": _yarn}


def tables(positions: Tensor, frequencies: Tensor, factor: float) -> tuple[Tensor, Tensor]:
    """Cosines and signed sines of a step's rows, shared by all layers.

    positions    (rows,)         int64
    frequencies  (head_dim / 2)  float32
    returns      two of (rows, 1, head_dim) float32; the sines' first half is negated
    """
    angles = positions.float().unsqueeze(1) * frequencies
    cos, sin = angles.cos() * factor, angles.sin() * factor
    return torch.cat((cos, cos), 1).unsqueeze(1), torch.cat((-sin, sin), 1).unsqueeze(1)


def rotate(heads: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each head by its position.

    heads     (rows, heads, head_dim)  float32
    cos, sin  (rows, 1, head_dim)      from `tables`
    """
    half = heads.shape[-1] // 2
    swapped = torch.cat((heads[..., half:], heads[..., :half]), -1)
    return (heads * cos).add_(swapped.mul_(sin))
