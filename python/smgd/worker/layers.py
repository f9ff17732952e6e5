"""The small pieces that every decoder is made of. Each row's bits depend on that row alone.

torch's own silu and sigmoid finish a row's tail with other instructions than its body, so that
bits depend on where threads split the work; exp, division and multiplication do not.
"""

import torch
from torch import Tensor
from torch.nn import functional


def rms_norm(rows: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """Root-mean-square norm over the last dimension, computed in float32.

    rows    (..., size)
    weight  (size,) or (heads, size)  float32
    returns as rows, in the dtype of rows
    """
    wide = rows.float()
    return functional.rms_norm(wide, wide.shape[-1:], None, epsilon).mul_(weight).to(rows.dtype)


def silu_mul(gate_up: Tensor) -> Tensor:
    """silu(gate) * up, where gate and up lie side by side: (rows, 2 * size) -> (rows, size)."""
    gate, up = gate_up.float().chunk(2, -1)
    return (gate * up).div_(torch.exp(-gate).add_(1)).to(gate_up.dtype)
