"""Keys and values of every token, in pages, on the device."""

import mmap

import torch
from torch import Tensor

from .models.architecture import Architecture
from .pages import PAGE_SIZE


def page_bytes(shape: Architecture, dtype: torch.dtype) -> int:
    """Bytes of one page over all layers, keys and values."""
    per_token = 2 * shape.num_layers * shape.num_kv_heads * shape.head_dim
    return per_token * PAGE_SIZE * dtype.itemsize


class Cache:
    """One layer group's keys and values.

    Each layer's are stored as (pages * kv_heads, PAGE_SIZE, head_dim), so that one index_select
    brings a tile's keys together head by head.
    """

    def __init__(
        self, shape: Architecture, num_pages: int, device: torch.device, dtype: torch.dtype
    ) -> None:
        """num_pages counts the zero page. Memory is taken from the system as pages are used."""
        heads, head_dim, layers = shape.num_kv_heads, shape.head_dim, shape.num_layers
        size = layers * 2 * num_pages * heads * PAGE_SIZE * head_dim
        if device.type == "cpu":
            store = torch.frombuffer(mmap.mmap(-1, size * dtype.itemsize), dtype=dtype)
        else:
            store = torch.zeros(size, dtype=dtype, device=device)
        self._pages = store.view(layers * 2, num_pages, -1)
        by_head = store.view(layers, 2, num_pages * heads, PAGE_SIZE, head_dim)
        self.keys = [by_head[layer, 0] for layer in range(layers)]
        self.values = [by_head[layer, 1] for layer in range(layers)]
        self._key_rows = [keys.view(-1, head_dim) for keys in self.keys]
        self._value_rows = [values.view(-1, head_dim) for values in self.values]

    def write(self, layer: int, rows: Tensor, key: Tensor, value: Tensor) -> None:
        """Store a step's keys and values.

        rows        (rows * kv_heads,)  int64: (page * kv_heads + head) * PAGE_SIZE + offset
        key, value  (rows, kv_heads, head_dim)
        """
        keys, values = self._key_rows[layer], self._value_rows[layer]
        keys.index_copy_(0, rows, key.reshape(-1, keys.shape[1]).to(keys.dtype))
        values.index_copy_(0, rows, value.reshape(-1, values.shape[1]).to(values.dtype))

    def clear(self, pages: list[int]) -> None:
        """Zero pages that are given out.

        Attention looks at whole tiles and weighs what lies past a sequence's end by zero; zero
        times what another sequence left there would not be zero if that was not finite.
        """
        self._pages.index_fill_(1, torch.tensor(pages, device=self._pages.device), 0)
