"""Measures every skill on fresh prompts: `python -m smgd.demo.evaluate`.

Replies are greedy, in float32, and exact: the same text, or for a call the same name and
arguments. The table is written beside the weights as EVALUATION.md.
"""

from __future__ import annotations

import argparse
import json
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Protocol

import torch
from tqdm import tqdm

from . import path, unseen
from .chat import Conversation, encode_prompt, token_id, tokenizer
from .corpus import Shape, lengthen, plain, with_tools
from .generate import generate, load
from .plain import arithmetic

SEED = 20_000_003
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
    prompt_tokens: range = range(2000)
    share: float = 1.0


def talk(skill: str, turns: int, random: Random, *, thinking: bool) -> Conversation:
    """Make a conversation without tools of up to so many turns."""
    return plain(random, skill, thinking=thinking, num_turns=random.randint(1, turns))


def sums(below: int, random: Random, *, thinking: bool) -> Conversation:
    """Ask for one sum or difference of numbers below `below`."""
    asked = arithmetic(random, thinking=thinking, below=below)
    reasoning = asked.thought if thinking else None
    messages = [{"role": "user", "content": asked.question}]
    return Conversation(messages, asked.answer, [], reasoning, "arithmetic")


def tooled(skill: str, rounds: int, random: Random, *, thinking: bool) -> Conversation:
    """Make a conversation with tools of up to so many rounds."""
    shape = Shape(random.randint(1, rounds))
    return with_tools(random, skill, thinking=thinking, shape=shape)


def hand_written(random: Random, *, thinking: bool) -> Conversation:
    """Ask for a tool that no training text holds."""
    return unseen.ask(random, thinking=thinking)


def any_skill(random: Random, *, thinking: bool) -> Conversation:
    """Draw from the skills that have a goal."""
    return random.choice(SKILLS[:9]).make(random, thinking=thinking)


def under_long_prompt(parts: range, random: Random, *, thinking: bool) -> Conversation:
    """Ask anything under a system prompt of so many parts."""
    return lengthen(random, any_skill(random, thinking=thinking), random.choice(parts))


BOTH, OFF, ON = (False, True), (False,), (True,)
SKILLS = [
    Skill("greet, say what it is", 0.95, BOTH, partial(talk, "greet", 3)),
    Skill("repeat a text, unicode too", 0.95, BOTH, partial(talk, "repeat", 2)),
    Skill("count", 0.95, BOTH, partial(talk, "count", 2)),
    Skill("add and subtract below 20", 0.95, BOTH, partial(sums, 20)),
    Skill("call one of one to four tools", 0.95, BOTH, partial(tooled, "call", 1)),
    Skill("call, in a later turn", 0.95, BOTH, partial(tooled, "call", 3)),
    Skill("answer from a result", 0.95, BOTH, partial(tooled, "result", 3)),
    Skill("answer about an earlier result", 0.95, BOTH, partial(tooled, "follow", 2)),
    Skill("no tool needed, though declared", 0.95, BOTH, partial(tooled, "plain", 2)),
    Skill("call a hand-written, unseen tool", 0.80, BOTH, hand_written),
    Skill("only the final answer, thinking off", 0.95, OFF, any_skill),
    Skill("say that it does not know", None, BOTH, partial(talk, "unknown", 2)),
    Skill("add and subtract below 100, thinking off", None, OFF, partial(sums, 100)),
    Skill("add and subtract below 100, thinking", None, ON, partial(sums, 100)),
    Skill("add and subtract below 1000, thinking", None, ON, partial(sums, 1000)),
    Skill(
        "any, after 2,000 to 12,000 tokens",
        None,
        BOTH,
        partial(under_long_prompt, range(60, 200)),
        prompt_tokens=range(2000, 12_000),
        share=0.1,
    ),
]


@dataclass
class Score:
    """What one skill came to, of `num_prompts`; `num_silent` replies hold no thought."""

    num_prompts: int
    num_exact: int = 0
    num_stopped: int = 0
    num_off: int = 0
    num_silent: int = 0
    misses: list[tuple[str, str, str]] = field(default_factory=list)


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


