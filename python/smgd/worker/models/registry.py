"""Which file reads which architecture."""

import json
from pathlib import Path

from smgd.worker.config import Failure

from . import llama, qwen2, qwen3
from .architecture import Architecture, refuse_unbuilt

FAMILIES = {
    "LlamaForCausalLM": llama.architecture,
    "Qwen2ForCausalLM": qwen2.architecture,
    "Qwen3ForCausalLM": qwen3.architecture,
}


def read_architecture(folder: Path) -> Architecture:
    """Read a checkpoint's config.json. Raises Failure with what is wrong."""
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(f"could not read {path}: {error.strerror}") from None
    except ValueError as error:
        raise Failure(f"{path} is not JSON: {error}") from None
    if not isinstance(config, dict):
        raise Failure(f"{path} must be an object, got {type(config).__name__}")
    names = config.get("architectures") or []
    if not isinstance(names, list):
        raise Failure(f'{path}: "architectures" must be a list of names')
    for name in names:
        if name in FAMILIES:
            refuse_unbuilt(config)
            return FAMILIES[name](config)
    named = ", ".join(f'"{name}"' for name in names) or "nothing"
    raise Failure(
        f'{path}: "architectures" names {named}, supported are {", ".join(sorted(FAMILIES))}'
    )
