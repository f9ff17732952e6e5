"""The generated text: what is asked, and what is learned from it."""

import json
import re
from itertools import groupby
from random import Random

import pytest

from smgd.demo import unseen, words
from smgd.demo.chat import encode, token_id, tokenizer
from smgd.demo.corpus import conversation, plain, short_conversation, with_tools
from smgd.demo.evaluate import same
from smgd.demo.lookups import bare, lookup, pair_list, value_list
from smgd.demo.plain import adding, subtracting
from smgd.demo.results import answer

CALL = re.compile(r"<tool_call>\n(.*)\n</tool_call>", re.DOTALL)
THOUGHT = re.compile(r"The user says \"(.*)\": that is \".*\".")


def drawn(num: int, make=conversation):
    random = Random(5)
    return [make(random) for _ in range(num)]


def test_the_same_seed_gives_the_same_text():
    assert drawn(20) == drawn(20)


def test_no_hand_written_name_description_or_property_is_trained_on():
    hand = unseen.tools()
    taken = {t["name"] for t in hand} | {t["description"] for t in hand}
    names = {name for t in hand for name in t["properties"]}
    texts = {s["description"] for t in hand for s in t["properties"].values()}
    for made in drawn(400) + drawn(400, short_conversation):
        for tool in (t["function"] for t in made.tools):
            schemas = tool["parameters"]["properties"]
            assert not taken & {tool["name"], tool.get("description")}
            assert not names & set(schemas)
            assert not texts & {s.get("description") for s in schemas.values()}


def test_no_drill_names_or_describes_a_hand_written_tool(monkeypatch):
    pieces = "read file run shell get news book hotel order food track package set timer ab cd"
    monkeypatch.setattr(words, "pieces", pieces.split)
    names = {tool["name"] for tool in unseen.tools()}
    taken = names | {tool["description"] for tool in unseen.tools()}
    for made in drawn(300, pair_list):
        assert not names & {*re.findall("[a-z_]+", tokenizer().decode(made.ids))}
    for verb, topic in (("read", "file"), ("book", "hotel room"), ("calculate", "tip")):
        for tool in drawn(100, lambda r, verb=verb, topic=topic: bare(r, verb, topic, [])):
            assert not taken & {tool.name, tool.description}


@pytest.mark.parametrize("make", [lambda r: with_tools(r, "call", thinking=False), unseen.ask])
def test_a_call_names_a_declared_tool_and_gives_what_it_requires(make):
    for made in drawn(200, make):
        called = json.loads(CALL.fullmatch(made.answer)[1])
        tool = next(t["function"] for t in made.tools if t["function"]["name"] == called["name"])
        schemas = tool["parameters"]["properties"]
        assert (
            set(tool["parameters"].get("required", [])) <= set(called["arguments"]) <= set(schemas)
        )


def test_worked_sums_are_right():
    for a in range(0, 1000, 7):
        for b in range(0, 1000, 13):
            for text, total in ((adding(a, b), a + b), (subtracting(a + b, b), a)):
                assert text.endswith(f"So {total}.")
                for left, right in re.findall(r"(\d(?: [+-] \d+)+) = (\d+)", text):
                    assert sum(
                        int(n) for n in left.replace("- ", "-").replace("+ ", "").split()
                    ) == int(right)


@pytest.mark.parametrize(
    ("result", "wanted"),
    [
        ('{"temperature": 21, "sky": "clear"}', "The temperature is 21 and the sky is clear."),
        ('{"error": "no such town"}', "The tool failed: no such town"),
        ("Error: no such town", "The tool failed: no such town"),
        ("42", "The result is: 42"),
        ("one\ntwo", "The result begins: one"),
        ("x" * 500, "The tool gave a long result."),
    ],
)
def test_a_result_has_one_right_answer(result: str, wanted: str):
    assert answer(result) == wanted


def test_a_pair_list_teaches_each_first_word_and_nothing_else():
    random = Random(7)
    for _ in range(50):
        document = pair_list(random)
        text = tokenizer().decode(document.ids, skip_special_tokens=False)
        tokens = zip(document.ids, document.weights, strict=True)
        runs = [(weight, [*run]) for weight, run in groupby(tokens, lambda token: token[1])]
        learned = [tokenizer().decode([i for i, _ in run]) for weight, run in runs if weight]
        assert 2 <= len(learned) <= 8
        assert all(text.count(word.strip()) >= 2 for word in learned)


def test_a_value_list_teaches_the_arguments_of_questions_and_nothing_else():
    random = Random(8)
    for _ in range(50):
        document = value_list(random)
        tokens = zip(document.ids, document.weights, strict=True)
        runs = [(weight, [*run]) for weight, run in groupby(tokens, lambda token: token[1])]
        texts = [(weight, tokenizer().decode([i for i, _ in run])) for weight, run in runs]
        properties = json.loads(texts[0][1].partition("\n")[0])
        answers = [json.loads(text) for weight, text in texts if weight]
        assert 3 <= len(answers) <= 6
        assert all(answer.keys() <= properties.keys() for answer in answers)


def test_a_lookup_is_told_by_a_word_of_the_name_that_the_question_says():
    for made in drawn(50, lambda r: lookup(r, thinking=True)):
        asked = made.messages[-1]["content"].lower()
        name = json.loads(CALL.fullmatch(made.answer)[1])["name"]
        word = THOUGHT.fullmatch(made.reasoning)[1].lower()
        assert name in [tool["function"]["name"] for tool in made.tools]
        assert word in asked
        assert word.replace(" ", "") in re.sub("[_-]", "", name.lower()) or word == name.lower()


def test_every_token_of_an_answer_is_a_target_and_none_of_a_closed_thought():
    made = plain(Random(2), "arithmetic", thinking=False, num_turns=3)
    document = encode(made)
    text = "".join(
        tokenizer().decode([token], skip_special_tokens=False)
        for token, weight in zip(document.ids, document.weights, strict=True)
        if weight > 1
    )
    answers = [m["content"] for m in made.messages if m["role"] == "assistant"] + [made.answer]
    assert text == "".join(f"{a}<|im_end|>" for a in answers)
    closed = document.ids.index(token_id("</think>"))
    assert document.weights[closed] == 0
    assert len(document.firsts) == 2


def test_thoughts_are_not_compared_and_a_missing_one_is_wrong():
    made = plain(Random(2), "greet", thinking=True)
    assert same(made, f"<think>\nsomething\n</think>\n\n{made.answer}")
    assert not same(made, made.answer)
