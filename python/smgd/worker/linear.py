"""Matrix products whose bits do not depend on how many rows are multiplied together.

torch's own float32 product picks its kernel by the number of rows, and so changes the order of a
row's sum with the company it keeps. oneDNN's product over a weight packed once does not, from two
rows up (one in bfloat16), for any number of threads; it is also faster. It is reached through a
private operator, so it is probed for and plain `F.linear` stands in where it is missing.
"""

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

_mkldnn = torch.ops.mkldnn
_multiply = _mkldnn._linear_pointwise  # noqa: SLF001 - see above
_pack = _mkldnn._reorder_linear_weight  # noqa: SLF001

MIN_ROWS = 2
"""Fewest rows whose bits are stable: a lone row is padded to this many."""


class Linear:
    """x @ weight.T + bias, over a weight packed once."""

    __slots__ = ("bias", "in_features", "out_features", "packed", "weight")

    def __init__(self, weight: Tensor, bias: Tensor | None = None) -> None:
        """Pack weight (out, in) and bias (out,), both on the device and in the dtype to run in."""
        self.out_features, self.in_features = weight.shape
        self.packed = weight.device.type == "cpu" and packs(weight.dtype)
        self.weight = _pack(weight) if self.packed else weight
        self.bias = bias

    def __call__(self, rows: Tensor) -> Tensor:
        """Multiply: (rows, in) -> (rows, out)."""
        if self.packed:
            product: Tensor = _multiply(rows, self.weight, self.bias, "none", [], "")
            return product
        return functional.linear(rows, self.weight, self.bias)


@cache
def packs(dtype: torch.dtype) -> bool:
    """Whether this torch and this CPU have the packed product in `dtype`."""
    supported = {
        torch.bfloat16: _mkldnn._is_mkldnn_bf16_supported,  # noqa: SLF001
        torch.float16: _mkldnn._is_mkldnn_fp16_supported,  # noqa: SLF001
    }
    if dtype in supported and not supported[dtype]():
        return False
    weight, rows = torch.eye(32, dtype=dtype), torch.ones(3, 32, dtype=dtype)
    try:
        packed = _pack(weight)
        return bool(torch.equal(_multiply(rows, packed, None, "none", [], ""), rows))
    except (AttributeError, RuntimeError):
        return False
