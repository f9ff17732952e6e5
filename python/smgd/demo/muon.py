"""Muon: momentum whose matrices are made orthogonal before they are applied.

After Jordan et al., https://kellerjordan.github.io/posts/muon/ (2024).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterable


class Muon(torch.optim.Optimizer):
    """Matrices of one shape are stepped together, as one batch.

    Weights decay (Liu et al., https://arxiv.org/abs/2502.16982, 2025): steps have one size, and
    in matrices that only grow they come to change nothing.
    """

    def __init__(
        self, params: Iterable[nn.Parameter], lr: float, momentum: float = 0.95, decay: float = 0.02
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override] # noqa: ARG002
        """Update every matrix once from its gradient."""
        for group in self.param_groups:
            shapes: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for weight in group["params"]:
                shapes[weight.shape].append(weight)
            for shape, weights in shapes.items():
                scale = group["lr"] * max(1.0, shape[0] / shape[1]) ** 0.5
                updates = orthogonal(
                    torch.stack([self.push(w, group["momentum"]) for w in weights])
                )
                for weight, update in zip(weights, updates, strict=True):
                    weight.mul_(1 - group["lr"] * group["decay"])
                    weight.add_(update.to(weight.dtype), alpha=-scale)

    def push(self, weight: nn.Parameter, momentum: float) -> Tensor:
        """Take up the newest gradient; returns the Nesterov momentum."""
        gradient = weight.grad
        if gradient is None:
            raise RuntimeError("step comes after backward")
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight)
        buffer: Tensor = state["momentum"]
        buffer.lerp_(gradient, 1 - momentum)
        return gradient.lerp(buffer, momentum)


def orthogonal(updates: Tensor) -> Tensor:
    """Five Newton-Schulz steps towards the nearest orthogonal matrices.

    updates  (num, rows, columns)
    returns  (num, rows, columns)  bfloat16, singular values near 1
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    x: Tensor = updates.bfloat16()
    wide: Tensor = x.mT if x.shape[-2] > x.shape[-1] else x
    wide = wide / (wide.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = wide @ wide.mT
        wide = a * wide + (b * gram + c * gram @ gram) @ wide
    return wide.mT if x.shape[-2] > x.shape[-1] else wide
