"""How the worker waits for its servers."""

import fcntl
import os
import resource

import pytest

from smgd.worker.loop import readable


@pytest.fixture
def high_end():
    """The reading end of a pipe, with a number that `select` cannot take, and the writing end."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= 2000:
        pytest.skip("this machine gives a process fewer than 2000 files")
    low, writing = os.pipe()
    reading = fcntl.fcntl(low, fcntl.F_DUPFD, 1999)
    os.close(low)
    yield reading, writing
    os.close(reading)
    os.close(writing)


def test_a_socket_may_have_any_number(high_end):
    reading, writing = high_end
    assert readable([reading], 0) == []
    os.write(writing, b"1")
    assert readable([reading], None) == [reading]
