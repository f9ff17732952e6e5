"""The worker's process: what it answers, how it idles, and that it never outlives its server."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tiny

from smgd import _core

GENERATION = 3


class Worker:
    """A worker process and the server's end of its socket."""

    def __init__(self, folder: Path, **changes) -> None:
        self.end, other = socket.socketpair()
        config = {"model": str(folder), "generation": GENERATION, "threads": 1, "device": "cpu"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smgd.worker", "--fd", str(other.fileno()),
             "--config", json.dumps(config | changes)],
            pass_fds=[other.fileno()], stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        other.close()
        self.end.settimeout(60)

    def frame(self) -> bytes:
        head = self._read(_core.HEADER_BYTES)
        return head + self._read(_core.frame_length(head))

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.end.recv(count - len(data))
            assert part, "the worker hung up"
            data += part
        return data

    def message(self, kind: type):
        """Return the next message of a kind, skipping others."""
        while True:
            frame = self.frame()
            assert _core.frame_kind(frame)[1] == GENERATION
            found = _core.decode_frame(frame)
            if isinstance(found, kind):
                return found

    def submit(self, submit: _core.Submit) -> None:
        self.end.sendall(submit.frame(GENERATION))

    def reply(self, sequence: int) -> tuple[list[int], str]:
        ids: list[int] = []
        while True:
            for number, new, end in self.message(_core.Tokens).rows:
                if number == sequence:
                    ids += new
                    if end:
                        return ids, end

    def ends_within(self, seconds: float) -> int:
        return self.process.wait(timeout=seconds)

    def close(self) -> None:
        self.end.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("qwen3")
    tiny.write(folder, tiny.CONFIGS["qwen3"])
    return folder


@pytest.fixture
def worker(folder):
    worker = Worker(folder)
    worker.message(_core.Ready)
    yield worker
    worker.close()


def test_a_worker_says_what_it_is_and_answers(folder):
    worker = Worker(folder, max_model_len=512)
    ready = worker.message(_core.Ready)
    assert (ready.device, ready.dtype, ready.page_size) == ("cpu", "float32", 32)
    assert (ready.max_model_len, ready.max_num_seqs) == (512, 64)
    assert ready.max_num_batched_tokens == 512
    assert ready.num_pages >= 16
    assert ready.num_parameters > 100_000
    worker.submit(tiny.greedy(1, [1, 2, 3], 9))
    expected, _ = tiny.Bench(folder).alone(tiny.greedy(1, [1, 2, 3], 9))
    assert worker.reply(1) == (expected[1], "length")
    state = worker.message(_core.State)
    assert (state.num_running, state.pages_used, state.generated_tokens) == (0, 0, 9)
    worker.submit(_core.Submit(2, [9999], [(2, 0, [])]))
    fault = worker.message(_core.Fault)
    assert fault.request == 2
    assert "9999" in fault.message
    worker.close()


def test_a_worker_that_is_ready_tells_its_pages_at_once(folder):
    worker = Worker(folder)
    num_pages = worker.message(_core.Ready).num_pages
    state = worker.message(_core.State)
    assert (state.num_pages, state.pages_used) == (num_pages, 0)
    worker.close()


def test_an_abort_is_obeyed_within_one_step(worker):
    worker.submit(tiny.greedy(1, [1, 2, 3], 900))
    worker.message(_core.Tokens)
    worker.end.sendall(_core.encode_abort(GENERATION, [1]))
    while (state := worker.message(_core.State)).num_running:
        pass
    assert state.pages_used == 0


def test_an_idle_worker_sleeps(worker):
    worker.submit(tiny.greedy(1, [1, 2, 3], 9))
    worker.reply(1)
    time.sleep(0.2)
    before = cpu_ticks(worker.process.pid)
    time.sleep(2)
    assert cpu_ticks(worker.process.pid) - before <= 2, "a tick is a hundredth of a second"


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def test_a_worker_ends_when_its_socket_closes(worker):
    worker.end.close()
    assert worker.ends_within(2) == 0


def test_a_worker_ends_in_the_middle_of_a_long_prompt(worker):
    for request in range(40):
        worker.submit(tiny.greedy(request, [5] * 1000, 20))
    while not worker.message(_core.State).num_running:
        pass
    worker.end.close()
    assert worker.ends_within(2) == 0


def test_a_worker_ends_while_it_is_loading(folder):
    worker = Worker(folder)
    time.sleep(0.3)
    worker.end.close()
    assert worker.ends_within(10) == 0
    worker.close()


SERVER = """
import subprocess, sys
fd, config = sys.argv[1:]
worker = subprocess.Popen(
    [sys.executable, "-m", "smgd.worker", "--fd", fd, "--config", config], pass_fds=[int(fd)]
)
print(worker.pid, flush=True)
worker.wait()
"""


def test_a_worker_dies_with_its_server_even_where_the_socket_stays_open(folder):
    end, other = socket.socketpair()
    config = json.dumps({"model": str(folder), "generation": GENERATION, "device": "cpu"})
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(other.fileno()), config],
        pass_fds=[other.fileno()], stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    pid = int(server.stdout.readline())
    end.settimeout(60)
    assert end.recv(_core.HEADER_BYTES), "it got as far as saying that it is ready"
    server.send_signal(signal.SIGKILL)
    server.wait()
    deadline = time.monotonic() + 2
    while alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    server.stdout.close()
    for each in (end, other):
        each.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize("changes", [{"max_model_len": 10**6}, {"dtype": "int3"}])
def test_a_worker_that_cannot_start_says_so_in_one_sentence(folder, changes):
    worker = Worker(folder, **changes)
    fault = worker.message(_core.Fault)
    assert fault.request == 0
    assert str(next(iter(changes.values()))) in fault.message
    assert "\n" not in fault.message
    assert worker.ends_within(10) == 1
    assert fault.message in worker.process.stderr.read()
    worker.close()


def test_a_folder_without_a_checkpoint_is_named(tmp_path):
    worker = Worker(tmp_path)
    assert str(tmp_path) in worker.message(_core.Fault).message
    assert worker.ends_within(10) == 1
    worker.close()


def test_a_frame_that_cannot_be_read_kills_nobody(worker):
    frame = bytearray(tiny.greedy(1, [1, 2, 3], 4).frame(GENERATION))
    frame[_core.HEADER_BYTES :] = b"\xff" * (len(frame) - _core.HEADER_BYTES)
    worker.end.sendall(bytes(frame))
    worker.submit(tiny.greedy(2, [1, 2, 3], 4))
    assert len(worker.reply(2)[0]) == 4


def test_a_server_that_does_not_speak_frames_is_hung_up_on(worker):
    worker.end.sendall(b"GET / HTTP/1.1\r\n" * 4)
    assert worker.ends_within(5) == 0


def test_frames_that_come_in_pieces_are_put_together(worker):
    frame = tiny.greedy(1, [1, 2, 3], 4).frame(GENERATION)
    for start in range(0, len(frame), 7):
        worker.end.sendall(frame[start : start + 7])
    assert len(worker.reply(1)[0]) == 4
