"""Bodies and events of `/v1/responses` against the types that openai-node generates."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from responded import COMPLETED, INCOMPLETE, KINDS, POISON, stream, whole
from scripted import REPLIES

# What OpenResponses wants in a response, and OpenAI's own types do not know.
OPENRESPONSES = ("presence_penalty", "frequency_penalty", "store")
# `output_text` is the client's own: it adds it to what was told. `access_programs` is told by a
# service that sells access. OpenResponses wants `usage` to be null before there is any.
HEAD = """
import type * as openai from 'openai/resources/responses/responses';
type Whole = Omit<openai.Response, 'output_text' | 'access_programs' | 'usage'> & {
    usage: openai.ResponseUsage | null;
};
type Lifecycle = Extract<openai.ResponseStreamEvent, { response: openai.Response }>;
type Told =
    | Exclude<openai.ResponseStreamEvent, Lifecycle>
    | (Omit<Lifecycle, 'response'> & { response: Whole });
"""
OPTIONS = {
    "strict": True,
    "noEmit": True,
    "skipLibCheck": True,
    "module": "nodenext",
    "moduleResolution": "nodenext",
    "types": [],
}


@pytest.fixture(scope="module")
def client(serve_long):
    script = {"replies": REPLIES, "poison": POISON}
    with serve_long("--served-model-name", "m", script=script).ready().client() as client:
        yield client


def typed(event):
    """An event without what is told for others."""
    if event["type"] == "error":
        return {name: value for name, value in event.items() if name != "error"}
    if "response" in event:
        return event | {"response": known(event["response"])}
    return event | {"item": plain(event["item"])} if "item" in event else event


def known(response):
    told = {name: value for name, value in response.items() if name not in OPENRESPONSES}
    return told | {"output": [plain(item) for item in response["output"]]}


def plain(item):
    """An item without the status that the AI SDK wants of a custom call."""
    surplus = {"status"} if item["type"] == "custom_tool_call" else set()
    return {name: value for name, value in item.items() if name not in surplus}


def compiled(packages, lines):
    """What the compiler has against a program of literals; surplus fields are errors too."""
    folder = Path(tempfile.mkdtemp(dir=packages))
    try:
        (folder / "told.mts").write_text(HEAD + "\n".join(lines))
        (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
        words = ["node", packages / "node_modules/typescript/bin/tsc", "-p", folder]
        return subprocess.run(
            words, check=False, capture_output=True, text=True, timeout=120
        ).stdout
    finally:
        shutil.rmtree(folder)


def literal(number, type, told):
    return f"export const told{number}: {type} = {json.dumps(told)};"


def test_every_event_and_response_is_one_of_openai_node(packages, client):
    events = [event for asked in KINDS.values() for event in stream(client, **asked).events]
    asked = COMPLETED | INCOMPLETE
    responses = [whole(client, **asked[kind]) for kind in asked]
    lines = [literal(at, "Told", typed(e)) for at, e in enumerate(events)]
    lines += [literal(f"_{at}", "Whole", known(r)) for at, r in enumerate(responses)]
    assert compiled(packages, lines) == ""


def test_the_compiler_is_really_asked(packages):
    place = {"sequence_number": 0, "item_id": "a", "output_index": 0, "content_index": 0}
    lacking = {"type": "response.output_text.done", "text": ""}
    unknown = {"type": "response.of_tomorrow"}
    lines = [literal(at, "Told", place | event) for at, event in enumerate((lacking, unknown))]
    told = compiled(packages, lines)
    assert "'logprobs' is missing" in told
    assert "of_tomorrow" in told
