"""What the simulated model says in the tests of the Responses API, and the tools it calls.

The first reply whose "when" is in the prompt is said, so what a later turn brings stands before
what its history still holds.
"""

from __future__ import annotations

import json
from typing import Any

HELLO = "Hello there, 🫠."
THOUGHT = "Hm, a city."
ANSWER = "It is 17 degrees in Oslo."
REMEMBERED = "As I thought."
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "Its name."}},
    "required": ["city"],
    "additionalProperties": False,
}
FUNCTION = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city.",
    "parameters": WEATHER,
}
NO_ARGUMENTS = {"type": "function", "name": "now", "parameters": {"type": "object"}}
CUSTOM = {"type": "custom", "name": "apply_patch", "description": "Apply a patch."}
NAMESPACE = {
    "type": "namespace",
    "name": "agents",
    "description": "Other agents.",
    "tools": [{"type": "function", "name": "spawn", "parameters": {"type": "object"}}],
}
PATCH = "*** Begin Patch\n*** Add File: made.txt\n+made by a patch\n*** End Patch"
# The output differs from the command, so that a reply to the output is not said to the call.
COMMAND, PRINTED = "printf '%s-%s' seen here", "seen-here"


def call(name: str, **arguments: Any) -> str:
    """A call in the embedded model's format."""
    body = json.dumps({"name": name, "arguments": arguments})
    return f"<tool_call>\n{body}\n</tool_call>"


REPLIES: list[dict[str, Any]] = [
    {"when": "And then?", "text": "Then nothing."},
    # Only where the reasoning of this turn came back with its call.
    {"when": THOUGHT, "text": REMEMBERED},
    {"when": "17 degrees", "text": ANSWER},
    {"when": PRINTED, "text": "The command said it was seen."},
    {"when": "Success. Updated", "text": "It is made."},
    {"when": "agent ids must be", "text": "Nobody is there."},
    {"when": "The tool gave an image here", "text": "I cannot see it."},
    {"when": "[weather]", "text": call("get_weather", city="Oslo")},
    {
        "when": "[both]",
        "text": "I will look.\n"
        + call("get_weather", city="Oslo")
        + "\n"
        + call("get_weather", city="Rome"),
    },
    {"when": "[now]", "text": call("now")},
    {"when": "[shell]", "text": call("exec_command", cmd=COMMAND)},
    {"when": "[patch]", "text": call("apply_patch", input=PATCH)},
    {"when": "[spawn]", "text": call("agents__spawn")},
    {"when": "[view]", "text": call("view_image", path="dot.png")},
    {"when": "[wait]", "text": call("multi_agent_v1__wait_agent", targets=[])},
    {"when": "[think]", "text": f"<think>\n{THOUGHT}\n</think>\n\nOslo."},
    {
        "when": "[think and look]",
        "text": f"<think>\n{THOUGHT}\n</think>\n\n" + call("get_weather", city="Oslo"),
    },
    {"when": "[forever]", "text": "on and ", "loops": True},
    {"text": HELLO},
]
