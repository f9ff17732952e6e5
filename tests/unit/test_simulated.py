"""The simulated engine keeps to its script."""

import contextlib
import itertools
import json
import socket
import threading

import pytest

from smgd import _core
from smgd._core import Ready, State, Submit, Tokens
from smgd.link import split
from smgd.simulated.engine import Engine, Gone
from smgd.simulated.script import Line, Script, read


class Bytes:
    """A tokenizer of one token per byte."""

    def encode(self, text):
        return list(text.encode())

    def decode(self, ids):
        return bytes(ids)


STOP = 300


class Server:
    """The other end: submits, and hears frames."""

    def __init__(self, script):
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(5)
        self._frames, self._rest = [], b""

        def run():
            with theirs, contextlib.suppress(Gone):
                Engine(theirs, script, 1).run()

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def close(self):
        self.socket.close()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def submit(self, request=1, text="Hi", rows=((1, 0, ()),), **sampling):
        options = {"max_tokens": 100, "stop_ids": [STOP], **sampling}
        submit = Submit(request, list(text.encode()), list(rows), **options)
        self.socket.sendall(submit.frame(1))

    def next(self, kind):
        """The next message of a kind."""
        while True:
            while self._frames:
                message = _core.decode_frame(self._frames.pop(0))
                if isinstance(message, kind):
                    return message
            self._frames, self._rest = split(self._rest + self.socket.recv(1 << 16))

    def reply(self, sequence=1):
        """All ids of one sequence, per step, and its end."""
        steps, end = [], ""
        while not end:
            for number, ids, ended in self.next(Tokens).rows:
                if number == sequence:
                    steps.append(list(ids))
                    end = ended
        return steps, end


@pytest.fixture
def server(request):
    server = Server(Script(tokenizer=Bytes(), **getattr(request, "param", {})))
    yield server
    server.close()


def said(*lines, **more):
    return {"replies": lines, **more}


@pytest.mark.parametrize("server", [said(Line(ids=(1, 2, 3)))], indirect=True)
def test_a_reply_is_said_id_by_id_and_ends_with_a_stop_id(server):
    assert server.next(Ready).num_pages == 1024
    server.submit()
    assert server.reply() == ([[1], [2], [3, STOP]], "stop_id")


@pytest.mark.parametrize(
    "server", [said(Line(ids=(1, 2, 3, 4, 5)), tokens_per_step=(2, 0))], indirect=True
)
def test_steps_bring_as_many_tokens_as_the_script_says(server):
    server.submit()
    assert server.reply() == ([[1, 2], [], [3, 4], [], [5, STOP]], "stop_id")


@pytest.mark.parametrize("server", [said(Line(ids=(1, 2), loops=True))], indirect=True)
def test_a_loop_ends_at_the_limit(server):
    server.submit(max_tokens=5)
    assert server.reply() == ([[1], [2], [1], [2], [1]], "length")


@pytest.mark.parametrize("server", [said(Line(ids=(1, 2, 3)))], indirect=True)
@pytest.mark.parametrize("emitted", [(), (1,), (1, 2), (1, 2, 3)])
def test_every_prefix_of_a_reply_gets_the_same_rest(server, emitted):
    server.submit(rows=[(1, 0, emitted)])
    steps, end = server.reply()
    assert [*emitted, *itertools.chain(*steps)] == [1, 2, 3, STOP]
    assert end == "stop_id"


@pytest.mark.parametrize("server", [said(Line(ids=(1, 2, 3)))], indirect=True)
def test_emitted_ids_that_were_never_said_are_an_error(server):
    server.submit(request=9, rows=[(1, 0, (7,))])
    assert server.next(_core.Fault).request == 9


@pytest.mark.parametrize(
    "server", [said(Line(when="b", text="B"), Line(text="x"), Line(text="y"))], indirect=True
)
def test_a_reply_is_found_by_its_prompt_or_in_turn(server):
    server.submit(1, "abc")
    assert server.reply()[0] == [[ord("B"), STOP]]
    for request, word in ((1, "x"), (2, "y"), (3, "x")):
        server.submit(request, "zzz")
        assert server.reply()[0] == [[ord(word), STOP]]


@pytest.mark.parametrize("server", [said(Line(ids=(1,), loops=True), pace_ms=5)], indirect=True)
def test_an_abort_frees_pages_within_one_step(server):
    server.submit(text="x" * 100, max_tokens=10_000)
    server.next(Tokens)
    server.socket.sendall(_core.encode_abort(1, [1]))
    while server.next(State).pages_used:
        pass


def test_a_script_file_is_read_or_refused(tmp_path):
    path = tmp_path / "script.json"
    death = {"generation": 1, "frame": 2, "how": "exit"}
    path.write_text(json.dumps({"replies": [{"ids": [1]}], "deaths": [death]}))
    script = read(str(path), Bytes())
    assert script.replies == (Line(ids=(1,)),)
    assert (script.death(1, 2), script.death(2, 2)) == ("exit", None)
    path.write_text('{"replys": []}')
    with pytest.raises(ValueError, match="is no script"):
        read(str(path), Bytes())
