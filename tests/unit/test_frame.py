"""Frames as the two processes exchange them: what one side encodes, the other reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smgd import _core

ids = st.lists(st.integers(0, 2**32 - 1), max_size=20)


@given(ids, ids, st.integers(0, 2**64 - 1))
def test_a_submission_reaches_the_worker_as_it_was_made(prompt, emitted, seed):
    rows = [(256, 0, emitted), (257, 1, [])]
    sent = _core.Submit(1, prompt, rows, temperature=0.5, seed=seed, stop_ids=[7], logprobs=3)
    frame = sent.frame(generation=4)
    assert _core.frame_kind(frame) == ("submit", 4, 0)
    assert _core.frame_length(frame[: _core.HEADER_BYTES]) == len(frame) - _core.HEADER_BYTES
    got = _core.decode_frame(frame)
    assert isinstance(got, _core.Submit)
    assert (got.request, got.prompt_ids, got.rows) == (1, prompt, rows)
    assert (got.temperature, got.seed, got.stop_ids, got.logprobs) == (0.5, seed, [7], 3)
    assert (got.constraint, got.adapter, got.cache_salt, got.attachments) == ("", "", b"", [])


def test_a_step_may_bring_a_sequence_several_tokens_or_none():
    frame = _core.encode_tokens(1, 9, [5, 6, 7], [2, 0, 1], [10, 11, 12], [0, 3, 1])
    got = _core.decode_frame(frame)
    assert isinstance(got, _core.Tokens)
    assert got.rows == [(5, [10, 11], ""), (6, [], "aborted"), (7, [12], "stop_id")]


@pytest.mark.parametrize(
    ("counts", "ids", "ends"),
    [([2], [1], [0]), ([1], [1, 2], [0]), ([1, 1], [1, 2], [0]), ([1], [1], [])],
)
def test_columns_that_do_not_fit_each_other_are_refused(counts, ids, ends):
    with pytest.raises(ValueError, match="must"):
        _core.encode_tokens(1, 1, [5], counts, ids, ends)


def test_an_abort_is_its_list_of_sequences():
    assert _core.decode_frame(_core.encode_abort(1, [3, 2**63])) == [3, 2**63]


def test_ready_state_and_error_say_what_they_were_told():
    numbers = {
        "num_parameters": 3,
        "weight_bytes": 6,
        "num_pages": 8,
        "page_size": 32,
        "max_model_len": 256,
        "max_num_seqs": 4,
        "max_num_batched_tokens": 512,
        "load_ms": 900,
    }
    ready = _core.decode_frame(_core.encode_ready(2, **numbers, device="cpu", dtype="float32"))
    assert isinstance(ready, _core.Ready)
    assert {name: getattr(ready, name) for name in numbers} == numbers
    assert (ready.device, ready.dtype) == ("cpu", "float32")

    counts = {
        "num_running": 1,
        "num_waiting": 2,
        "pages_used": 3,
        "num_pages": 4,
        "prompt_tokens": 5,
        "generated_tokens": 6,
        "num_preemptions": 7,
    }
    state = _core.decode_frame(_core.encode_state(1, 2, **counts))
    assert isinstance(state, _core.State)
    assert {name: getattr(state, name) for name in counts} == counts

    fault = _core.decode_frame(_core.encode_error(1, 2, 3, "the step failed"))
    assert isinstance(fault, _core.Fault)
    assert (fault.request, fault.message) == (3, "the step failed")


@given(st.binary(max_size=80))
def test_bytes_that_are_no_frame_are_a_value_error(noise):
    for read in (_core.decode_frame, _core.frame_kind, _core.frame_length):
        with pytest.raises(ValueError, match="frame"):
            read(noise)
