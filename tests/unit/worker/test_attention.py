"""Attention over pages: the right numbers, and the same bits by prefill and by decode."""

import pytest
import tiny
import torch

from smgd.worker import attention
from smgd.worker.pages import PAGE_SIZE

assert tiny
HEAD_DIM = 64


def paged(num_kv_heads: int, length: int, head_dim: int = HEAD_DIM):
    """Random keys and values, scattered over pages; page 0 stays zero, other pages hold rubbish."""
    num_pages = 4 * attention.PAGES_PER_TILE * (1 + length // attention.TILE)
    order = torch.randperm(num_pages - 1) + 1
    tiles = -(-length // attention.TILE)
    table = torch.zeros(tiles * attention.PAGES_PER_TILE, dtype=torch.int64)
    used = -(-length // PAGE_SIZE)
    table[:used] = order[:used]
    store = torch.randn(2, num_pages, num_kv_heads, PAGE_SIZE, head_dim)
    store[:, 0] = 0
    flat = store.view(2, num_pages * num_kv_heads, PAGE_SIZE, head_dim)
    seen = store[:, table].transpose(1, 2).reshape(2, num_kv_heads, -1, head_dim)
    return flat[0], flat[1], table, seen[:, :, :length]


def plain(query, key, value, start):
    """Textbook attention: query (rows, heads, d), key and value (kv_heads, length, d)."""
    group = query.shape[1] // key.shape[0]
    key, value = key.repeat_interleave(group, 0), value.repeat_interleave(group, 0)
    scores = torch.einsum("rhd,hkd->hrk", query, key)
    ahead = torch.arange(key.shape[1]) > start + torch.arange(query.shape[0]).unsqueeze(1)
    weights = scores.masked_fill(ahead, -torch.inf).softmax(-1)
    return torch.einsum("hrk,hkd->rhd", weights, value).reshape(query.shape[0], -1)


@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 2), (8, 1), (3, 3), (14, 2)])
@pytest.mark.parametrize(("start", "count"), [(0, 5), (0, 300), (127, 2), (128, 130), (250, 33)])
def test_prefill_is_textbook_attention(heads, kv_heads, start, count):
    torch.manual_seed(0)
    keys, values, table, (key, value) = paged(kv_heads, start + count)
    query = torch.randn(count, heads, HEAD_DIM) / 8
    pages = attention.page_rows(table, kv_heads)
    got = attention.prefill(query, keys, values, pages, start)
    assert torch.allclose(got, plain(query, key, value, start), atol=1e-5)


@pytest.mark.parametrize(("heads", "kv_heads", "head_dim"), [(4, 2, 64), (8, 1, 128), (3, 3, 16)])
def test_a_query_has_the_same_bits_in_any_chunk_in_any_batch_and_on_any_number_of_threads(
    heads, kv_heads, head_dim
):
    torch.manual_seed(0)
    length = 1100
    keys, values, table, _ = paged(kv_heads, length, head_dim)
    query = torch.randn(length, heads, head_dim) / 8
    pages = attention.page_rows(table, kv_heads)
    torch.set_num_threads(1)
    expected = attention.prefill(query, keys, values, pages, 0)
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        for start, count in [(0, 7), (1, 2), (100, 57), (512, 512), (1023, 64), (1098, 2)]:
            here = pages[: -(-(start + count) // attention.TILE)]
            got = attention.prefill(query[start : start + count], keys, values, here, start)
            assert torch.equal(got, expected[start : start + count]), (threads, start, count)
        for lengths in ([1], [1100], [128], [1100, 129, 128, 1], [700, 699] + [5] * 40):
            tiles = -(-lengths[0] // attention.TILE)
            tables = table[: tiles * attention.PAGES_PER_TILE].expand(len(lengths), -1)
            cut = attention.blocks(tables, lengths, kv_heads)
            rows = [length - 1 for length in lengths]
            got = attention.decode(query[rows], keys, values, cut)
            assert torch.equal(got, expected[rows]), (threads, lengths)
    torch.set_num_threads(1)