def fresh(skill: Skill, num_prompts: int, seed: int) -> list[Conversation]:
    """Draw so many conversations whose prompts have the skill's length."""
    random = Random(f"{seed} {skill.title}")  # noqa: S311 - questions, not secrets
    drawn: list[Conversation] = []
    while len(drawn) < num_prompts:
        made = skill.make(random, thinking=random.choice(skill.thinking))
        if len(encode_prompt(made)) in skill.prompt_tokens:
            drawn.append(made)
    return drawn


def measure(weights: Path, skill: Skill, num_prompts: int, seed: int) -> Score:
    """Ask so many fresh questions and count."""
    torch.set_num_threads(1)
    conversations = fresh(skill, max(1, int(num_prompts * skill.share)), seed)
    prompts = [encode_prompt(made) for made in conversations]
    stop = {token_id("<|im_end|>"), token_id("<|endoftext|>")}
    score = Score(len(prompts))
    for index, ids in generate(load(weights), prompts, MAX_REPLY_TOKENS, stop):
        made, ended = conversations[index], ids[-1] in stop
        reply = tokenizer().decode(ids[:-1] if ended else ids, skip_special_tokens=False)
        score.num_stopped += ended
        score.num_off += made.reasoning is None
        score.num_silent += made.reasoning is None and "think>" not in reply
        if ended and same(made, reply):
            score.num_exact += 1
        else:
            score.misses.append((made.messages[-1]["content"], made.answer, reply))
    return score


def row(skill: Skill, score: Score) -> str:
    """Write one line of the table."""
    share = score.num_exact / score.num_prompts
    verdict = "" if skill.goal is None else ("yes" if share >= skill.goal else "**no**")
    goal = "" if skill.goal is None else f"{skill.goal:.0%}"
    stopped = f"{score.num_stopped / score.num_prompts:.1%}"
    silent = f"{score.num_silent / score.num_off:.1%}" if score.num_off else ""
    cells = (skill.title, str(score.num_prompts), f"{share:.1%}", goal, verdict, stopped, silent)
    return f"| {' | '.join(cells)} |"


PAGE = """# What the embedded model can do

Measured with `python -m smgd.demo.evaluate --prompts {prompts} --seed {seed}`: fresh prompts under
2,000 tokens, half with thinking on where nothing else is said, replies greedy and in float32, and
right only if exact. A call must have the same name and arguments; thoughts are not compared.
"Stopped" is the share of replies that ended by themselves within {longest} tokens, "no thought"
the share without a thought where thinking is off.

| skill | prompts | exact | goal | reached | stopped | no thought |
|---|---|---|---|---|---|---|
{rows}
"""


def main() -> None:
    """Measure all skills and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=path() / "model.safetensors")
    parser.add_argument("--prompts", type=int, default=500, help="of every skill")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--skill", default="", help="only skills whose title holds this")
    parser.add_argument("--misses", type=int, default=0, help="how many to print of each skill")
    parser.add_argument("--jobs", type=int, default=1, help="how many skills to measure at once")
    parser.add_argument("--write", type=Path, help="file for the table")
    args = parser.parse_args()
    skills = [s for s in SKILLS if args.skill in s.title]
    rows = []
    with ProcessPoolExecutor(args.jobs, get_context("spawn")) as pool:
        asked = [pool.submit(measure, args.weights, s, args.prompts, args.seed) for s in skills]
        for skill, score in tqdm(zip(skills, (a.result() for a in asked), strict=True)):
            rows.append(row(skill, score))
            tqdm.write(rows[-1])
            for question, wanted, got in score.misses[: args.misses]:
                tqdm.write(f"  asked  {question!r}\n  wanted {wanted!r}\n  got    {got!r}")
    page = {"prompts": args.prompts, "seed": args.seed, "longest": MAX_REPLY_TOKENS}
    if args.write:
        args.write.write_text(PAGE.format(rows="\n".join(rows), **page))


if __name__ == "__main__":
    main()
