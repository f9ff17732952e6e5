"""The engine over a worker that is a socket in the test's hand: real core, no process."""

import asyncio
import json
import socket
from pathlib import Path

import pytest
import uvloop

from smgd import _core, engine
from smgd._core import Error, Model, Submit
from smgd.engine import Engine
from smgd.keeper import Keeper
from smgd.link import Worker, split
from smgd.metrics import Metrics

DEMO = Path(__file__).parents[2] / "python/smgd/demo/model"
BODY = json.dumps({"messages": [{"role": "user", "content": "Hello!"}]}).encode()


@pytest.fixture(scope="module")
def model():
    return Model.load(str(DEMO), served_names=["m"])


class Process:
    """A process that ends when it is told."""

    def wait(self, timeout=None):
        return -9

    def kill(self):
        pass


class Sink:
    """A reply's place in the engine."""

    submitted_at = last_token_at = sent_at = 0.0
    events = b""

    def __init__(self, prepared):
        self.prepared = prepared
        self.waits = prepared.stream
        self.data = b""
        self.errors = []
        self.finished = asyncio.Event()

    def push(self, data):
        assert not self.finished.is_set(), "nothing is sent after the last bytes"
        self.data += data

    hold = push

    def finish(self, data, error):
        self.data += data
        self.errors.append(error)
        self.finished.set()


class Stage:
    """One engine and the other ends of its workers' sockets."""

    def __init__(self, model):
        self.workers = []
        metrics = Metrics("m")
        keeper = Keeper(None, metrics)
        self.engine = Engine(model, self.launch, metrics, keeper, seed=7, heartbeat_s=0.05)
        self.engine.start(self.launch(1))

    def launch(self, generation):
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.settimeout(2)
        self.workers.append(theirs)
        return Worker(Process(), ours, generation, 0.0)

    async def say(self, frame):
        self.workers[-1].sendall(frame)
        await asyncio.sleep(0.02)

    async def be_ready(self, max_model_len=4096):
        numbers = dict.fromkeys(
            ("num_parameters", "weight_bytes", "num_pages", "page_size", "max_num_seqs"), 1
        )
        ready = _core.encode_ready(
            len(self.workers),
            **numbers,
            max_model_len=max_model_len,
            max_num_batched_tokens=1,
            load_ms=1,
            device="test",
            dtype="none",
        )
        await self.say(ready)

    def heard(self):
        """What the running worker was told since the last time."""
        frames, rest = split(self.workers[-1].recv(1 << 20))
        assert not rest
        return [_core.decode_frame(frame) for frame in frames]

    async def begin(self, body=BODY):
        prepared = await self.engine.prepare_chat(body)
        sink = Sink(prepared)
        self.engine.submit(prepared, sink)
        (submit,) = self.heard()
        assert isinstance(submit, Submit)
        return sink, submit

    async def speak(self, submit, text, end=0, generation=None):
        ids = self.engine.model.encode(text)
        sequence = submit.rows[0][0]
        generation = generation or len(self.workers)
        await self.say(_core.encode_tokens(generation, 1, [sequence], [len(ids)], ids, [end]))


@pytest.fixture
def play(model):
    def run(story):
        async def main():
            stage = Stage(model)
            try:
                await story(stage)
            finally:
                await stage.engine.close()
                for worker in stage.workers:
                    worker.close()

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())

    return run


def content(sink):
    return json.loads(sink.data)["choices"][0]["message"]["content"]


def test_a_reply_goes_from_submission_to_its_end(play):
    async def story(stage):
        await stage.be_ready()
        sink, submit = await stage.begin()
        await stage.speak(submit, "Good ")
        assert stage.engine.num_live == 1
        await stage.speak(submit, "day", end=2)
        assert (content(sink), sink.errors, stage.engine.num_live) == ("Good day", [None], 0)

    play(story)


def test_a_silent_stream_gets_signs_of_life_until_it_ends(play):
    body = json.dumps({**json.loads(BODY), "stream": True}).encode()

    async def story(stage):
        await stage.be_ready()
        sink, submit = await stage.begin(body)
        silent, _ = await stage.begin()
        await asyncio.sleep(0.17)
        assert 2 <= sink.data.count(b": heartbeat\n\n") <= 3
        await stage.speak(submit, "day", end=2)
        assert sink.data.endswith(b"data: [DONE]\n\n")
        await asyncio.sleep(0.1)
        assert silent.data == b""

    play(story)


def test_an_early_request_waits_for_the_worker(play):
    async def story(stage):
        early = asyncio.create_task(stage.engine.prepare_chat(BODY))
        await asyncio.sleep(0.02)
        assert not early.done()
        await stage.be_ready()
        assert (await early).prompt_len > 0

    play(story)


def test_an_early_request_does_not_wait_for_ever(play, monkeypatch):
    monkeypatch.setattr(engine, "READY_TIMEOUT_S", 0.01)

    async def story(stage):
        with pytest.raises(Error) as caught:
            await stage.engine.prepare_chat(BODY)
        assert caught.value.code == "not_ready"

    play(story)


def test_what_is_too_much_is_refused_as_the_loads_fault(play, monkeypatch):
    monkeypatch.setattr(engine, "MAX_LIVE_REQUESTS", 1)

    async def story(stage):
        await stage.be_ready()
        await stage.begin()
        with pytest.raises(Error) as caught:
            await stage.engine.prepare_chat(BODY)
        assert (caught.value.status, caught.value.retry_after_s) == (429, 1)

    play(story)


