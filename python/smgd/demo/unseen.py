"""Questions for tools written by hand, whose names and properties no training text holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .chat import Conversation, call
from .tables import table

if TYPE_CHECKING:
    from random import Random


def tools() -> list[dict[str, Any]]:
    """List the hand-written tools, as unseen.toml has them."""
    listed: list[dict[str, Any]] = table("unseen")["tools"]
    return listed


def declaration(tool: dict[str, Any]) -> dict[str, Any]:
    """Write a tool as a client declares it."""
    properties = tool["properties"]
    parameters = {"type": "object", "properties": properties, "required": tool["required"]}
    function = {"name": tool["name"], "description": tool["description"], "parameters": parameters}
    return {"type": "function", "function": function}


def ask(random: Random, *, thinking: bool = False) -> Conversation:
    """Ask for one of one to four hand-written tools."""
    declared = random.sample(tools(), random.choice((1, 2, 3, 4)))
    chosen = random.choice(declared)
    question, arguments = fill(random, chosen)
    messages = [{"role": "user", "content": question}]
    if random.random() < 0.5:
        messages.insert(0, {"role": "system", "content": "You are a helpful assistant."})
    answer = call(chosen["name"], arguments)
    reasoning = "" if thinking else None
    return Conversation(messages, answer, [declaration(t) for t in declared], reasoning, "unseen")


def fill(random: Random, tool: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Draw a question with its values; what its words imply beside them is given as it is."""
    implied = {form["question"]: form["arguments"] for form in tool.get("implied", [])}
    question = random.choice([*tool["questions"], *implied])
    given = dict(implied.get(question, {}))
    for name, schema in tool["properties"].items():
        if f"{{{name}}}" in question:
            given[name] = random.choice(schema.get("enum") or tool["values"][name])
            question = question.replace(f"{{{name}}}", spoken(given[name]))
    return question, {name: given[name] for name in tool["properties"] if name in given}


def spoken(value: object) -> str:
    """Say a value in a question."""
    if not isinstance(value, list):
        return str(value)
    if len(value) == 1:
        return str(value[0])
    return f"{', '.join(value[:-1])} and {value[-1]}"
