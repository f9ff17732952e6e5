"""Sequences join, leave, fail and resume at any step."""

import random

import pytest
import tiny

from smgd._core import Submit
from smgd.worker.sequence import End

VOCAB = 211


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("qwen3")
    tiny.write(folder, tiny.CONFIGS["qwen3"])
    return tiny.Bench(folder, max_model_len=128)


def prompt(length: int, seed: int = 0) -> list[int]:
    rng = random.Random(seed)
    return [rng.randrange(VOCAB) for _ in range(length)]


def finish(batcher, submit, port=0) -> tuple[list[int], End]:
    """Run one request of one choice to its end."""
    outcome = batcher.submit(port, submit)
    ids, end = [], End.RUNNING
    while True:
        for advance in outcome.advances:
            ids += advance.ids
            end = advance.end
        if not batcher.busy:
            return ids, end
        outcome = batcher.step()


@pytest.mark.parametrize(
    "sampling",
    [
        {"temperature": 0.0},
        {"temperature": 1.0, "seed": 11},
        {"temperature": 0.8, "seed": 3, "top_k": 30, "repetition_penalty": 1.2},
        {"temperature": 0.8, "seed": 3, "frequency_penalty": 0.7, "presence_penalty": 0.3},
        {"temperature": 0.0, "min_tokens": 10, "logprobs": 2},
    ],
)
def test_every_prefix_of_a_reply_is_continued_with_the_same_rest(bench, sampling):
    ids = prompt(40)
    whole, _ = finish(bench.batcher(), Submit(1, ids, [(1, 0, [])], max_tokens=24, **sampling))
    stops = {"stop_ids": [whole[17]]}
    batcher = bench.batcher()
    reply, end = finish(batcher, Submit(1, ids, [(1, 0, [])], max_tokens=24, **sampling, **stops))
    for cut in range(len(reply) + 1):
        rest, how = finish(
            batcher, Submit(2, ids, [(2, 0, reply[:cut])], max_tokens=24, **sampling, **stops)
        )
        assert (reply[:cut] + rest, how) == (reply, end)


def test_a_reply_ends_where_it_should(bench):
    batcher, ids = bench.batcher(), prompt(20)
    reply, end = finish(batcher, tiny.greedy(1, ids, 30))
    assert (len(reply), end) == (30, End.LENGTH)
    reply, end = finish(batcher, tiny.greedy(2, ids, 30, stop_ids=[reply[4]]))
    assert (len(reply), end) == (5, End.STOP_ID)
    reply, end = finish(batcher, tiny.greedy(3, prompt(120), 1000))
    assert (len(reply), end) == (8, End.LENGTH)
    reply, end = finish(batcher, tiny.greedy(4, prompt(127), 1000))
    assert (len(reply), end) == (1, End.LENGTH)
    assert batcher.pages.num_used == 0


def test_choice_zero_of_two_is_the_only_choice_of_one(bench):
    one, _ = bench.alone(Submit(1, prompt(9), [(1, 0, [])], seed=5))
    two, _ = bench.alone(Submit(1, prompt(9), [(1, 0, []), (2, 1, [])], seed=5))
    assert two[1] == one[1]
    assert two[2] != one[1]


@pytest.mark.parametrize(
    "submit",
    [
        Submit(1, prompt(128), [(1, 0, [])]),
        Submit(1, [3, VOCAB], [(1, 0, [])]),
        Submit(1, [3], [(1, 0, [VOCAB + 7])]),
        Submit(1, [], [(1, 0, [])]),
        Submit(1, [3], []),
    ],
)
def test_a_submission_that_cannot_be_served_is_refused_alone(bench, submit):
    batcher = bench.batcher()
    batcher.submit(0, tiny.greedy(9, prompt(5), 5))
    (refusal,) = batcher.submit(0, submit).refusals
    assert refusal.request == 1
    assert len(tiny.drain(batcher)[9]) == 5


