"""What is stored is stored before its last bytes leave; what cannot be stored has failed."""

import asyncio
from types import SimpleNamespace

import pytest

from smgd._core import Error
from smgd.keeper import Keeper
from smgd.metrics import Metrics

METRICS = Metrics("m")


class Store:
    """Commits when it is told to."""

    def __init__(self):
        self.open = asyncio.Event()
        self.error = None
        self.put_responses = []

    async def put(self, response):
        await self.open.wait()
        if self.error:
            raise self.error
        self.put_responses.append(response)


class Sink:
    """Remembers what it was given."""

    def __init__(self, events=b""):
        self.prepared = SimpleNamespace(
            id="resp_1",
            created=1,
            input_items=b"[]",
            previous_response_id=None,
            conversation="conv_1",
        )
        self.events = events
        self.given = []

    def push(self, data):
        self.given.append(data)

    def finish(self, data, error):
        self.given.append((data, error))


def chunk(**more):
    fields = {"data": b"", "record": b"", "last": b"", "unstored": b"", "error": None}
    return SimpleNamespace(**fields | more)


STORED = {"data": b"delta", "record": b"{}", "last": b"completed", "unstored": b"failed"}


def play(story):
    async def main():
        store = Store()
        await story(store, Keeper(store, METRICS))

    asyncio.run(main())


def test_a_reply_that_is_not_stored_ends_at_once():
    async def story(_store, keeper):
        sink, error = Sink(), Error.draining()
        keeper.end(chunk(data=b"end", error=error), sink)
        assert sink.given == [(b"end", error)]

    play(story)


def test_the_last_bytes_leave_once_the_response_is_stored_and_not_before():
    async def story(store, keeper):
        sink = Sink()
        keeper.end(chunk(**STORED), sink)
        await asyncio.sleep(0.01)
        assert sink.given == [b"delta"]
        store.open.set()
        await keeper.idle()
        assert sink.given == [b"delta", (b"completed", None)]
        (stored,) = store.put_responses
        assert (stored.id, stored.record, stored.conversation) == ("resp_1", b"{}", "conv_1")
        assert (stored.events, stored.unfinished) == (b"", False)

    play(story)


def test_a_response_that_cannot_be_stored_has_failed(caplog):
    async def story(store, keeper):
        sink = Sink()
        store.error = OSError("no space left")
        store.open.set()
        before = METRICS.counter("failed").values["not_stored"]
        keeper.end(chunk(**STORED), sink)
        await keeper.idle()
        assert METRICS.counter("failed").values["not_stored"] == before + 1
        data, error = sink.given[-1]
        assert (data, error.code, error.status) == (b"failed", "not_stored", 500)
        assert "could not store resp_1" in caplog.text

    play(story)


def test_a_log_of_events_is_stored_to_its_end():
    async def story(store, keeper):
        store.open.set()
        keeper.end(chunk(**STORED), Sink(b"created, "))
        await keeper.idle()
        assert store.put_responses[0].events == b"created, completed"

    play(story)


def test_an_end_that_overtakes_its_beginning_is_stored_after_it():
    async def story(store, keeper):
        sink = Sink(b"log")
        beginning = asyncio.create_task(keeper.begin(sink, b"queued"))
        await asyncio.sleep(0)
        keeper.end(chunk(**STORED), sink)
        await asyncio.sleep(0.01)
        store.open.set()
        await beginning
        await keeper.idle()
        assert [stored.record for stored in store.put_responses] == [b"queued", b"{}"]
        assert [stored.unfinished for stored in store.put_responses] == [True, False]
        assert [stored.events for stored in store.put_responses] == [b"", b"logcompleted"]

    play(story)


def test_a_beginning_that_cannot_be_stored_is_refused():
    async def story(store, keeper):
        store.error = OSError("no space left")
        store.open.set()
        with pytest.raises(Error) as caught:
            await keeper.begin(Sink(), b"queued")
        assert caught.value.code == "not_stored"
        await keeper.idle()

    play(story)
