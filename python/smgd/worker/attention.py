"""Attention over a paged cache, in tiles of 128 keys taken in index order.

A query's result is one chain of steps that its own keys alone decide: for each tile, scores, their
softmax, and the weighted values; each tile's part is added, by the tile's share of all weight, to
what the earlier tiles left, rescaled to the new maximum. Prefill walks the chain with many queries
of one sequence, decode with one query of many sequences; both give the same bits, because

- a tile is always 128 keys long (what lies past the end is masked to nothing), so that every sum
  has the same length, and a product over at most 128 terms is one chain of fused multiply-adds;
- products always have a multiple of 4 query rows, below which the library changes its kernel;
- everything is computed in float32, whatever the cache holds;
- powers come from softmax and exp, whose results do not depend on where threads split the work
  (those of exp2, sigmoid and silu do).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .pages import PAGE_SIZE

TILE = 128
"""Keys per tile."""
PAGES_PER_TILE = TILE // PAGE_SIZE
ROW_MULTIPLE = 4
MASKED = -1e30
"""The score of what is not to be seen: finite, so that a tile wholly masked is no special case."""
WIDE = 32
"""Tiles that decode takes at once: fewer make more calls, more no longer fit a core's cache."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some tiles of the first few sequences of a decode batch."""

    num_seqs: int
    pages: Tensor
    """(num_seqs * width * kv_heads * PAGES_PER_TILE,) rows of the cache, int64."""
    mask: Tensor
    """(num_seqs, width, 1, 1, TILE) bool, True where there is no key."""
    counts: list[int]
    """Per tile of the block, how many sequences reach it."""


def page_rows(tables: Tensor, num_kv_heads: int) -> Tensor:
    """Rows of a cache seen as (pages * kv_heads, ...), tile by tile, each head's pages together.

    tables   (..., tiles * PAGES_PER_TILE)  int64 pages
    returns  (..., tiles, kv_heads, PAGES_PER_TILE)
    """
    heads = torch.arange(num_kv_heads, device=tables.device).unsqueeze(1)
    tiles = tables.view(*tables.shape[:-1], -1, 1, PAGES_PER_TILE)
    return tiles * num_kv_heads + heads


