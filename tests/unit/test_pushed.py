"""A pushed body in front of a connection that takes everything, takes it late, or is gone."""

import asyncio

import pytest

from smgd import pushed as module
from smgd._core import Error
from smgd.exchange import Exchange
from smgd.pushed import Pushed


class Connection:
    """An ASGI server's side: `send` waits while `writable` is not set."""

    def __init__(self):
        self.writable = asyncio.Event()
        self.writable.set()
        self.gone = asyncio.Event()
        self.messages = []

    async def send(self, message):
        await self.writable.wait()
        self.messages.append(message)
        if not message.get("more_body", True):
            self.gone.set()

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    @property
    def data(self):
        return b"".join(message.get("body", b"") for message in self.messages)


class Body(Pushed):
    """A body that remembers when it may be pushed."""

    began = left = 0

    def begin(self):
        self.began += 1

    def leave(self):
        self.left += 1


class Talk:
    """One exchange in progress."""

    def __init__(self, *, stream):
        self.connection = Connection()
        self.reply = Body("chatcmpl-1", streams=stream, headers=[(b"x-more", b"1")])
        scope = {"smgd": Exchange("req-1", self.connection.send)}
        running = self.reply(scope, self.connection.receive, self.connection.send)
        self.task = asyncio.create_task(running)

    async def turn(self, times=3):
        for _ in range(times):
            await asyncio.sleep(0)


def run(story, *, stream=True):
    async def main():
        talk = Talk(stream=stream)
        await talk.turn()
        await story(talk)

    asyncio.run(main())


def test_a_push_reaches_the_connection_before_it_returns():
    async def story(talk):
        assert talk.connection.messages[0]["status"] == 200
        talk.reply.push(b"one")
        assert talk.connection.messages[-1]["body"] == b"one"
        talk.reply.finish(b"two", None)
        assert talk.connection.messages[-1] == {
            "type": "http.response.body",
            "body": b"two",
            "more_body": False,
        }
        await talk.task

    run(story)


def test_headers_leave_before_the_first_token():
    async def story(talk):
        (start,) = talk.connection.messages
        headers = dict(start["headers"])
        assert headers[b"content-type"].startswith(b"text/event-stream")
        assert headers[b"x-request-id"] == b"req-1"
        assert headers[b"x-more"] == b"1"

    run(story)


@pytest.mark.parametrize("finish_while_blocked", [True, False])
def test_what_a_slow_reader_missed_is_joined_and_nothing_is_lost(finish_while_blocked):
    async def story(talk):
        talk.connection.writable.clear()
        parts = [b"%d," % number for number in range(50)]
        for part in parts:
            talk.reply.push(part)
            await talk.turn(1)
        if finish_while_blocked:
            talk.reply.finish(b"end", None)
        talk.connection.writable.set()
        await talk.turn(6)
        if not finish_while_blocked:
            talk.reply.finish(b"end", None)
        await talk.task
        assert talk.connection.data == b"".join([*parts, b"end"])
        assert len(talk.connection.messages) < 6
        assert [m.get("more_body") for m in talk.connection.messages].count(False) == 1

    run(story)


def test_a_last_send_that_blocks_is_finished_too():
    async def story(talk):
        talk.connection.writable.clear()
        talk.reply.finish(b"end", None)
        await talk.turn()
        talk.connection.writable.set()
        await talk.task
        assert talk.connection.data == b"end"

    run(story)


def test_a_reader_waits_while_it_has_read_all_there_is():
    async def story(talk):
        assert talk.reply.waits
        talk.connection.writable.clear()
        talk.reply.push(b"one")
        assert not talk.reply.waits
        talk.connection.writable.set()
        await talk.turn(6)
        assert talk.reply.waits
        talk.reply.finish(b"", None)
        await talk.task

    run(story)


def test_nobody_waits_for_the_parts_of_a_reply_that_is_not_streamed():
    async def story(talk):
        assert not talk.reply.waits
        talk.reply.finish(b"{}", None)
        await talk.task

    run(story, stream=False)


def test_held_bytes_go_first():
    async def story(talk):
        talk.reply.hold(b"a")
        talk.reply.hold(b"b")
        talk.reply.push(b"c")
        assert talk.connection.messages[-1]["body"] == b"abc"

    run(story)


def test_a_reader_that_never_reads_is_dropped(monkeypatch):
    monkeypatch.setattr(module, "MAX_HELD_BYTES", 100)

    async def story(talk):
        talk.connection.writable.clear()
        for _ in range(30):
            talk.reply.push(b"0123456789")
        with pytest.raises(asyncio.CancelledError):
            await talk.task
        assert (talk.reply.began, talk.reply.left) == (1, 1)

    run(story)


def test_a_client_that_leaves_is_left_once():
    async def story(talk):
        talk.connection.gone.set()
        await talk.task
        assert (talk.reply.began, talk.reply.left) == (1, 1)

    run(story)


def test_a_cancelled_exchange_is_left_once():
    async def story(talk):
        talk.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await talk.task
        assert (talk.reply.began, talk.reply.left) == (1, 1)

    run(story)


def test_a_connection_that_fails_ends_its_own_reply_alone():
    async def story(talk):
        async def broken(message):
            raise RuntimeError("closed")

        talk.reply._send = broken
        talk.reply.push(b"one")
        with pytest.raises(asyncio.CancelledError):
            await talk.task
        assert (talk.reply.began, talk.reply.left) == (1, 1)

    run(story)


def test_a_connection_that_fails_after_it_waited_ends_its_own_reply_alone():
    async def story(talk):
        async def broken(message):
            await talk.connection.writable.wait()
            raise RuntimeError("closed")

        talk.connection.writable.clear()
        talk.reply._send = broken
        talk.reply.push(b"one")
        talk.connection.writable.set()
        with pytest.raises(asyncio.CancelledError):
            await talk.task
        assert (talk.reply.began, talk.reply.left) == (1, 1)

    run(story)


def test_a_reply_that_is_not_streamed_is_one_answer():
    async def story(talk):
        assert talk.connection.messages == []
        talk.reply.finish(b'{"id": 1}', None)
        start, body = talk.connection.messages
        assert start["status"] == 200
        assert dict(start["headers"])[b"content-length"] == b"9"
        assert body["body"] == b'{"id": 1}'
        await talk.task

    run(story, stream=False)


def test_a_reply_that_is_not_streamed_and_fails_has_the_errors_status():
    async def story(talk):
        error = Error.worker_lost("chatcmpl-1")
        talk.reply.finish(b"", error)
        start, body = talk.connection.messages
        assert start["status"] == 500
        assert body["body"] == error.body
        await talk.task

    run(story, stream=False)
