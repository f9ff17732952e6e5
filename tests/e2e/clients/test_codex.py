"""Codex, as it is published, without a terminal: its turns, its tools, what it says of failures."""

import base64

import pytest
from codex import NEW, OLD, Codex
from scripted import HELLO, PATCH, PRINTED, REPLIES, THOUGHT

# A picture of one red dot.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"


@pytest.fixture
def codex(packages, daemon, tmp_path):
    def start(version=NEW, daemon=daemon, **options):
        return Codex(packages, tmp_path, daemon.url, version=version, **options)

    return start


@pytest.mark.parametrize("version", [NEW, OLD])
def test_a_turn(codex, version):
    turn = codex(version).run("Say hello.")
    assert turn.text == [HELLO]
    (completed,) = turn.of("turn.completed")
    assert completed["usage"]["input_tokens"] > 1000
    assert completed["usage"]["output_tokens"] > 1


@pytest.mark.parametrize("version", [NEW, OLD])
def test_a_tool_turn_and_a_resumed_one(codex, version):
    user = codex(version)
    turn = user.run("Run it: [shell]")
    (command,) = turn.items("command_execution")
    assert (command["aggregated_output"], command["exit_code"]) == (PRINTED, 0)
    assert turn.text == ["The command said it was seen."]
    assert user.run("resume", "--last", "And then?").text == ["Then nothing."]


def test_reasoning_is_told_and_comes_back_sealed(codex):
    user = codex()
    turn = user.run("Which? [think]")
    assert turn.text == ["Oslo."]
    assert [item["text"] for item in turn.items("reasoning")] == [THOUGHT]
    assert user.run("resume", "--last", "And then?").text == ["Then nothing."]


def test_a_custom_tool_is_called_with_its_text(codex):
    user = codex(model="gpt-5.5")
    turn = user.run("Make it: [patch]")
    assert turn.items("file_change"), turn.events
    (made,) = [line[1:] for line in PATCH.splitlines() if line.startswith("+")]
    assert (user.folder / "made.txt").read_text() == f"{made}\n"
    assert turn.text == ["It is made."]


def test_a_tool_in_a_namespace_is_known_by_its_own_name(codex):
    assert codex().run("Is anybody there? [wait]").text == ["Nobody is there."]


def test_a_tools_image_is_told_as_a_note(codex):
    user = codex()
    (user.folder / "dot.png").write_bytes(base64.b64decode(DOT))
    assert user.run("What is it? [view]").text == ["I cannot see it."]


def test_tools_that_come_as_an_item_are_taken(codex):
    assert codex(model="gpt-6-sol").run("Say hello.").text == [HELLO]


def test_it_finds_a_local_server_by_itself(codex):
    words = ("--oss", "--local-provider", "lmstudio", "-m", "m", "Say hello.")
    assert codex().run(*words).text == [HELLO]


def test_it_speaks_on_without_a_websocket(codex):
    wanted = ("-c", "model_providers.smgd.supports_websockets=true")
    turn = codex().run(*wanted, "Say hello.")
    assert turn.text == [HELLO]
    assert turn.of("error") == []


def test_what_cannot_be_done_is_told_in_the_servers_words(codex, tmp_path):
    schema, image = tmp_path / "schema.json", tmp_path / "dot.png"
    schema.write_text('{"type": "object", "properties": {}, "additionalProperties": false}')
    image.write_bytes(base64.b64decode(DOT))
    user = codex()
    assert "text.format" in user.run("--output-schema", str(schema), "Say hello.").failure
    assert "an image" in user.run("Say hello.", "-i", str(image)).failure


def test_a_slow_model_is_waited_for(codex, serve):
    script = {"replies": [{"text": HELLO}], "pace_ms": 5000, "tokens_per_step": [1, 100]}
    slow = serve("--served-model-name", "m", "--heartbeat-s", "1", script=script).ready()
    assert codex(daemon=slow, idle_ms=2500).run("Say hello.").text == [HELLO]


def test_a_failure_is_told_in_the_servers_words(codex, mortal):
    failure = codex(daemon=mortal).run("Say hello. [poison]").failure
    assert "the worker ended" in failure


def test_too_long_a_history_is_known_as_such(codex, serve):
    script = {"replies": REPLIES, "max_model_len": 2048}
    small = serve("--served-model-name", "m", script=script).ready()
    assert "ran out of room" in codex(daemon=small).run("Say hello.").failure
