"""The embedded model's tokenizer: any text, digits apart, few tokens for agents' prompts."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smgd import demo
from smgd.demo.chat import tokenizer
from smgd.demo.tokens import MARKUP, SPECIAL, configs

AGENT_PROMPT = Path(__file__).with_name("agent_prompt.txt")


def test_an_agents_prompt_of_124_kb_is_at_most_45_000_tokens():
    page = AGENT_PROMPT.read_text()
    prompt = (page * (124_000 // len(page) + 1))[:124_000]
    assert len(tokenizer().encode(prompt).ids) <= 45_000


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was(text: str):
    ids = tokenizer().encode(text).ids
    assert tokenizer().decode(ids, skip_special_tokens=False) == text


@given(st.integers(0, 10**18))
def test_digits_stand_apart(number: int):
    assert tokenizer().encode(f"{number}").tokens == list(str(number))


@pytest.mark.parametrize("token", SPECIAL + MARKUP)
def test_markup_is_one_token_and_only_the_frame_is_special(token: str):
    assert tokenizer().encode(token).tokens == [token]
    seen = tokenizer().decode([tokenizer().token_to_id(token)], skip_special_tokens=True)
    assert seen == ("" if token in SPECIAL else token)


@pytest.mark.parametrize("name", ["config", "generation_config", "tokenizer_config"])
def test_the_shipped_configuration_is_what_the_script_writes(name: str):
    shipped = json.loads((demo.path() / f"{name}.json").read_text())
    assert shipped == configs(tokenizer())[name], "renew it with python -m smgd.demo.tokens"


def test_the_folder_is_at_most_12_mb():
    assert sum(file.stat().st_size for file in demo.path().iterdir()) <= 12_000_000
