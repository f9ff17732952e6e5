"""A turn of calls as Responses clients replay it, through every published template with tools."""

import json
import shutil
from pathlib import Path

import pytest
from scripted import FUNCTION

from smgd import _core

DEMO = Path(_core.__file__).parent / "demo" / "model"
FOLDER = Path(__file__).parents[3] / "shared/templates"
INDEX = json.loads((FOLDER / "INDEX.json").read_text()) if FOLDER.exists() else []
WITH_TOOLS = {entry["file"]: entry for entry in INDEX if entry["supports_tools"]}

QUESTION = {"role": "user", "content": "How is it in Oslo?"}
CALL = {
    "type": "function_call",
    "call_id": "call_123456789",
    "name": "get_weather",
    "arguments": '{"city": "Oslo-East"}',
}
SAID = {"role": "assistant", "content": [{"type": "output_text", "text": "I will look."}]}
OUTPUT = {"type": "function_call_output", "call_id": "call_123456789", "output": "17 degrees"}
STORED = {"status": "completed"}
# The same turn as its clients write it: in either order, with and without what a reply carried.
HISTORIES = {
    "call, text": [CALL, SAID],
    "text, call": [SAID, CALL],
    "call, text, as told": [
        {**CALL, **STORED, "id": "fc_1"},
        {**SAID, **STORED, "type": "message", "id": "msg_1"},
    ],
}

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the published templates are not beside this tree"
)


@pytest.fixture(scope="module", params=WITH_TOOLS)
def model(request, tmp_path_factory):
    """The embedded model's files with a published template and its tokens."""
    folder = tmp_path_factory.mktemp("templated")
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(DEMO / name, folder)
    entry = WITH_TOOLS[request.param]
    told = {name: entry[name] for name in ("bos_token", "eos_token") if entry.get(name)}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
    template = (FOLDER / request.param).read_text()
    return _core.Model.load(str(folder), served_names=["m"], chat_template=template)


@pytest.fixture
def prompt(model):
    def render(items):
        body = json.dumps({"model": "m", "input": items, "tools": [FUNCTION]}).encode()
        asked = _core.Asked.parse(body)
        ticket = _core.Ticket(request=1, id="resp_1", created=1, seed=1, max_model_len=1 << 20)
        prepared = model.prepare_responses(asked, b"[]", b"{}", ticket)
        frame, _ = _core.Replies(model).open(prepared, 1)
        return model.decode(_core.decode_frame(frame).prompt_ids).decode()

    return render


@pytest.mark.parametrize("history", HISTORIES)
def test_a_call_beside_text_and_its_output_renders(prompt, history):
    told = prompt([QUESTION, *HISTORIES[history], OUTPUT])
    places = [told.index(text) for text in ("How is it", "Oslo-East", "17 degrees")]
    assert places == sorted(places)


def test_the_ways_to_write_one_turn_are_one_prompt(prompt):
    told = {prompt([QUESTION, *items, OUTPUT]) for items in HISTORIES.values()}
    assert len(told) == 1
