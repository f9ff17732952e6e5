"""Responses in the background: polled, read as they come and again, cancelled, left behind."""

import sqlite3
import threading

import pytest
from responded import ended, stream, streamed, whole

RESPONSES = "/v1/responses"
SLOW = {"replies": [{"text": "one two three four five six seven eight"}], "pace_ms": 60}
ENDLESS = {"replies": [{"text": "word ", "loops": True}], "pace_ms": 20}


@pytest.fixture
def begin(serve, tmp_path):
    def start(script, *arguments):
        words = ["--served-model-name", "m", "--state-dir", str(tmp_path / "state"), *arguments]
        return serve(*words, script=script).ready()

    return start


def asked(**more):
    return {"input": "Count.", "background": True, "max_output_tokens": 2000, **more}


def statuses(client, response):
    """The statuses a poller sees, each once."""
    seen = [response["status"]]
    while seen[-1] in {"queued", "in_progress"}:
        status = client.get(f"{RESPONSES}/{response['id']}").json()["status"]
        if status != seen[-1]:
            seen.append(status)
    return seen


def test_a_poller_sees_queued_then_in_progress_then_the_end(begin):
    with begin({**SLOW, "pace_ms": 150}).client() as client:
        queued = whole(client, **asked())
        assert (queued["status"], queued["output"], queued["background"]) == ("queued", [], True)
        assert statuses(client, queued) == ["queued", "in_progress", "completed"]
        told = client.get(f"{RESPONSES}/{queued['id']}").json()
        assert told["output"][0]["content"][0]["text"] == SLOW["replies"][0]["text"]


def test_a_background_stream_goes_on_without_its_reader_and_is_resumed(begin):
    daemon = begin(SLOW)
    with daemon.client() as client:
        body = {"model": "m", **asked(stream=True)}
        with client.stream("POST", RESPONSES, json=body) as reply:
            lines = reply.iter_lines()
            first = [line for line, _ in zip(lines, range(12), strict=False)]
        id = (
            next(line for line in first if "resp_" in line).partition('"id":"')[2].partition('"')[0]
        )
        path = f"{RESPONSES}/{id}"
        whole_again = streamed(client.get(path, params={"stream": "true"}).content)
        assert whole_again.types[:2] == ["response.created", "response.queued"]
        assert whole_again.types[-1] == "response.completed"
        numbers = [event["sequence_number"] for event in whole_again.events]
        assert numbers == list(range(len(numbers)))
        for seen in (0, 5, numbers[-1] - 1):
            params = {"stream": "true", "starting_after": seen}
            resumed = streamed(client.get(path, params=params).content)
            assert resumed.events == whole_again.events[seen + 1 :]
        assert client.get(path).json() == whole_again.response
    daemon.eventually("smgd_requests_live", 0)


def test_a_background_response_that_was_not_streamed_can_be_read_as_one(begin):
    with begin(SLOW).client() as client:
        queued = whole(client, **asked())
        path = f"{RESPONSES}/{queued['id']}"
        live = streamed(client.get(path, params={"stream": "true"}).content)
        stored = streamed(client.get(path, params={"stream": "true"}).content)
    assert live.events == stored.events
    assert live.response["status"] == "completed"


@pytest.mark.parametrize("method", ["cancel", "delete"])
def test_a_background_response_that_is_not_wanted_frees_its_pages(begin, method):
    daemon = begin(ENDLESS)
    with daemon.client() as client:
        made = whole(client, **asked())
        path = f"{RESPONSES}/{made['id']}"
        daemon.eventually("smgd_sequences_running", 1)
        if method == "cancel":
            cancelled = client.post(f"{path}/cancel").json()
            assert cancelled["status"] == "cancelled"
            assert client.get(path).json() == cancelled
            assert client.post(f"{path}/cancel").json() == cancelled
            told = streamed(client.get(path, params={"stream": "true"}).content)
            assert told.response == cancelled
        else:
            assert client.delete(path).json()["deleted"] is True
            assert client.get(path).status_code == 404
        daemon.eventually("smgd_kv_pages_used", 0, timeout_s=1)


def test_only_what_runs_in_the_background_can_be_cancelled(begin):
    with begin({}).client() as client:
        made = whole(client, input="Hello.")
        reply = client.post(f"{RESPONSES}/{made['id']}/cancel")
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "not_in_background")
        reply = client.post(f"{RESPONSES}/resp_none/cancel")
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "response_not_found")
        done = ended(client, whole(client, **asked()))
        assert client.post(f"{RESPONSES}/{done['id']}/cancel").json() == done