def test_the_workers_context_is_the_limit(play):
    async def story(stage):
        await stage.be_ready(max_model_len=8)
        with pytest.raises(Error) as caught:
            await stage.engine.prepare_chat(BODY)
        assert caught.value.code == "context_length_exceeded"

    play(story)


def test_a_large_body_is_prepared_beside_the_loop(play):
    body = json.dumps({"messages": [{"role": "user", "content": "word " * 20_000}]}).encode()

    async def story(stage):
        await stage.be_ready(max_model_len=1 << 20)
        preparing = asyncio.create_task(stage.engine.prepare_chat(body))
        await asyncio.sleep(0)
        assert not preparing.done()
        assert (await preparing).prompt_len > 20_000

    play(story)


def test_seeds_of_requests_without_one_are_repeatable(play):
    seen = []

    async def story(stage):
        await stage.be_ready()
        seen.append([(await stage.begin())[1].seed for _ in range(3)])

    play(story)
    play(story)
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 3


def test_an_abort_reaches_the_worker_once(play):
    async def story(stage):
        await stage.be_ready()
        _, submit = await stage.begin()
        stage.engine.abort(submit.request)
        stage.engine.abort(submit.request)
        assert stage.heard() == [[submit.rows[0][0]]]
        assert stage.engine.num_live == 0

    play(story)


def test_a_stop_string_frees_the_sequence(play):
    body = {"messages": [{"role": "user", "content": "Hello!"}], "stop": ["END"]}

    async def story(stage):
        await stage.be_ready()
        sink, submit = await stage.begin(json.dumps(body).encode())
        await stage.speak(submit, "so far END and more")
        assert content(sink) == "so far "
        assert stage.heard() == [[submit.rows[0][0]]]

    play(story)


def test_the_next_worker_goes_on_where_the_last_one_ended(play):
    async def story(stage):
        await stage.be_ready()
        sink, submit = await stage.begin()
        await stage.speak(submit, "Good ")
        stage.workers[-1].close()
        await asyncio.sleep(0.05)
        await stage.be_ready()
        (again,) = stage.heard()
        assert again.prompt_ids == submit.prompt_ids
        assert again.seed == submit.seed
        assert list(again.rows[0][2]) == stage.engine.model.encode("Good ")
        await stage.speak(again, "day", end=2)
        assert content(sink) == "Good day"

    play(story)


def test_frames_of_a_worker_that_was_given_up_are_ignored(play):
    async def story(stage):
        await stage.be_ready()
        sink, submit = await stage.begin()
        await stage.speak(submit, "stray", generation=9)
        await stage.speak(submit, "day", end=2)
        assert content(sink) == "day"

    play(story)


def test_a_request_that_the_worker_refuses_fails_alone(play):
    async def story(stage):
        await stage.be_ready()
        bad, submit = await stage.begin()
        good, other = await stage.begin()
        await stage.say(_core.encode_error(1, 1, submit.request, "it does not fit"))
        assert bad.errors[0].status == 500
        await stage.speak(other, "day", end=2)
        assert content(good) == "day"

    play(story)


def test_a_refusal_right_behind_tokens_is_the_last_that_is_sent(play, caplog):
    body = json.dumps({**json.loads(BODY), "stream": True}).encode()

    async def story(stage):
        await stage.be_ready()
        sink, submit = await stage.begin(body)
        ids = stage.engine.model.encode("Good day")
        tokens = _core.encode_tokens(1, 1, [submit.rows[0][0]], [len(ids)], ids, [0])
        await stage.say(tokens + _core.encode_error(1, 1, submit.request, "it does not fit"))
        assert sink.errors[0].status == 500
        assert stage.engine.ready is not None, "the worker is still the same"
        assert not [record for record in caplog.records if record.exc_info]

    play(story)


def test_a_request_whose_preparation_outlasts_the_start_of_a_drain_is_refused(play):
    body = json.dumps({"messages": [{"role": "user", "content": "word " * 20_000}]}).encode()

    async def story(stage):
        await stage.be_ready(max_model_len=1 << 20)
        preparing = asyncio.create_task(stage.engine.prepare_chat(body))
        await asyncio.sleep(0)
        assert await stage.engine.drain(5) == 0
        with pytest.raises(Error) as caught:
            await preparing
        assert caught.value.code == "draining"

    play(story)


def test_the_context_is_the_workers_once_it_is_known(play):
    async def story(stage):
        assert stage.engine.max_model_len == stage.engine.model.max_model_len
        await stage.be_ready(max_model_len=99)
        assert stage.engine.max_model_len == 99

    play(story)


def test_a_worker_that_fails_to_load_is_the_end(play):
    async def story(stage):
        await stage.say(_core.encode_error(1, 0, 0, "no such device"))
        stage.workers[-1].close()
        failure = await stage.engine.failure
        assert failure.exit == 1
        assert "no such device" in str(failure)

    play(story)


def test_draining_refuses_new_requests_and_waits_for_old_ones(play):
    async def story(stage):
        await stage.be_ready()
        sink, submit = await stage.begin()
        draining = asyncio.create_task(stage.engine.drain(5))
        await asyncio.sleep(0)
        with pytest.raises(Error) as caught:
            await stage.engine.prepare_chat(BODY)
        assert caught.value.code == "draining"
        await stage.speak(submit, "day", end=2)
        assert await draining == 0
        assert content(sink) == "day"

    play(story)


def test_a_drain_that_takes_too_long_cuts_what_is_left(play):
    async def story(stage):
        await stage.be_ready()
        sink, _ = await stage.begin()
        assert await stage.engine.drain(0.01) == 1
        assert sink.errors[0].code == "draining"

    play(story)
