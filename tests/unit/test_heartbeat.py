"""Signs of life: when, to whom, and none to those who hear of the reply anyway."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from smgd.heartbeat import Heartbeat

PERIOD_S = 0.1


class Sink(SimpleNamespace):
    """Remembers when it was pushed."""

    def __init__(self, *, waits=True):
        super().__init__(waits=waits, sent_at=time.monotonic(), pushed=[])

    def push(self, data):
        self.pushed.append((time.monotonic(), data))


def run(sinks, seconds, *, beat=lambda request: b"beat %d" % request, during=None):
    live = dict(enumerate(sinks))

    async def main():
        heart = Heartbeat(PERIOD_S, live, beat)
        heart.start()
        heart.start()
        if during:
            await during(live)
        await asyncio.sleep(seconds)
        heart.close()
        await asyncio.sleep(2 * PERIOD_S)

    asyncio.run(main())
    return live


def test_a_silent_stream_gets_a_sign_of_life_every_period():
    sink = Sink()
    began = sink.sent_at
    run([sink], 5.5 * PERIOD_S)
    assert 4 <= len(sink.pushed) <= 5
    assert {data for _, data in sink.pushed} == {b"beat 0"}
    for at, (pushed_at, _) in enumerate(sink.pushed, 1):
        assert pushed_at - began > 0.9 * at * PERIOD_S


def test_a_stream_that_gets_bytes_gets_no_sign_of_life():
    silent, busy = Sink(), Sink()

    async def talk(_live):
        for _ in range(10):
            await asyncio.sleep(PERIOD_S / 2)
            busy.sent_at = time.monotonic()

    run([silent, busy], 0, during=talk)
    assert busy.pushed == []
    assert len(silent.pushed) >= 3


@pytest.mark.parametrize("why", ["does not wait", "has none"])
def test_who_does_not_wait_and_what_has_no_sign_of_life_are_left_alone(why):
    sink = Sink(waits=why == "has none")
    run([sink], 3 * PERIOD_S, beat=lambda _request: b"")
    assert sink.pushed == []


def test_the_timer_sleeps_while_nothing_is_live_and_starts_again():
    async def main():
        live = {1: Sink()}
        heart = Heartbeat(PERIOD_S, live, lambda _request: b"beat")
        heart.start()
        sink = live.pop(1)
        await asyncio.sleep(2 * PERIOD_S)
        assert sink.pushed == []
        assert len(asyncio.all_tasks()) == 1
        assert heart._timer is None
        live[2] = Sink()
        heart.start()
        await asyncio.sleep(1.5 * PERIOD_S)
        assert len(live[2].pushed) == 1
        heart.close()

    asyncio.run(main())


def test_a_period_of_zero_is_for_ever():
    async def main():
        sink = Sink()
        heart = Heartbeat(0, {1: sink}, lambda _request: b"beat")
        heart.start()
        await asyncio.sleep(PERIOD_S)
        assert sink.pushed == []

    asyncio.run(main())