def blocks(tables: Tensor, lengths: list[int], num_kv_heads: int) -> list[Block]:
    """Cut a decode batch into blocks of tiles; done once per step, shared by all layers.

    tables   (num_seqs, tiles * PAGES_PER_TILE)  int64 pages, 0 past the end
    lengths  keys of each sequence, longest first
    """
    rows = page_rows(tables, num_kv_heads)
    num_tiles = rows.shape[1]
    reach = [sum(length > tile * TILE for length in lengths) for tile in range(num_tiles)]
    keys = torch.arange(num_tiles * TILE, device=tables.device).view(1, num_tiles, 1, 1, TILE)
    beyond = keys >= torch.tensor(lengths, device=tables.device).view(-1, 1, 1, 1, 1)
    cut, start = [], 0
    while start < num_tiles:
        count = reach[start]
        stop = min(num_tiles, start + max(1, WIDE // count))
        part = rows[:count, start:stop].reshape(-1)
        cut.append(Block(count, part, beyond[:count, start:stop], reach[start:stop]))
        start = stop
    return cut


def decode(query: Tensor, keys: Tensor, values: Tensor, cut: list[Block]) -> Tensor:
    """Attention of one query per sequence.

    query         (num_seqs, heads, head_dim)  float32, scaled, sequences longest first
    keys, values  (pages * kv_heads, PAGE_SIZE, head_dim)
    cut           from `blocks`
    returns       (num_seqs, heads * head_dim)  float32
    """
    num_seqs, num_heads, head_dim = query.shape
    num_kv_heads = cut[0].pages.numel() // (cut[0].mask.shape[1] * num_seqs * PAGES_PER_TILE)
    group = num_heads // num_kv_heads
    rows = -(-group // ROW_MULTIPLE) * ROW_MULTIPLE
    padded = query.new_zeros(num_seqs, 1, num_kv_heads, rows, head_dim)
    padded[:, 0, :, :group] = query.view(num_seqs, num_kv_heads, group, head_dim)
    top = query.new_full((num_seqs, 1, num_kv_heads, rows, 1), -torch.inf)
    total = torch.zeros_like(top)
    mixed = torch.zeros_like(padded)
    for block in cut:
        count, width = block.num_seqs, len(block.counts)
        tiles = count * width * num_kv_heads
        key = keys.index_select(0, block.pages).view(tiles, TILE, head_dim).float()
        value = values.index_select(0, block.pages).view(tiles, TILE, head_dim).float()
        asked = padded[:count].expand(-1, width, -1, -1, -1).reshape(tiles, rows, head_dim)
        scores = torch.bmm(asked, key.transpose(1, 2))
        scores = scores.view(count, width, num_kv_heads, rows, TILE)
        scores.masked_fill_(block.mask, MASKED)
        weights, peaks, sums = _softmax(scores)
        tops = torch.cat((top[:count], peaks), 1).cummax(1).values
        fades = (tops[:, :-1] - tops[:, 1:]).exp_()
        shares = peaks.sub_(tops[:, 1:]).exp_().mul_(sums)
        parts = torch.bmm(weights.view(tiles, rows, TILE), value)
        parts = parts.view(count, width, num_kv_heads, rows, head_dim).mul_(shares)
        for tile, reached in enumerate(block.counts):
            here = slice(tile, tile + 1)
            total[:reached].mul_(fades[:reached, here]).add_(shares[:reached, here])
            mixed[:reached].mul_(fades[:reached, here]).add_(parts[:reached, here])
        top[:count] = tops[:, -1:]
    return mixed.div_(total)[:, 0, :, :group].reshape(num_seqs, num_heads * head_dim)


def prefill(query: Tensor, keys: Tensor, values: Tensor, pages: Tensor, start: int) -> Tensor:
    """Attention of a run of queries of one sequence, each seeing the keys up to its own.

    query         (rows, heads, head_dim)  float32, scaled
    keys, values  (pages * kv_heads, PAGE_SIZE, head_dim)
    pages         (tiles, kv_heads, PAGES_PER_TILE)  from `page_rows`, up to the last query's tile
    start         position of the first query
    returns       (rows, heads * head_dim)  float32
    """
    count, num_heads, head_dim = query.shape
    num_kv_heads = pages.shape[1]
    group = num_heads // num_kv_heads
    rows = -(-count * group // ROW_MULTIPLE) * ROW_MULTIPLE
    asked = query.new_zeros(num_kv_heads, rows, head_dim)
    asked[:, : count * group].view(num_kv_heads, count, group, head_dim).copy_(
        query.view(count, num_kv_heads, group, head_dim).transpose(0, 1)
    )
    positions = start + torch.arange(rows, device=query.device).div_(group, rounding_mode="floor")
    top = query.new_full((num_kv_heads, rows, 1), -torch.inf)
    total = torch.zeros_like(top)
    mixed = torch.zeros_like(asked)
    for tile in range(pages.shape[0]):
        here = pages[tile].view(-1)
        key = keys.index_select(0, here).view(num_kv_heads, TILE, head_dim).float()
        value = values.index_select(0, here).view(num_kv_heads, TILE, head_dim).float()
        scores = torch.bmm(asked, key.transpose(1, 2))
        if (tile + 1) * TILE > start + 1:
            index = torch.arange(tile * TILE, (tile + 1) * TILE, device=query.device)
            scores.masked_fill_(index > positions.unsqueeze(1), MASKED)
        weights, peak, tile_sum = _softmax(scores)
        higher = torch.maximum(top, peak)
        fade = top.sub_(higher).exp_()
        share = peak.sub_(higher).exp_().mul_(tile_sum)
        total.mul_(fade).add_(share)
        mixed.mul_(fade).add_(torch.bmm(weights, value).mul_(share))
        top = higher
    mixed.div_(total)
    heads = mixed[:, : count * group].view(num_kv_heads, count, group, head_dim)
    return heads.transpose(0, 1).reshape(count, num_heads * head_dim)


def _softmax(scores: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Turn scores into weights that add up to 1 over the last dimension.

    Returns weights, the highest scores, and the sums of exp(score - highest), the last two with a
    last dimension of 1. The highest weight is exp(0) over the sum, which saves summing again.
    """
    weights = scores.softmax(-1)
    return weights, scores.amax(-1, keepdim=True), weights.amax(-1, keepdim=True).reciprocal_()
