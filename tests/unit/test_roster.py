"""Who runs after a worker's death, and who is blamed for it."""

from hypothesis import given
from hypothesis import strategies as st

from smgd.roster import Roster


class Play:
    """A roster over live requests, and the frames that its worker was sent."""

    def __init__(self, *requests):
        self.sent = []
        self.roster = Roster(self.sent.append)
        self.live = []
        self.roster.begin([])
        for request in requests:
            self.add(request)

    def add(self, request):
        self.live.append(request)
        self.roster.add(request, request)

    def remove(self, request):
        self.live.remove(request)
        self.roster.remove(request)

    def die(self):
        culprit = self.roster.blame()
        if culprit is not None:
            self.remove(culprit)
        return culprit

    def begin(self):
        self.sent.clear()
        self.roster.begin([(request, request) for request in self.live])


def test_everyone_runs_at_once():
    assert Play(1, 2, 3).sent == [1, 2, 3]


def test_after_one_death_everyone_goes_on_at_once():
    play = Play(1, 2)
    assert play.die() is None
    play.begin()
    assert play.sent == [1, 2]


def test_what_comes_without_a_worker_waits_for_the_next():
    play = Play()
    play.die()
    play.add(1)
    assert play.sent == []
    play.begin()
    assert play.sent == [1]


def twice(*requests):
    play = Play(*requests)
    play.die()
    play.begin()
    play.die()
    play.begin()
    return play


def test_after_two_deaths_suspects_begin_one_at_a_time():
    play = twice(1, 2)
    assert play.sent == [1]
    play.roster.clear()
    assert play.sent == [1, 2]


def test_a_newcomer_waits_for_the_trials():
    play = twice(1, 2)
    play.add(3)
    play.roster.clear()
    assert play.sent == [1, 2]
    play.roster.clear()
    assert play.sent == [1, 2, 3]


def test_a_suspect_that_ends_makes_room_for_the_next():
    play = twice(1, 2)
    play.remove(1)
    assert play.sent == [1, 2]


def test_a_suspect_that_left_is_not_tried():
    play = twice(1, 2, 3)
    play.remove(2)
    play.roster.clear()
    assert play.sent == [1, 3]


def test_a_death_during_a_trial_is_the_suspects():
    play = twice(1, 2)
    assert play.die() == 1
    play.begin()
    assert play.sent == [2]


def test_a_request_that_was_alone_at_two_deaths_did_it():
    play = Play(1)
    assert play.die() is None
    play.begin()
    assert play.die() == 1


def test_an_idle_workers_death_is_nobodys():
    play = Play()
    assert play.die() is None


@given(st.integers(1, 8), st.integers(0, 7), st.lists(st.integers(0, 7), max_size=3))
def test_a_poison_fails_alone_whoever_else_is_there(size, place, late):
    """It kills its worker as soon as it runs; everyone else is cleared by their next step."""
    poison = place % size
    play = Play(*range(size))
    for newcomer in late:
        if poison in play.live and play.roster.on_trial is None:
            play.add(100 + newcomer + 10 * len(play.live))
    culprits = []
    while poison in play.live:
        if poison in play.sent:
            culprits.append(play.die())
            play.begin()
        else:
            play.roster.clear()
        assert len(culprits) < 5
    assert [culprit for culprit in culprits if culprit is not None] == [poison]
    while play.roster.on_trial is not None:
        play.roster.clear()
    assert sorted(play.sent) == sorted(play.live)
