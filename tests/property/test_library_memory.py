"""Memory: a reply's length costs none; only the value being read and a possible marker are held."""

import json
import re
import resource

import pytest
from wires import WIRES

import smgd

TOOLS = [
    {
        "type": "function",
        "function": {"name": "f", "parameters": {"properties": {"n": {"type": "string"}}}},
    }
]
WORD = "gently "
# How the formats write the text WORD where WIRES writes the number 1.
SPELLINGS = [f'"{WORD}"', WORD, f"'{WORD}'", f'<|"|>{WORD}<|"|>', f"<escape>{WORD}<escape>"]
NUM_BYTES = 8 << 20
PIECE_BYTES = 16 << 10
# Python's own garbage and the allocator's reserve, far below NUM_BYTES.
SLACK_BYTES = 2 << 20


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def parser(name, reasoning=None):
    return smgd.ReplyParser(tool_format=name, reasoning_format=reasoning, tools=TOOLS, id_seed=1)


def spelled(name):
    """The format's call of `f` with WORD: what comes before it and after it."""
    wire = WIRES[name].replace('type="number"', 'type="string"').replace('"false"', '"true"')
    for spelling in SPELLINGS:
        text = re.sub(r"1(?=[,})<\n\]])", lambda _, spelling=spelling: spelling, wire, count=1)
        calls = smgd.parse_reply(text, name, tools=TOOLS).tool_calls
        if len(calls) == 2 and json.loads(calls[0].arguments) == {"n": WORD}:
            before, _, after = text.partition(WORD)
            return before, after
    return None


def grown(parser, before, after):
    """Push a reply whose one text is long; how much more memory that took at its peak."""
    piece = (WORD * PIECE_BYTES)[:PIECE_BYTES]
    parser.push(before)
    start, told = peak_bytes(), 0
    for _ in range(NUM_BYTES // PIECE_BYTES):
        told += sum(len(event.text or "") for event in parser.push(piece))
    assert told > NUM_BYTES - PIECE_BYTES, "the text streams as it comes"
    growth = peak_bytes() - start
    parser.push(after)
    parser.finish()
    return growth


@pytest.mark.parametrize("name", sorted(WIRES))
def test_a_long_argument_is_told_as_it_comes_and_not_kept(name):
    wire = spelled(name)
    assert wire is not None, "SPELLINGS lacks this format's way to write a text"
    assert grown(parser(name), *wire) < SLACK_BYTES


def test_long_content_and_long_reasoning_are_told_as_they_come_and_not_kept():
    assert grown(parser("hermes", "qwen3"), "Well, ", "") < SLACK_BYTES
    assert grown(parser("hermes", "qwen3"), "<think>\n", "\n</think>\n") < SLACK_BYTES
