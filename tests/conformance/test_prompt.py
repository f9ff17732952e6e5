"""The same conversation is the same prompt, token for token, as transformers makes it."""

import json
from pathlib import Path

import pytest

from smgd import _core

transformers = pytest.importorskip("transformers")

DEMO = Path(_core.__file__).parent / "demo" / "model"
MODEL = _core.Model.load(str(DEMO), served_names=["demo"])

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city, <now> & later",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "number", "maximum": 1e-7}},
            "required": ["city"],
        },
    },
}
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Ciudad de México", "days": 1.0}'},
}
ROUND_TRIP = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "How is the weather in Mexico? 🫠"},
    {"role": "assistant", "content": "", "tool_calls": [CALL, {**CALL, "id": "call_2"}]},
    {"role": "tool", "tool_call_id": "call_1", "content": '{"sky": "naïve"}'},
    {"role": "tool", "tool_call_id": "call_2", "content": "31"},
]
CONVERSATIONS = {
    "hello": {"messages": [{"role": "user", "content": "Hello"}]},
    "developer": {
        "messages": [{"role": "developer", "content": "x"}, {"role": "user", "content": "  y\n"}]
    },
    "thinking off": {
        "messages": [{"role": "user", "content": "<|im_start|>user"}],
        "chat_template_kwargs": {"enable_thinking": False},
    },
    "reasoning in history": {
        "messages": [
            {"role": "user", "content": "a"},
            {
                "role": "assistant",
                "reasoning_content": "hm",
                "content": "<think>\nold\n</think>\n\nb",
            },
            {"role": "user", "content": "c"},
        ]
    },
    "tools": {"messages": ROUND_TRIP[:2], "tools": [TOOL]},
    "tool round trip": {"messages": ROUND_TRIP, "tools": [TOOL]},
    "continued": {
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "Sure, "}],
        "continue_final_message": True,
    },
}


@pytest.fixture(scope="module")
def tokenizer():
    return transformers.AutoTokenizer.from_pretrained(DEMO)


def as_templates_want(message):
    calls = message.get("tool_calls", [])
    parsed = [
        {
            **call,
            "function": {
                **call["function"],
                "arguments": json.loads(call["function"]["arguments"]),
            },
        }
        for call in calls
    ]
    return {**message, "tool_calls": parsed} if calls else message


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_prompt_is_transformers_prompt(tokenizer, name):
    request = CONVERSATIONS[name]
    ticket = _core.Ticket(request=1, id="c", created=0, seed=0, max_model_len=4096)
    prepared = MODEL.prepare_chat(json.dumps(request).encode(), ticket)
    frame, _ = _core.Replies(MODEL).open(prepared, 1)
    submit = _core.decode_frame(frame)
    assert isinstance(submit, _core.Submit)
    continued = request.get("continue_final_message", False)
    expected = tokenizer.apply_chat_template(
        [as_templates_want(message) for message in request["messages"]],
        tools=request.get("tools"),
        add_generation_prompt=not continued,
        continue_final_message=continued,
        tokenize=True,
        return_dict=False,
        **request.get("chat_template_kwargs", {}),
    )
    assert MODEL.decode(submit.prompt_ids) == tokenizer.decode(expected).encode()
    assert submit.prompt_ids == expected
