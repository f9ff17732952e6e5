"""The scheduler against a slow obvious one, and its promises over whole lives of sequences."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from smgd.worker.pages import PAGE_SIZE, Pages, pages_for
from smgd.worker.scheduler import Candidate, Limits, schedule


@st.composite
def running_ones(draw):
    """A sequence that runs: it holds the pages for what it knew when it was admitted."""
    computed = draw(st.integers(1, 6 * PAGE_SIZE))
    if draw(st.booleans()):
        return computed + 1, computed, pages_for(computed)
    known = computed + draw(st.integers(2, 400))
    return known, computed, pages_for(known)


def candidates(shapes) -> list[Candidate]:
    return [Candidate(number, *shape) for number, shape in enumerate(shapes)]


def slow_decodes(running, free):
    """Give every decode its page; when that cannot be, send the cheapest away and start over."""
    staying, preempted = list(running), []
    while True:
        left = free + sum(gone.num_pages for gone in preempted)
        for candidate in staying:
            if candidate.remaining == 1:
                left -= pages_for(candidate.num_tokens) - candidate.num_pages
                if left < 0:
                    break
        else:
            return staying, preempted, left
        victim = min(staying, key=lambda c: (c.num_computed, -c.number))
        staying.remove(victim)
        preempted.append(victim)


@given(st.lists(running_ones(), max_size=12), st.integers(0, 6), st.integers(12, 300))
def test_decodes_and_preemptions_are_those_of_the_slow_scheduler(shapes, free, budget):
    running = candidates(shapes)
    plan = schedule(running, [], Limits(budget, 12, free))
    staying, preempted, left = slow_decodes(running, free)
    assert sorted(plan.preempted) == sorted(candidate.number for candidate in preempted)
    decodes = [candidate for candidate in staying if candidate.remaining == 1]
    assert list(plan.counts)[: len(decodes)] == [candidate.number for candidate in decodes]
    assert all(plan.counts[candidate.number] == 1 for candidate in decodes)
    assert sum(plan.pages.values()) == free + sum(c.num_pages for c in preempted) - left
    # Nothing of the step is left unused while a prompt could use it.
    wanted = sum(candidate.remaining for candidate in staying)
    assert sum(plan.counts.values()) == min(budget, wanted)


@given(
    st.lists(running_ones(), max_size=8),
    st.lists(st.integers(1, 500), max_size=8),
    st.integers(0, 60),
    st.integers(8, 600),
)
def test_admission_is_first_come_first_served_and_never_overcommits(shapes, lengths, free, budget):
    running = candidates(shapes)
    waiting = [Candidate(100 + i, length, 0, 0) for i, length in enumerate(lengths)]
    plan = schedule(running, waiting, Limits(budget, 8, free))
    assert plan.admitted == [c.number for c in waiting[: len(plan.admitted)]]
    assert len(running) - len(plan.preempted) + len(plan.admitted) <= 8
    assert not (plan.preempted and plan.admitted)
    returned = sum(c.num_pages for c in running if c.number in plan.preempted)
    assert sum(plan.pages.values()) <= free + returned
    assert sum(plan.counts.values()) <= budget
    known = {c.number: c for c in [*running, *waiting]}
    assert all(1 <= count <= known[number].remaining for number, count in plan.counts.items())
    if not running and waiting and pages_for(lengths[0]) <= free:
        assert plan.admitted, "one alone always starts"


@dataclass
class Life:
    number: int
    prompt_len: int
    reply_len: int
    num_tokens: int = 0
    num_computed: int = 0
    num_pages: int = 0

    def candidate(self) -> Candidate:
        return Candidate(self.number, self.num_tokens, self.num_computed, self.num_pages)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(1, 80)), min_size=1, max_size=12),
    st.integers(9, 30),
    st.integers(6, 90),
    st.integers(1, 6),
)
def test_every_sequence_ends_however_few_pages_there_are(shapes, num_pages, budget, max_seqs):
    lives = {i: Life(i, prompt, reply, prompt) for i, (prompt, reply) in enumerate(shapes)}
    running, waiting, free = [], sorted(lives), num_pages
    work = sum(-(-prompt // budget) + reply for prompt, reply in shapes)
    steps = 0
    while running or waiting:
        steps += 1
        assert steps <= 20 * work, "thrashing"
        plan = schedule(
            [lives[n].candidate() for n in running],
            [lives[n].candidate() for n in waiting],
            Limits(budget, max_seqs, free),
        )
        assert plan.counts, "a step that brings nobody on"
        for number in plan.preempted:
            life = lives[number]
            free += life.num_pages
            life.num_pages = life.num_computed = 0
            running.remove(number)
            waiting = sorted([*waiting, number])
        for number in plan.admitted:
            waiting.remove(number)
            running.append(number)
        for number, count in plan.pages.items():
            lives[number].num_pages += count
            free -= count
        assert free >= 0
        for number, count in plan.counts.items():
            life = lives[number]
            life.num_computed += count
            assert life.num_computed <= life.num_pages * PAGE_SIZE
            if life.num_computed == life.num_tokens:
                life.num_tokens += 1
                if life.num_tokens == life.prompt_len + life.reply_len:
                    free += life.num_pages
                    running.remove(number)
    assert free == num_pages


def test_a_short_prompt_does_not_wait_for_a_long_one():
    long, short = Candidate(1, 40_000, 512, 1250), Candidate(2, 60, 0, 0)
    plan = schedule([long], [short], Limits(512, 64, 5000))
    assert plan.counts == {1: 452, 2: 60}


def test_decodes_come_before_prompts():
    decode, prompt = Candidate(2, 33, 32, 1), Candidate(1, 9000, 512, 282)
    plan = schedule([prompt, decode], [], Limits(64, 64, 5))
    assert list(plan.counts.items()) == [(2, 1), (1, 63)]
    assert plan.pages == {2: 1}


@given(st.lists(st.integers(1, 5), max_size=30))
def test_pages_are_given_out_once(counts):
    pages = Pages(20)
    held: list[list[int]] = []
    for count in counts:
        if count > pages.num_free:
            pages.free(held.pop(0))
        else:
            held.append(pages.take(count))
        out = [page for taken in held for page in taken]
        assert len(out) == len(set(out)) == pages.num_used
        assert 0 not in out
