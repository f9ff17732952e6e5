"""A conversation by previous_response_id is, token for token, the one that is sent whole."""

import json

import pytest
from responded import whole
from scripted import FUNCTION, call

NUM_TURNS = 50


def said(turn):
    """What the model says to a turn: words, reasoning, or a call."""
    match turn % 3:
        case 0:
            return f"Answer {turn}: naïve 🫠."
        case 1:
            return f"<think>\nThinking of {turn}.\n</think>\n\nSo: {turn}."
        case _:
            return f"I will look, {turn}.\n" + call("get_weather", city=f"City {turn}")


# The last turn is looked for first: what it is told still holds all the others.
REPLIES = [{"when": f"[turn {turn:02}]", "text": said(turn)} for turn in reversed(range(NUM_TURNS))]


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log"
    path.touch()
    return path


@pytest.fixture
def begin(serve, tmp_path, log):
    def start():
        words = ["--served-model-name", "m", "--state-dir", str(tmp_path / "state")]
        script = {"replies": REPLIES, "log": str(log), "tokens_per_step": 8}
        return serve(*words, script=script).ready()

    return start


def new_items(turn, outputs):
    """What the client adds to the conversation: the last call's output, and its own words."""
    calls = [item for item in outputs if item["type"] == "function_call"]
    answers = [
        {"type": "function_call_output", "call_id": item["call_id"], "output": f"dry, {turn}"}
        for item in calls
    ]
    return [*answers, {"role": "user", "content": f"Say it. [turn {turn:02}]"}]


def chained(client, turns, previous=None, outputs=()):
    """Turns by previous_response_id. returns the responses"""
    told = []
    for turn in turns:
        response = whole(
            client,
            input=new_items(turn, outputs),
            tools=[FUNCTION],
            **({"previous_response_id": previous} if previous else {}),
        )
        previous, outputs = response["id"], response["output"]
        told.append(response)
    return told


def sent_whole(client, turns):
    """The same turns, each with everything before it. returns the responses"""
    told, history, outputs = [], [], []
    for turn in turns:
        history += new_items(turn, outputs)
        told.append(whole(client, input=history, tools=[FUNCTION], store=False))
        outputs = told[-1]["output"]
        history += outputs
    return told


def substance(response):
    """A response without what differs from request to request."""
    text = json.dumps([response["output"], response["usage"]])
    for item in response["output"]:
        for name in ("id", "call_id"):
            if name in item:
                text = text.replace(item[name], name)
    return text


def test_fifty_turns_by_id_are_fifty_turns_sent_whole_token_for_token(begin, log):
    with begin().client() as client:
        by_id = chained(client, range(NUM_TURNS))
        prompts = log.read_text().splitlines()
        log.write_text("")
        by_value = sent_whole(client, range(NUM_TURNS))
    assert len(prompts) == NUM_TURNS
    assert log.read_text().splitlines() == prompts
    assert list(map(substance, by_id)) == list(map(substance, by_value))
    kinds = [[item["type"] for item in response["output"]] for response in by_id[:3]]
    assert kinds == [["message"], ["reasoning", "message"], ["message", "function_call"]]


def test_a_chain_goes_on_after_a_restart_of_the_server(begin, log):
    first = begin()
    with first.client() as client:
        told = chained(client, range(4))
    assert first.stop() == 0
    with begin().client() as client:
        told += chained(client, range(4, 8), told[-1]["id"], told[-1]["output"])
        prompts = log.read_text().splitlines()
        log.write_text("")
        sent_whole(client, range(8))
    assert log.read_text().splitlines() == prompts


def test_two_branches_of_a_chain_know_nothing_of_each_other(begin, log):
    with begin().client() as client:
        trunk = chained(client, range(3))
        left = chained(client, [3, 4], trunk[-1]["id"], trunk[-1]["output"])
        right = chained(client, [5, 6], trunk[-1]["id"], trunk[-1]["output"])
        prompts = log.read_text().splitlines()
        log.write_text("")
        sent_whole(client, [0, 1, 2, 3, 4])
        sent_whole(client, [0, 1, 2, 5, 6])
    alone = log.read_text().splitlines()
    assert alone == prompts[:5] + prompts[:3] + prompts[5:]
    assert left[0]["previous_response_id"] == right[0]["previous_response_id"] == trunk[-1]["id"]


def test_instructions_are_not_said_again_in_later_turns(begin, log):
    with begin().client() as client:
        first = whole(client, input="Say it. [turn 00]", instructions="Speak like a pirate.")
        whole(client, input="Again. [turn 01]", previous_response_id=first["id"])
        prompts = log.read_text().splitlines()
        log.write_text("")
        history = [{"role": "user", "content": "Say it. [turn 00]"}, *first["output"]]
        history.append({"role": "user", "content": "Again. [turn 01]"})
        whole(client, input=history)
    assert log.read_text().splitlines() == prompts[1:]
