"""One turn at a time in a conversation."""

import pytest

from smgd._core import Error
from smgd.turns import Turns


def test_a_second_turn_is_refused_until_the_first_one_ends():
    turns = Turns()
    end = turns.begin("conv_1")
    with pytest.raises(Error) as caught:
        turns.begin("conv_1")
    assert (caught.value.status, caught.value.code) == (409, "conversation_locked")
    turns.begin("conv_2")
    end()
    end()
    turns.begin("conv_1")


def test_requests_without_a_conversation_are_as_many_as_they_like():
    turns = Turns()
    ends = [turns.begin(None) for _ in range(3)]
    assert [end() for end in ends] == [None] * 3
