"""Products, and the small pieces, whose bits depend on their own row alone."""

import pytest
import tiny
import torch

from smgd.worker import layers, rope
from smgd.worker.linear import MIN_ROWS, Linear, packs

assert tiny
ROWS = (2, 3, 5, 8, 16, 33, 100, 512)
THREADS = (1, 2, 3, 5)


@pytest.fixture(autouse=True)
def one_thread_afterwards():
    yield
    torch.set_num_threads(1)


def assert_rows_stand_alone(compute, rows) -> None:
    """Any number of the last rows, on any number of threads, gives the same bits."""
    torch.set_num_threads(1)
    expected = compute(rows)
    for threads in THREADS:
        torch.set_num_threads(threads)
        for count in ROWS:
            got = compute(rows[-count:].clone())
            assert torch.equal(got, expected[-count:]), (threads, count)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(256, 256), (1408, 256), (256, 704), (211, 48)])
def test_a_products_rows_do_not_depend_on_their_number(dtype, shape):
    if not packs(dtype):
        pytest.skip(f"this CPU has no packed {dtype} product")
    torch.manual_seed(0)
    weight, bias = torch.randn(shape, dtype=dtype), torch.randn(shape[0], dtype=dtype)
    assert_rows_stand_alone(Linear(weight, bias), torch.randn(512, shape[1], dtype=dtype))
    assert ROWS[0] == MIN_ROWS


def test_the_packed_product_is_the_plain_one():
    torch.manual_seed(0)
    weight, bias, rows = torch.randn(96, 64), torch.randn(96), torch.randn(7, 64)
    expected = torch.nn.functional.linear(rows, weight, bias)
    assert torch.allclose(Linear(weight, bias)(rows), expected, atol=1e-5)


@pytest.mark.parametrize("size", [64, 99, 704])
def test_the_small_pieces_do_not_depend_on_the_number_of_rows(size):
    torch.manual_seed(0)
    rows, weight = torch.randn(512, size) * 3, torch.randn(size)
    assert_rows_stand_alone(lambda x: layers.rms_norm(x, weight, 1e-6), rows)
    assert_rows_stand_alone(layers.silu_mul, torch.cat((rows, rows.flip(0)), 1))
    assert_rows_stand_alone(lambda x: x.softmax(-1), rows)


def test_turning_does_not_depend_on_the_number_of_rows():
    positions = torch.arange(512) * 127
    frequencies = 1.0 / 1e4 ** (torch.arange(0, 64, 2).float() / 64)
    heads = torch.randn(512, 3, 64)

    def turn(both):
        at, rows = both[:, 0, 0].long(), both[:, :, 1:]
        return rope.rotate(rows, *rope.tables(at, frequencies, 1.1))

    tagged = torch.cat((positions.float().view(-1, 1, 1).expand(-1, 3, 1), heads), 2)
    assert_rows_stand_alone(turn, tagged)


def test_silu_mul_is_silu_times_up():
    gate, up = torch.randn(5, 33) * 4, torch.randn(5, 33)
    expected = torch.nn.functional.silu(gate) * up
    assert torch.allclose(layers.silu_mul(torch.cat((gate, up), 1)), expected, atol=1e-6)
