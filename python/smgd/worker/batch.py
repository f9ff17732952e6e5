"""One step's rows as tensors: decodes first, longest first, then runs of prompt tokens."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from . import attention
from .linear import MIN_ROWS
from .pages import FULL, PAGE_SIZE
from .sequence import Sequence
from .slots import Slots


@dataclass(frozen=True, slots=True)
class Work:
    """Tokens of one sequence to compute in a step."""

    sequence: Sequence
    count: int

    @property
    def draws(self) -> bool:
        """Whether its last row's logits give the next token."""
        return self.sequence.num_computed + self.count == len(self.sequence.tokens)


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive prompt tokens of one sequence."""

    rows: slice
    start: int
    """Position of the first."""
    pages: Tensor
    """(tiles, kv_heads, PAGES_PER_TILE), see `attention.page_rows`."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a forward step needs to know."""

    ids: Tensor
    """(rows,) int64"""
    positions: Tensor
    """(rows,) int64"""
    writes: Tensor
    """(rows * kv_heads,) int64, see `Cache.write`"""
    num_decodes: int
    blocks: list[attention.Block]
    runs: list[Run]
    draws: Tensor
    """(draws,) int64: rows whose logits are wanted"""
    drawing: list[Sequence]
    """Whose they are, in the same order."""


def build(work: list[Work], slots: Slots, num_kv_heads: int, device: torch.device) -> Batch:
    """Lay out a step's rows. A lone row is doubled, so that its products' bits are stable."""
    decodes = [item for item in work if item.count == 1]
    decodes.sort(key=lambda item: -item.sequence.num_computed)
    ordered = decodes + [item for item in work if item.count > 1]
    starts = [item.sequence.num_computed for item in ordered]
    counts = [item.count for item in ordered]
    ends = np.cumsum(counts)
    ids = [
        token
        for item, start in zip(ordered, starts, strict=True)
        for token in item.sequence.tokens[start : start + item.count]
    ]
    total = len(ids)
    positions = np.arange(total) + np.repeat(np.array(starts) - (ends - counts), counts)
    slot_rows = np.repeat([item.sequence.slot for item in ordered], counts)
    table = slots.tables[FULL]
    heads = np.arange(num_kv_heads)
    pages = table[slot_rows, positions // PAGE_SIZE]
    writes = (pages[:, None] * num_kv_heads + heads) * PAGE_SIZE + (positions % PAGE_SIZE)[:, None]
    draws = [int(end) - 1 for item, end in zip(ordered, ends, strict=True) if item.draws]
    if total < MIN_ROWS:
        ids, positions, writes = ids * 2, np.repeat(positions, 2), np.repeat(writes, 2, axis=0)

    def on_device(array: object) -> Tensor:
        return torch.as_tensor(array, dtype=torch.int64).to(device)

    def tables(rows: list[int], length: int) -> Tensor:
        tiles = -(-length // attention.TILE)
        return on_device(table[rows, : tiles * attention.PAGES_PER_TILE])

    blocks: list[attention.Block] = []
    if decodes:
        lengths = [start + 1 for start in starts[: len(decodes)]]
        shared = tables([item.sequence.slot for item in decodes], lengths[0])
        blocks = attention.blocks(shared, lengths, num_kv_heads)
    runs = [
        Run(
            slice(int(end) - count, int(end)),
            start,
            attention.page_rows(tables([item.sequence.slot], start + count)[0], num_kv_heads),
        )
        for item, start, count, end in zip(ordered, starts, counts, ends, strict=True)
        if count > 1
    ]
    return Batch(
        ids=on_device(ids),
        positions=on_device(positions),
        writes=on_device(writes.reshape(-1)),
        num_decodes=len(decodes),
        blocks=blocks,
        runs=runs,
        draws=on_device(draws * 2 if len(draws) == 1 else draws),
        drawing=[item.sequence for item in ordered if item.draws],
    )
