"""The state folder and its key: made when needed, for their owner alone."""

import stat
from pathlib import Path

import pytest

from smgd.errors import CouldNotStart
from smgd.sources import parse
from smgd.state import State


def state(*arguments: str, **environment: str) -> State:
    return State(parse(list(arguments), {}), environment)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_is_the_one_told(tmp_path):
    assert state("--state-dir", str(tmp_path / "deep/er")).folder == tmp_path / "deep/er"


def test_the_folder_is_of_the_state_home_if_none_is_told(tmp_path):
    assert state(XDG_STATE_HOME=str(tmp_path)).folder == tmp_path / "smgd"


@pytest.mark.parametrize("state_home", ["", "not/absolute"])
def test_without_a_sound_state_home_it_is_in_the_home(tmp_path, monkeypatch, state_home):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state(XDG_STATE_HOME=state_home).folder == tmp_path / ".local/state/smgd"


def test_folder_and_key_are_for_their_owner_alone(tmp_path):
    told = state("--state-dir", str(tmp_path / "state"))
    assert len(told.secret) == 32
    assert (mode(tmp_path / "state"), mode(tmp_path / "state/secret")) == (0o700, 0o600)
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["secret"]


def test_the_key_stays_the_same(tmp_path):
    words = ("--state-dir", str(tmp_path))
    assert state(*words).secret == state(*words).secret


def test_equal_secrets_are_equal_keys_and_nothing_is_kept_of_them(tmp_path):
    words = ("--state-dir", str(tmp_path / "state"), "--secret")
    assert (
        state(*words, "the words of the house").secret
        == state(*words, "the words of the house").secret
    )
    assert (
        state(*words, "the words of the house").secret
        != state(*words, "the words of others").secret
    )
    assert not (tmp_path / "state").exists()


def test_in_memory_there_is_a_key_and_no_folder(tmp_path):
    told = state("--state-dir", ":memory:", XDG_STATE_HOME=str(tmp_path))
    assert told.folder is None
    assert told.secret != state("--state-dir", ":memory:").secret
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_before_it_is_needed(tmp_path):
    state("--state-dir", str(tmp_path / "state"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CouldNotStart, match=r"file/state: not a directory\nhint: .*--state-dir"):
        _ = state("--state-dir", str(tmp_path / "file/state")).folder


@pytest.mark.parametrize("text", ["", "not hexadecimal", "abcd"])
def test_a_broken_key_stops_the_start(tmp_path, text):
    (tmp_path / "secret").write_text(text)
    with pytest.raises(CouldNotStart, match="does not hold a key of smgd"):
        _ = state("--state-dir", str(tmp_path)).secret
