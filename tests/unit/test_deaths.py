"""When to give up on workers."""

from smgd.deaths import DEATHS_WITHIN_S, MAX_DEATHS, Deaths
from smgd.errors import Exit


def test_a_worker_that_never_was_ready_is_not_started_again():
    failure = Deaths().died("no such device", 0)
    assert failure.exit == Exit.COULD_NOT_START
    assert "no such device" in str(failure)


def lives(deaths, times, *, answers=False):
    """What is said at each death of a worker that was ready each time."""
    for now in times:
        deaths.ready()
        if answers:
            deaths.answered()
        yield deaths.died("it fell", now)


def test_dying_too_often_within_a_minute_is_the_end():
    *before, last = lives(Deaths(), range(MAX_DEATHS))
    assert before == [None] * (MAX_DEATHS - 1)
    assert last.exit == Exit.WORKER_LOST


def test_dying_now_and_then_is_not():
    assert not any(lives(Deaths(), (at * DEATHS_WITHIN_S for at in range(20))))


def test_a_reply_that_came_to_its_end_between_two_deaths_is_hope():
    assert not any(lives(Deaths(), range(20), answers=True))


def test_a_worker_that_cannot_load_again_is_lost():
    deaths = Deaths()
    deaths.ready()
    ends = [deaths.died("the disk is gone", at * DEATHS_WITHIN_S) for at in range(3)]
    assert ends[:2] == [None, None]
    assert ends[2].exit == Exit.WORKER_LOST
    assert "cannot load again: the disk is gone" in str(ends[2])
