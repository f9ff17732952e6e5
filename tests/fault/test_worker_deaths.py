"""A worker that dies at its k-th frame: clients see a pause, then the bytes they would have had."""

import concurrent.futures
import json
import re

import pytest

REPLIES = [
    {"when": "[think]", "text": "<think>\nLet me see: 2 + 2.\n</think>\n\nIt is 4."},
    {"when": "[utf]", "text": "naïve 🫠 zażółć 漢字 👩‍👩‍👧 end"},
    {"when": "[stop]", "text": "one two three STOP four five six seven"},
    {
        "when": "[tool]",
        "text": '<tool_call>\n{"name": "look", "arguments": {"where": "näh 🫠", "n": 3}}\n'
        "</tool_call>",
    },
    {"text": "A plain answer of some length, said word by word."},
]
TOOL = {
    "type": "function",
    "function": {
        "name": "look",
        "parameters": {
            "type": "object",
            "properties": {"where": {"type": "string"}, "n": {"type": "integer"}},
        },
    },
}
USAGE = {"stream": True, "stream_options": {"include_usage": True}}


def asked(mark, **more):
    return {"messages": [{"role": "user", "content": f"[{mark}] Say it."}], **more}


REQUESTS = [
    asked("think", **USAGE),
    asked("utf", **USAGE),
    asked("utf"),
    asked("stop", stop=["STOP"], **USAGE),
    asked("stop", stop=["STOP"]),
    asked("tool", tools=[TOOL], **USAGE),
    asked("tool", tools=[TOOL]),
    asked("plain", n=2, seed=5, **USAGE),
    asked("plain", n=2, seed=5),
    asked("plain", max_tokens=7, **USAGE),
]
# What differs from run to run by intent: ids and the time.
VARYING = re.compile(rb'("(?:id|created)": ?)("[^"]*"|\d+)')


def answer(daemon, body):
    with daemon.client() as client:
        reply = client.post("/v1/chat/completions", json=body)
        assert reply.status_code == 200, reply.text
        return VARYING.sub(rb"\1_", reply.content)


def answers(daemon, requests=REQUESTS):
    """Every request at once."""
    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(lambda body: answer(daemon, body), requests))


def script(**more):
    return {"replies": REPLIES, "pace_ms": 2, **more}


def told(reply):
    """What a reply says, however its chunks are cut."""
    if not reply.startswith(b"data: "):
        return reply
    said = {}
    for line in reply.decode().splitlines():
        if line and line != "data: [DONE]":
            chunk = json.loads(
                line.removeprefix("data: ").replace(": _", ": 0").replace(":_", ":0")
            )
            said["usage"] = chunk.get("usage") or said.get("usage")
            for choice in chunk["choices"]:
                gather(said, str(choice["index"]), choice["delta"])
                gather(said, f"{choice['index']} finish", choice["finish_reason"])
    return said


def gather(said, key, value):
    """Add a delta to what was said so far, strings end to end."""
    match value:
        case dict():
            for name, inner in value.items():
                gather(said, f"{key}.{name}", inner)
        case list():
            for part in value:
                gather(said, f"{key}[{part['index']}]", part["function"])
        case str():
            said[key] = said.get(key, "") + value


@pytest.fixture(scope="module")
def undisturbed(serve_long):
    return answers(serve_long(script=script()).ready())


def settle(daemon):
    """Afterwards the next request works, nobody waits, and no page is taken."""
    assert answer(daemon, REQUESTS[0])
    for name in ("smgd_kv_pages_used", "smgd_sequences_running", "smgd_sequences_waiting"):
        daemon.eventually(name, 0)
    assert daemon.metric("smgd_requests_live") == 0


def test_two_undisturbed_runs_agree(serve, undisturbed):
    assert answers(serve(script=script()).ready()) == undisturbed


@pytest.mark.parametrize("frame", [*range(1, 9), *range(10, 50, 6)])
def test_a_worker_killed_at_any_frame_changes_no_byte(serve, undisturbed, frame):
    death = {"generation": 1, "frame": frame, "how": "kill"}
    daemon = serve(script=script(deaths=[death])).ready()
    assert answers(daemon) == undisturbed
    settle(daemon)
    assert daemon.stop() == 0


@pytest.mark.parametrize("how", ["exit", "garbage"])
def test_other_ends_change_no_byte_either(serve, undisturbed, how):
    death = {"generation": 1, "frame": 5, "how": how}
    daemon = serve(script=script(deaths=[death])).ready()
    assert answers(daemon) == undisturbed
    assert daemon.metric("smgd_worker_restarts_total") == 1
    settle(daemon)


@pytest.mark.parametrize("frame", range(2, 14, 3))
def test_steps_of_several_tokens_or_none_are_caught_up_with_too(serve, undisturbed, frame):
    death = {"generation": 1, "frame": frame, "how": "kill"}
    several = script(deaths=[death], tokens_per_step=[1, 2, 0, 3])
    seen = answers(serve(script=several).ready())
    assert [told(reply) for reply in seen] == [told(reply) for reply in undisturbed]


def test_a_worker_that_dies_again_while_it_catches_up_changes_no_byte(serve, undisturbed):
    deaths = [{"generation": g, "frame": f, "how": "kill"} for g, f in ((1, 7), (2, 3))]
    daemon = serve(script=script(deaths=deaths)).ready()
    assert answers(daemon) == undisturbed
    assert daemon.metric("smgd_worker_restarts_total") == 2
    settle(daemon)


@pytest.mark.parametrize("stream", [False, True])
def test_a_request_that_kills_its_workers_fails_alone(serve, undisturbed, stream):
    daemon = serve(script=script(poison="[poison]")).ready()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        others = pool.submit(answers, daemon)
        with daemon.client() as client:
            reply = client.post("/v1/chat/completions", json=asked("poison", stream=stream))
        assert others.result() == undisturbed
    if stream:
        last = [line for line in reply.text.splitlines() if line][-1]
        error = json.loads(last.removeprefix("data: "))["error"]
    else:
        assert reply.status_code == 500
        error = reply.json()["error"]
    assert error["code"] == "worker_lost"
    settle(daemon)


def test_every_worker_is_heard_however_many_came_before(serve, undisturbed):
    # Sockets come and go meanwhile, so that workers' get numbers that clients' had.
    daemon = serve(script=script(poison="[poison]")).ready()
    for _ in range(8):
        with concurrent.futures.ThreadPoolExecutor(1) as pool, daemon.client() as client:
            others = pool.submit(answers, daemon)
            reply = client.post("/v1/chat/completions", json=asked("poison"), timeout=20)
            assert reply.status_code == 500
            assert len(others.result()) == len(undisturbed)
    settle(daemon)


def test_a_client_that_leaves_while_the_worker_is_away_is_forgotten(serve):
    death = {"generation": 1, "frame": 5, "how": "kill"}
    daemon = serve(script=script(deaths=[death], load_ms=500)).ready()
    with daemon.client() as client:
        body = asked("plain", stream=True)
        with client.stream("POST", "/v1/chat/completions", json=body) as reply:
            lines = reply.iter_lines()
            next(lines)
            daemon.wait_for("the worker ended: .* starting it again")
    daemon.eventually("smgd_requests_live", 0)
    settle(daemon)
