"""Conversations as token ids: the chat template applied, the answers' tokens marked."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jinja2.sandbox
from tokenizers import Tokenizer

from . import path

Message = dict[str, Any]


@dataclass
class Conversation:
    """What is asked, and what the model should say next.

    reasoning is None with thinking off: the prompt then closes the thought itself. prefix is
    a long text that the system prompt opens with and that does not matter.
    """

    messages: list[Message]
    answer: str
    tools: list[dict[str, Any]] = field(default_factory=list)
    reasoning: str | None = None
    skill: str = ""
    prefix: str = ""

    @property
    def reply(self) -> str:
        """The text the model should write after the prompt, without the end token."""
        if self.reasoning is None:
            return self.answer
        return f"<think>\n{self.reasoning}\n</think>\n\n{self.answer}"


def said(role: str, content: str) -> Message:
    """Make a message of text alone."""
    return {"role": role, "content": content}


def call(name: str, arguments: dict[str, Any]) -> str:
    """Write a tool call as the model does."""
    body = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return f"<tool_call>\n{body}\n</tool_call>"


@cache
def template() -> jinja2.Template:
    """Compile the chat template of the embedded model, as transformers does."""
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    source = json.loads((path() / "tokenizer_config.json").read_text())["chat_template"]
    return environment.from_string(source)


@cache
def tokenizer() -> Tokenizer:
    """Load the tokenizer of the embedded model."""
    return Tokenizer.from_file(str(path() / "tokenizer.json"))


def token_id(token: str) -> int:
    """Look up the id of one token; ValueError where the vocabulary lacks it."""
    found = tokenizer().token_to_id(token)
    if found is None:
        raise ValueError(f"the vocabulary has no token {token!r}")
    return int(found)


def render(conversation: Conversation) -> str:
    """Write the prompt, up to where the model goes on."""
    return template().render(
        messages=conversation.messages,
        tools=conversation.tools or None,
        add_generation_prompt=True,
        enable_thinking=conversation.reasoning is not None,
    )


def encode_prompt(conversation: Conversation) -> list[int]:
    """Turn the prompt into token ids."""
    ids: list[int] = tokenizer().encode(render(conversation)).ids
    return ids


@dataclass(frozen=True)
class Document:
    """A conversation to train on, as token ids.

    weights  of each token as a target
    firsts   the first tokens of earlier answers: history shows answers without the thought
             that a new answer opens with, so `<think>` is no rival there
    ignored  how many tokens the long text takes that the system prompt opens with
    """

    ids: list[int]
    weights: list[float]
    firsts: list[int]
    ignored: int = 0


def encode(conversation: Conversation) -> Document:
    """Turn prompt and reply into a document to train on."""
    start, end = token_id("<|im_start|>"), token_id("<|im_end|>")
    opening = [start, *tokenizer().encode("assistant\n").ids]
    prompt = encode_prompt(conversation)
    reply = [*tokenizer().encode(conversation.reply).ids, end]
    weights, firsts = [1.0] * len(prompt), []
    for at, token in enumerate(prompt):
        first = at + len(opening)
        if token != start or prompt[at:first] != opening:
            continue
        if end not in prompt[first:]:
            weights[first:] = [0.0] * (len(prompt) - first)
            break
        size = prompt.index(end, first) + 1 - first
        weights[first : first + size] = [weight(size)] * size
        if prompt[first] != token_id("<think>"):
            firsts.append(first)
    weights += [weight(len(reply))] * len(reply)
    ignored = len(tokenizer().encode(conversation.prefix).ids)
    return Document(prompt + reply, weights, firsts, ignored)


def rows(lines: list[tuple[str, str]]) -> Document:
    """Turn lines into a document to train on: of each, what follows the given part is learned."""
    ids: list[int] = []
    weights: list[float] = []
    for given, learned in lines:
        for text, value in ((given, 0.0), (learned, 10.0)):
            part = tokenizer().encode(text).ids if text else []
            ids += part
            weights += [value] * len(part)
    return Document(ids, weights, [])


def weight(size: int) -> float:
    """Weigh each token of an answer: ten for one of 24 tokens, more for a shorter one."""
    return 10.0 * min(3.0, max(0.5, math.sqrt(24 / size)))
