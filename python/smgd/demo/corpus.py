"""Conversations for every skill, from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .chat import Conversation, Document, Message, call, encode, said
from .lookups import lookup, pair_list, value_list
from .plain import Exchange, arithmetic, count, greet, repeat, unknown
from .questions import called, question
from .results import answer, brief, follow_up, result
from .systems import prose, system
from .tools import Tool, tool

if TYPE_CHECKING:
    from random import Random

PLAIN = {
    "greet": greet,
    "repeat": repeat,
    "count": count,
    "arithmetic": arithmetic,
    "unknown": unknown,
}


@dataclass(frozen=True)
class Shape:
    """How much a conversation with tools holds.

    dense  history is often calls alone, without results: many to learn from, in few tokens
    """

    num_rounds: int = 1
    most_tools: int = 4
    dense: bool = False


SINGLE = Shape()


def opening(random: Random) -> list[Message]:
    """Begin a conversation: with a system prompt, or nothing."""
    text = system(random)
    return [] if text is None else [{"role": "system", "content": text}]


def exchange(random: Random, skill: str, *, thinking: bool) -> Exchange:
    """Make one question and answer of a skill that needs no tool."""
    if skill == "arithmetic":
        return arithmetic(random, thinking=thinking)
    return PLAIN[skill](random)


def plain(random: Random, skill: str, *, thinking: bool, num_turns: int = 1) -> Conversation:
    """Make a conversation without tools; all turns but the last are history."""
    messages = opening(random)
    for _ in range(num_turns - 1):
        earlier = exchange(random, skill, thinking=False)
        messages += [said("user", earlier.question), said("assistant", earlier.answer)]
    last = exchange(random, skill, thinking=thinking)
    messages.append(said("user", last.question))
    return Conversation(messages, last.answer, [], last.thought if thinking else None, skill)


def toolbox(random: Random, most: int = 4) -> list[Tool]:
    """Make one to `most` tools."""
    tools: list[Tool] = []
    for _ in range(min(most, random.choice((1, 2, 2, 3, 3, 4, 4)) + most // 5)):
        tools.append(tool(random, tools))
    random.shuffle(tools)
    return tools


def with_tools(
    random: Random, skill: str, *, thinking: bool, shape: Shape = SINGLE
) -> Conversation:
    """Make a conversation with tools that ends as the skill says.

    Rounds before the last are history: a call, its result, the answer, sometimes a
    question about it, sometimes a question that needs no tool. Each draws its tool anew, so
    that what was called before says nothing about what is called next.
    """
    tools = toolbox(random, shape.most_tools)
    messages = opening(random)
    *earlier, chosen = [random.choice(tools) for _ in range(shape.num_rounds)]
    for used in earlier:
        messages += round_of(random, tools, used, dense=shape.dense)
    asked = question(random, chosen, [t for t in tools if t is not chosen])
    declared = [t.declaration(random) for t in tools]
    messages.append(said("user", asked.text))
    if skill == "call":
        thought = asked.thought if thinking else None
        return Conversation(messages, call(asked.name, asked.arguments), declared, thought, skill)
    if skill == "plain":
        messages.pop()
        last = exchange(
            random,
            random.choice(("greet", "repeat", "count", "arithmetic", "greet")),
            thinking=thinking,
        )
        messages.append(said("user", last.question))
        return Conversation(
            messages, last.answer, declared, last.thought if thinking else None, skill
        )
    returned = result(random)
    messages += called(random, asked, returned)
    if skill == "result":
        return Conversation(
            messages, answer(returned), declared, "I tell the result." if thinking else None, skill
        )
    messages.append(said("assistant", answer(returned)))
    again = follow_up(random, returned)
    if again is None:
        again = greet(random)
    messages.append(said("user", again.question))
    return Conversation(
        messages, again.answer, declared, again.thought if thinking else None, skill
    )


def fill(random: Random, *, thinking: bool) -> Conversation:
    """Call one or two tools again and again: many values to tell apart, in few tokens."""
    shape = Shape(random.choice((4, 5, 6, 7)), random.choice((1, 1, 2)), dense=True)
    return with_tools(random, "call", thinking=thinking, shape=shape)


def round_of(random: Random, tools: list[Tool], chosen: Tool, *, dense: bool) -> list[Message]:
    """Make one finished round of history."""
    if random.random() < 0.15:
        other = exchange(random, random.choice(("greet", "repeat", "arithmetic")), thinking=False)
        return [said("user", other.question), said("assistant", other.answer)]
    asked = question(random, chosen, [t for t in tools if t is not chosen])
    if dense and random.random() < 0.75:
        return [said("user", asked.text), called(random, asked, "")[0]]
    returned = brief(random) if random.random() < 0.7 else result(random)
    messages = [
        said("user", asked.text),
        *called(random, asked, returned),
        said("assistant", answer(returned)),
    ]
    again = follow_up(random, returned)
    if again is not None and random.random() < 0.4:
        messages += [said("user", again.question), said("assistant", again.answer)]
    return messages


def lengthen(random: Random, conversation: Conversation, num_parts: int) -> Conversation:
    """Put the conversation under a long system prompt, as agents send it."""
    text = prose(random, num_parts)
    messages = conversation.messages
    if messages[0]["role"] == "system":
        messages = messages[1:]
    conversation.messages = [said("system", text), *messages]
    conversation.prefix = text
    return conversation


# How often each kind of conversation is drawn for training: at first short ones that
# teach copying, then the whole range.
MIX = {
    "call": 70,
    "fill": 36,
    "result": 7,
    "follow": 4,
    "plain": 9,
    "greet": 5,
    "repeat": 12,
    "count": 5,
    "arithmetic": 22,
    "unknown": 3,
    "lookup": 26,
}
DRILLS = {"lookup": lookup, "fill": fill}
PAIR_LISTS = 0.03
VALUE_LISTS = 0.17
SHORT_PAIR_LISTS = 0.4
SHORT_MIX = MIX | {"call": 30, "repeat": 40, "result": 15}
MOST_TURNS = {"greet": 6, "repeat": 4, "count": 3, "arithmetic": 12, "unknown": 4}


def draw(random: Random, mix: dict[str, int]) -> tuple[str, bool]:
    """Draw a skill by its share of `mix`, and whether to think."""
    return random.choices(list(mix), list(mix.values()))[0], random.random() < 0.4


def talk(random: Random, skill: str, *, thinking: bool) -> Conversation:
    """Make a conversation without tools, of as many turns as its skill may have."""
    turns = random.randint(1, 3 if thinking else MOST_TURNS[skill])
    return plain(random, skill, thinking=thinking, num_turns=turns)


def conversation(random: Random) -> Conversation:
    """Make a conversation to train on."""
    skill, thinking = draw(random, MIX)
    if skill in DRILLS:
        return DRILLS[skill](random, thinking=thinking)
    if skill in PLAIN:
        made = talk(random, skill, thinking=thinking)
    else:
        rounds = random.choice((1, 2, 3, 4, 4) if skill == "call" else (1, 1, 2, 3))
        most = random.choice((3, 4, 4, 5))
        made = with_tools(random, skill, thinking=thinking, shape=Shape(rounds, most, dense=True))
    if random.random() < 0.05:
        lengthen(random, made, random.choice((3, 5, 10, 20, 40)))
    return made


def short_conversation(random: Random) -> Conversation:
    """Make a short conversation, for the first part of the training."""
    skill, thinking = draw(random, SHORT_MIX)
    if skill in DRILLS:
        return DRILLS[skill](random, thinking=thinking)
    if skill in PLAIN:
        made = talk(random, skill, thinking=thinking)
    else:
        made = with_tools(
            random, skill, thinking=thinking, shape=Shape(most_tools=random.choice((1, 2)))
        )
    made.messages = [m for m in made.messages if m["role"] != "system"]
    return made


def document(random: Random, *, short: bool = False) -> Document:
    """Make a document to train on."""
    if random.random() < (SHORT_PAIR_LISTS if short else PAIR_LISTS):
        return pair_list(random)
    if random.random() < VALUE_LISTS:
        return value_list(random)
    return encode(short_conversation(random) if short else conversation(random))
