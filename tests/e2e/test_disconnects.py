"""A client that leaves frees what was held for it within one step."""

import socket
import threading
import time

import pytest
from by_hand import LAST_CHUNK, post, read_to

ENDLESS = {"replies": [{"text": "word ", "loops": True}], "pace_ms": 20}
BODY = '{"messages": [{"role": "user", "content": "Go on."}], "max_tokens": 5000, "stream": %s}'


@pytest.fixture
def daemon(serve):
    return serve(script=ENDLESS).ready()


def connect(daemon, *, stream, times=1):
    body = (BODY % str(stream).lower()).encode()
    return post(daemon.url, "/v1/chat/completions", body, times=times)


@pytest.mark.parametrize("times", [1, 3], ids=["alone", "pipelined"])
@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_frees_its_pages_within_one_step(daemon, stream, times):
    connection = connect(daemon, stream=stream, times=times)
    daemon.eventually("smgd_sequences_running", 1)
    assert daemon.metric("smgd_kv_pages_used") > 0
    connection.close()
    began = time.monotonic()
    daemon.eventually("smgd_kv_pages_used", 0, timeout_s=1)
    assert time.monotonic() - began < 0.5
    assert daemon.metric("smgd_clients_left_total") == 1
    assert daemon.metric("smgd_requests_live") == 0


def test_a_reader_that_stops_reading_hurts_nobody(daemon):
    sleeper = connect(daemon, stream=True)
    sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    daemon.eventually("smgd_sequences_running", 1)
    times = []

    def ask():
        with daemon.client() as client:
            began = time.monotonic()
            body = {"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 10}
            assert client.post("/v1/chat/completions", json=body).status_code == 200
            times.append(time.monotonic() - began)

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(times) == 8
    assert max(times) < 3
    sleeper.close()
    daemon.eventually("smgd_kv_pages_used", 0)


def test_a_slow_reader_gets_every_byte_once_it_reads(serve):
    daemon = serve(script={**ENDLESS, "pace_ms": 0, "tokens_per_step": 1}).ready()
    slow = connect(daemon, stream=True)
    daemon.eventually("smgd_requests_live", 0, timeout_s=30)
    data = read_to(LAST_CHUNK, slow)
    assert data.count(b'"finish_reason":"length"') == 1
    assert b"data: [DONE]" in data
