"""Background replies: read while they run, by as many as come; stored; cancelled; lost."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from smgd._core import Error
from smgd.background import Backgrounds, Reader
from smgd.exchange import Exchange

EVENTS = [b'data: {"sequence_number":%d}\n\n' % at for at in range(5)]
DONE = b"data: [DONE]\n\n"
QUEUED = {"id": "resp_1", "object": "response", "status": "queued", "output": [], "error": None}


class Engine:
    """Pushes when the test does."""

    def __init__(self):
        self.live = set()

    def submit(self, prepared, sink):
        self.live.add(prepared.request)
        sink.push(EVENTS[0])

    def object(self, request):
        return json.dumps(QUEUED).encode() if request in self.live else b""

    def abort(self, request):
        self.live.discard(request)

    def cancel(self, request):
        self.live.discard(request)


class Keeper:
    """Stores nothing, or fails to."""

    error = None

    async def begin(self, _sink, _record):
        if self.error:
            raise self.error


class Stage:
    def __init__(self):
        self.engine, self.keeper = Engine(), Keeper()
        self.over = []
        self.backgrounds = Backgrounds(self.engine, self.keeper)

    async def begin(self):
        prepared = SimpleNamespace(request=1, id="resp_1", ignored=["user"])
        return await self.backgrounds.begin(prepared, lambda: self.over.append(1))

    def end(self, background, data=DONE, error=None):
        self.engine.live.clear()
        background.finish(data, error)

    def read(self, background, seen=-1):
        """Start to read. returns (task, messages)"""
        messages, over = [], asyncio.Event()

        async def send(message):
            messages.append(message)
            if not message.get("more_body", True):
                over.set()

        async def receive():
            await over.wait()
            return {"type": "http.disconnect"}

        scope = {"smgd": Exchange("req-1", send)}
        return asyncio.create_task(Reader(background, seen)(scope, receive, send)), messages


def data(messages):
    return b"".join(message.get("body", b"") for message in messages)


def play(story):
    async def main():
        await story(Stage())

    asyncio.run(main())


def test_a_reader_gets_what_was_said_before_it_came_and_what_comes():
    async def story(stage):
        background = await stage.begin()
        background.push(EVENTS[1])
        task, messages = stage.read(background)
        await asyncio.sleep(0)
        background.hold(EVENTS[2])
        background.push(EVENTS[3])
        stage.end(background)
        await task
        assert data(messages) == b"".join([*EVENTS[:4], DONE])
        assert (b"x-smgd-ignored", b"user") in messages[0]["headers"]

    play(story)


def test_a_reader_that_comes_back_gets_only_what_it_has_not_seen():
    async def story(stage):
        background = await stage.begin()
        for event in EVENTS[1:4]:
            background.push(event)
        task, messages = stage.read(background, seen=2)
        await asyncio.sleep(0)
        background.push(EVENTS[4])
        stage.end(background)
        await task
        assert data(messages) == b"".join([*EVENTS[3:], DONE])

    play(story)


def test_readers_that_leave_and_that_come_after_the_end_change_nothing_for_others():
    async def story(stage):
        background = await stage.begin()
        assert not background.waits
        leaver, _ = stage.read(background)
        stayer, stayed = stage.read(background)
        await asyncio.sleep(0)
        assert background.waits
        leaver.cancel()
        await asyncio.wait([leaver])
        stage.end(background)
        await stayer
        late, told = stage.read(background)
        await late
        assert data(stayed) == data(told) == background.events == EVENTS[0] + DONE

    play(story)


def test_the_object_is_the_engines_while_it_runs_and_the_stores_afterwards():
    async def story(stage):
        background = await stage.begin()
        assert json.loads(await stage.backgrounds.record("resp_1")) == QUEUED
        assert json.loads(background.record) == QUEUED
        stage.engine.live.clear()
        waiting = asyncio.create_task(stage.backgrounds.record("resp_1"))
        await asyncio.sleep(0.01)
        assert not waiting.done(), "its end is not stored yet"
        stage.end(background)
        assert await waiting == b""
        assert stage.backgrounds.get("resp_1") is None

    play(story)


def test_a_cancel_waits_until_the_end_is_stored():
    async def story(stage):
        background = await stage.begin()
        cancelling = asyncio.create_task(stage.backgrounds.cancel("resp_1"))
        await asyncio.sleep(0.01)
        assert stage.engine.live == set()
        assert not cancelling.done()
        assert stage.over == []
        stage.end(background)
        await cancelling
        assert stage.over == [1]
        await stage.backgrounds.cancel("resp_1")

    play(story)


def test_what_could_not_be_stored_at_its_end_is_told_as_failed_until_it_is_deleted():
    async def story(stage):
        background = await stage.begin()
        stage.end(background, error=Error.not_stored("resp_1"))
        lost = json.loads(await stage.backgrounds.record("resp_1"))
        assert lost["status"] == "failed"
        assert "could not be stored" in lost["error"]["message"]
        assert stage.backgrounds.forget("resp_1")
        assert not stage.backgrounds.forget("resp_1")
        assert await stage.backgrounds.record("resp_1") == b""

    play(story)


def test_what_cannot_be_stored_at_its_beginning_does_not_run():
    async def story(stage):
        stage.keeper.error = Error.not_stored("resp_1")
        with pytest.raises(Error):
            await stage.begin()
        assert stage.engine.live == set()
        assert stage.backgrounds.get("resp_1") is None
        assert stage.over == [1]

    play(story)