def test_a_follow_up_of_a_background_response_knows_it(begin):
    with begin({}).client() as client:
        done = ended(client, whole(client, **asked()))
        more = whole(client, input="And?", previous_response_id=done["id"])
        assert more["previous_response_id"] == done["id"]
        assert more["usage"]["input_tokens"] > done["usage"]["total_tokens"]


def test_only_the_server_that_works_on_a_response_streams_cancels_or_deletes_it(begin):
    with begin(SLOW).client() as first, begin(SLOW).client() as second:
        made = whole(first, **asked())
        path = f"{RESPONSES}/{made['id']}"
        assert second.get(path).json()["status"] == "queued"
        for reply in (
            second.get(path, params={"stream": "true"}),
            second.post(f"{path}/cancel"),
            second.delete(path),
        ):
            assert (reply.status_code, reply.json()["error"]["param"]) == (400, "id")
        done = ended(first, made)
        assert ended(second, made) == done
        assert streamed(second.get(path, params={"stream": "true"}).content).response == done
        assert second.delete(path).json()["deleted"] is True
        assert first.get(path).status_code == 404


def test_what_a_server_left_behind_has_failed(begin):
    first = begin(ENDLESS)
    with first.client() as client:
        made = whole(client, **asked())
        assert made["status"] == "queued"
    first.kill()
    with begin({}).client() as client:
        path = f"{RESPONSES}/{made['id']}"
        failed = client.get(path).json()
        assert failed["status"] == "failed"
        assert "restarted" in failed["error"]["message"]
        assert client.get(path).json() == failed
        told = streamed(client.get(path, params={"stream": "true"}).content)
        assert told.response == failed


def test_what_a_drain_cuts_has_failed(begin):
    first = begin(ENDLESS, "--drain-timeout-s", "0.2")
    with first.client() as client:
        made = whole(client, **asked())
    assert first.stop() == 0
    with begin({}).client() as client:
        failed = client.get(f"{RESPONSES}/{made['id']}").json()
    assert failed["status"] == "failed"
    assert "shutting down" in failed["error"]["message"]


def test_a_stream_that_a_drain_cuts_has_failed_and_is_stored_so(begin):
    first = begin(ENDLESS, "--drain-timeout-s", "0.2")
    threading.Timer(0.5, first.tell).start()
    with first.client() as client:
        told = stream(client, input="Count.", max_output_tokens=2000)
    assert told.types[-2:] == ["error", "response.failed"]
    assert first.exit_code() == 0
    with begin({}).client() as client:
        assert client.get(f"{RESPONSES}/{told.response['id']}").json() == told.response


def test_what_cannot_be_stored_at_its_end_has_failed(begin, tmp_path):
    with begin(SLOW).client() as client:
        made = whole(client, **asked())
        with sqlite3.connect(tmp_path / "state" / "responses.sqlite3") as database:
            database.execute("ALTER TABLE smgd_responses RENAME TO elsewhere")
        failed = ended(client, made)
        assert failed["status"] == "failed"
        assert "could not be stored" in failed["error"]["message"]


def test_what_cannot_be_stored_at_its_beginning_is_refused(begin, tmp_path):
    daemon = begin(ENDLESS)
    with daemon.client() as client:
        with sqlite3.connect(tmp_path / "state" / "responses.sqlite3") as database:
            database.execute("DROP TABLE smgd_responses")
        reply = client.post(RESPONSES, json={"model": "m", **asked()})
        assert (reply.status_code, reply.json()["error"]["code"]) == (500, "not_stored")
    daemon.eventually("smgd_kv_pages_used", 0)


def test_what_kills_the_worker_twice_has_failed(begin):
    with begin({"poison": "Count"}).client() as client:
        failed = ended(client, whole(client, **asked()))
    assert failed["status"] == "failed"
    assert failed["error"]["code"] == "server_error"


def test_a_worker_that_dies_does_not_end_a_background_response(begin):
    script = {**SLOW, "deaths": [{"generation": 1, "frame": 4, "how": "kill"}]}
    with begin(script).client() as client:
        done = ended(client, whole(client, **asked()))
        told = client.get(f"{RESPONSES}/{done['id']}", params={"stream": "true"}).content
    assert done["output"][0]["content"][0]["text"] == SLOW["replies"][0]["text"]
    assert streamed(told).response == done


def test_a_reader_of_a_silent_background_response_hears_that_it_is_alive(begin):
    with begin({**SLOW, "pace_ms": 700}, "--heartbeat-s", "0.2").client() as client:
        told = stream(client, **asked(max_output_tokens=3))
    beats = [t for t in told.types if t in {"response.queued", "response.in_progress"}]
    assert len(beats) >= 5
    assert [event["sequence_number"] for event in told.events] == list(range(len(told.events)))
