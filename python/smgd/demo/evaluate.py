"""Measures every skill on fresh prompts: `python -m smgd.demo.evaluate`.

Replies are greedy, in float32, and exact: the same text, or for a call the same name and
arguments. The table is written beside the weights as EVALUATION.md.
"""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Protocol

import torch
from tqdm import tqdm

from . import path, unseen
from .chat import Conversation, encode_prompt, token_id, tokenizer
from .corpus import lengthen, plain, with_tools
from .generate import generate, load

if TYPE_CHECKING:
    from .network import Network

SEED = 20_000_003
MAX_PROMPT_TOKENS = 2000
MAX_REPLY_TOKENS = 600
CALL = re.compile(r"<tool_call>\n(.*)\n</tool_call>", re.DOTALL)
THOUGHT = re.compile(r"<think>\n.*?\n</think>\n\n", re.DOTALL)


class Maker(Protocol):
    """Makes a fresh conversation."""

    def __call__(self, random: Random, *, thinking: bool) -> Conversation:
        """Make one, from the random source."""
        ...


@dataclass(frozen=True)
class Skill:
    """A row of the table."""

    title: str
    goal: float | None
    thinking: tuple[bool, ...]
    make: Maker


def talk(skill: str, turns: int, random: Random, *, thinking: bool) -> Conversation:
    """Make a conversation without tools of up to so many turns."""
    return plain(random, skill, thinking=thinking, num_turns=random.randint(1, turns))


def tooled(skill: str, rounds: int, random: Random, *, thinking: bool) -> Conversation:
    """Make a conversation with tools of up to so many rounds."""
    return with_tools(random, skill, thinking=thinking, num_rounds=random.randint(1, rounds))


def hand_written(random: Random, *, thinking: bool) -> Conversation:
    """Ask for a tool that no training text holds."""
    return unseen.ask(random, thinking=thinking)


def any_skill(random: Random, *, thinking: bool) -> Conversation:
    """Draw from all skills alike."""
    skill = random.choice(SKILLS[:-2])
    return skill.make(random, thinking=thinking)


def under_long_prompt(random: Random, *, thinking: bool) -> Conversation:
    """Ask anything under a system prompt of up to two thousand tokens."""
    return lengthen(random, any_skill(random, thinking=thinking), random.randint(5, 25))


BOTH, OFF, ON = (False, True), (False,), (True,)
SKILLS = [
    Skill("greet, say what it is", 0.95, BOTH, partial(talk, "greet", 3)),
    Skill("repeat a text, unicode too", 0.95, BOTH, partial(talk, "repeat", 2)),
    Skill("count", 0.95, BOTH, partial(talk, "count", 2)),
    Skill("add and subtract, thinking off", 0.95, OFF, partial(talk, "arithmetic", 3)),
    Skill("add and subtract, thinking", 0.95, ON, partial(talk, "arithmetic", 3)),
    Skill("say that it does not know", None, BOTH, partial(talk, "unknown", 2)),
    Skill("call one of one to four tools", 0.95, BOTH, partial(tooled, "call", 1)),
    Skill("call, in a later turn", 0.95, BOTH, partial(tooled, "call", 3)),
    Skill("answer from a result", 0.95, BOTH, partial(tooled, "result", 3)),
    Skill("answer about an earlier result", 0.95, BOTH, partial(tooled, "follow", 2)),
    Skill("no tool needed, though declared", 0.95, BOTH, partial(tooled, "plain", 2)),
    Skill("call a hand-written, unseen tool", 0.80, BOTH, hand_written),
    Skill("only the final answer, thinking off", 0.95, OFF, any_skill),
    Skill("any skill under a long system prompt", None, BOTH, under_long_prompt),
]


@dataclass
class Score:
    """What one skill came to."""

    num_prompts: int
    exact: int
    stopped: int
    only_answer: int
    misses: list[tuple[str, str, str]]


def same(conversation: Conversation, reply: str) -> bool:
    """Compare a reply; thoughts do not count, calls count as JSON."""
    if conversation.reasoning is not None:
        reply, num_thoughts = THOUGHT.subn("", reply, count=1)
        if num_thoughts != 1:
            return False
    wanted, got = CALL.fullmatch(conversation.answer), CALL.fullmatch(reply)
    if wanted is None or got is None:
        return reply == conversation.answer
    try:
        return bool(json.loads(wanted[1]) == json.loads(got[1]))
    except ValueError:
        return False


def measure(network: Network, skill: Skill, num_prompts: int, seed: int) -> Score:
    """Ask so many fresh questions and count."""
    random = Random(f"{seed} {skill.title}")  # noqa: S311 - questions, not secrets
    conversations: list[Conversation] = []
    prompts: list[list[int]] = []
    while len(prompts) < num_prompts:
        made = skill.make(random, thinking=random.choice(skill.thinking))
        ids = encode_prompt(made)
        if len(ids) < MAX_PROMPT_TOKENS:
            conversations.append(made)
            prompts.append(ids)
    stop = {token_id("<|im_end|>"), token_id("<|endoftext|>")}
    score = Score(num_prompts, 0, 0, 0, [])
    for index, ids in generate(network, prompts, MAX_REPLY_TOKENS, stop):
        made, ended = conversations[index], ids[-1] in stop
        reply = tokenizer().decode(ids[:-1] if ended else ids, skip_special_tokens=False)
        right = ended and same(made, reply)
        score.exact += right
        score.stopped += ended
        score.only_answer += made.reasoning is not None or "think>" not in reply
        if not right:
            score.misses.append((made.messages[-1]["content"], made.answer, reply))
    return score


def row(skill: Skill, score: Score) -> str:
    """Write one line of the table."""
    share = score.exact / score.num_prompts
    verdict = "" if skill.goal is None else ("yes" if share >= skill.goal else "**no**")
    goal = "" if skill.goal is None else f"{skill.goal:.0%}"
    stopped = score.stopped / score.num_prompts
    cells = (skill.title, str(score.num_prompts), f"{share:.1%}", goal, verdict, f"{stopped:.1%}")
    return f"| {' | '.join(cells)} |"


HEADER = """| skill | prompts | exact | goal | reached | stopped |
|---|---|---|---|---|---|"""


def main() -> None:
    """Measure all skills and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=path() / "model.safetensors")
    parser.add_argument("--prompts", type=int, default=500, help="of every skill")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--skill", default="", help="only skills whose title holds this")
    parser.add_argument("--misses", type=int, default=0, help="how many to print of each skill")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--write", type=Path, help="file for the table")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    network = load(args.weights)
    lines = [HEADER]
    for skill in tqdm([s for s in SKILLS if args.skill in s.title]):
        score = measure(network, skill, args.prompts, args.seed)
        lines.append(row(skill, score))
        tqdm.write(lines[-1])
        for question, wanted, got in score.misses[: args.misses]:
            tqdm.write(f"  asked  {question!r}\n  wanted {wanted!r}\n  got    {got!r}")
    if args.write:
        args.write.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