def test_an_aborted_sequence_frees_its_pages_at_once(bench):
    batcher = bench.batcher()
    for request in (1, 2, 3):
        batcher.submit(0, tiny.greedy(request, prompt(60, request), 60))
    for _ in range(3):
        batcher.step()
    used = batcher.pages.num_used
    batcher.abort(0, [2, 77])
    assert batcher.pages.num_used == used - 2
    assert batcher.num_running == 2
    batcher.leave(0)
    assert batcher.pages.num_used == 0
    assert not batcher.busy


def test_an_abort_at_any_step_changes_no_neighbour(bench):
    expected = bench.alone(tiny.greedy(1, prompt(70), 12))[0][1]
    for step in range(8):
        batcher = bench.batcher(max_tokens=32, max_seqs=4)
        batcher.submit(0, tiny.greedy(1, prompt(70), 12))
        batcher.submit(0, tiny.greedy(2, prompt(90, 4), 12))
        replies: dict[int, list[int]] = {}
        for _ in range(step):
            tiny.collect(batcher.step(), replies)
        batcher.abort(0, [2])
        assert tiny.drain(batcher, replies)[1] == expected


def test_a_server_that_leaves_takes_only_its_own_sequences(bench):
    batcher = bench.batcher()
    batcher.submit(0, tiny.greedy(1, prompt(5), 9))
    batcher.submit(1, tiny.greedy(1, prompt(5), 9))
    batcher.step()
    batcher.leave(0)
    (advance,) = batcher.step().advances
    assert advance.sequence.port == 1


def test_a_request_that_makes_a_step_fail_fails_alone(bench, monkeypatch):
    """Fail the k-th computation for k = 1, 2, 3 ... until nothing fails."""
    asked = [tiny.greedy(n, prompt(30 + n, n), 6) for n in (1, 2, 3)]
    expected = {n: bench.alone(submit)[0][n] for n, submit in enumerate(asked, 1)}
    for culprit in (1, 2, 3):
        for from_token in range(6):
            batcher = bench.batcher(max_tokens=64)
            run = batcher._runner.run

            def failing(work, *, run=run, culprit=culprit, from_token=from_token):
                for item in work:
                    sequence = item.sequence
                    if sequence.wire_id == culprit and sequence.num_emitted >= from_token:
                        raise RuntimeError("planted")
                return run(work)

            object.__setattr__(batcher, "_runner", _Runner(batcher._runner, failing))
            replies, refusals = {}, []
            for submit in asked:
                batcher.submit(0, submit)
            while batcher.busy:
                outcome = batcher.step()
                refusals += outcome.refusals
                outcome.refusals.clear()
                tiny.collect(outcome, replies)
            assert [refusal.request for refusal in refusals] == [culprit]
            assert "planted" in refusals[0].message
            neighbours = {n: reply for n, reply in expected.items() if n != culprit}
            assert {n: replies[n] for n in neighbours} == neighbours
            assert batcher.pages.num_used == 0
            assert len(batcher._runner.slots._free) == 64


class _Runner:
    """A runner whose `run` is another."""

    def __init__(self, runner, run):
        self._runner, self.run = runner, run

    def __getattr__(self, name):
        return getattr(self._runner, name)


def test_what_an_earlier_sequence_left_in_a_page_reaches_nobody(bench):
    expected = bench.alone(tiny.greedy(1, prompt(33), 10))[0][1]
    batcher = bench.batcher(max_seqs=1)
    batcher._runner.cache._pages.fill_(float("nan"))
    batcher._runner.cache.clear([0])
    batcher.submit(0, tiny.greedy(1, prompt(33), 10))
    assert tiny.drain(batcher)[1] == expected


def test_logits_that_are_not_finite_end_their_request(bench, monkeypatch):
    batcher = bench.batcher()
    runner = batcher._runner
    monkeypatch.setattr(
        type(runner), "logits", lambda *_: tiny.torch.full((1, VOCAB), float("nan"))
    )
    batcher.submit(0, tiny.greedy(1, prompt(5), 5))
    (refusal,) = batcher.step().refusals
    assert "not finite" in refusal.message
    assert batcher.pages.num_used == 0
