"""Where a model's files are: inside the package, in a folder, or on the Hugging Face hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from smgd.errors import CouldNotStart
from smgd.settings import Settings

EMBEDDED_NAME = "smgd-demo"
# What smgd reads of a checkpoint; a hub repository often holds other formats of the weights too.
NEEDED = ["*.json", "*.jinja", "*.safetensors"]
NEEDED_TO_TOKENIZE = ["*.json", "*.jinja"]
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


@dataclass(frozen=True)
class Checkpoint:
    """A model's folder and the names it is served under, the first being the answers'."""

    folder: str
    names: tuple[str, ...]


def resolve(settings: Settings) -> Checkpoint:
    """Find the model's files, fetching them if need be. raises CouldNotStart"""
    named = settings.served_model_name
    if settings.model is None:
        from smgd import demo  # noqa: PLC0415 - read only when it is served

        return Checkpoint(str(demo.path()), named or (EMBEDDED_NAME,))
    folder = Path(settings.model).expanduser()
    if folder.is_dir():
        return Checkpoint(str(folder), named or (settings.model,))
    if folder.exists() or not HUB_ID.fullmatch(settings.model):
        raise CouldNotStart(
            f"the model {settings.model} is neither a folder nor a hub id",
            hint="a folder holds config.json; a hub id looks like Qwen/Qwen3-0.6B",
        )
    return Checkpoint(fetch(settings.model, settings.revision, NEEDED), named or (settings.model,))


def tokenizer(told: str | None) -> str | None:
    """Where another tokenizer's files are, fetching them if need be. raises CouldNotStart"""
    if told is None or Path(told).expanduser().exists():
        return told and str(Path(told).expanduser())
    if not HUB_ID.fullmatch(told):
        raise CouldNotStart(f"the tokenizer {told} is neither a folder nor a hub id")
    return fetch(told, None, NEEDED_TO_TOKENIZE)


def fetch(hub_id: str, revision: str | None, patterns: list[str]) -> str:
    """The hub model's folder in the local cache, with progress bars. raises CouldNotStart"""
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - slow, and rarely needed

    try:
        return str(snapshot_download(hub_id, revision=revision, allow_patterns=patterns))
    except Exception as error:  # noqa: BLE001 - the hub's client raises what its layers raise
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise CouldNotStart(
            f"could not fetch {hub_id} from the hub: {reason[0]}",
            hint="check the name and the network, or pass a folder; a private model needs HF_TOKEN",
        ) from None


def chat_template(told: str | None) -> str | None:
    """The template's text, from a file or as given. raises CouldNotStart"""
    if told is None or "{" in told:
        return told
    try:
        return Path(told).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CouldNotStart(f"could not read the chat template {told}: {error}") from None
