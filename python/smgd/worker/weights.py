"""A checkpoint's tensors, read one at a time from its safetensors files."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor
from tqdm import tqdm

from .config import Failure

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
EMBEDDING = "model.embed_tokens.weight"


class Checkpoint:
    """The tensors of a folder, each given out in one device and dtype."""

    def __init__(self, folder: Path, files: dict[str, Any], homes: dict[str, str]) -> None:
        """files: open files by name; homes: which file each tensor is in. See `open_checkpoint`."""
        self._folder, self._files, self._homes = folder, files, homes
        self.device, self.dtype = torch.device("cpu"), torch.float32
        self.num_parameters = self.num_bytes = 0
        self._bar = tqdm(
            total=len(homes), desc="weights", unit=" tensors", disable=not sys.stderr.isatty()
        )

    @property
    def own_dtype(self) -> torch.dtype:
        """What the checkpoint's own matrices are stored in."""
        return self._read(EMBEDDING, slice(0, 1)).dtype

    def to(self, device: torch.device, dtype: torch.dtype) -> Self:
        """Set where tensors go from now on."""
        self.device, self.dtype = device, dtype
        return self

    def tensor(self, name: str, *shape: int) -> Tensor:
        """One tensor. Raises Failure naming file and tensor when it is not there or misshapen."""
        tensor = self._read(name, slice(None))
        if tensor.shape != shape:
            raise Failure(
                f'{self._folder / self._homes[name]}: tensor "{name}" must have shape '
                f"{list(shape)}, got {list(tensor.shape)}"
            )
        self.num_parameters += tensor.numel()
        self.num_bytes += tensor.numel() * self.dtype.itemsize
        self._bar.update()
        return tensor.to(self.device, self.dtype)

    def _read(self, name: str, rows: slice) -> Tensor:
        if name not in self._homes:
            raise Failure(f'{self._folder}: tensor "{name}" is missing from the checkpoint')
        home = self._homes[name]
        try:
            tensor: Tensor = self._files[home].get_slice(name)[rows]
        except SafetensorError as error:
            raise Failure(f'{self._folder / home}: tensor "{name}": {error}') from None
        return tensor

    def close(self) -> None:
        """End the progress bar."""
        self._bar.close()


def files_of(folder: Path) -> list[Path]:
    """Find the weight files of a folder. Raises Failure when there are none."""
    if (folder / INDEX).exists():
        return [folder / name for name in sorted(set(_index(folder).values()))]
    if (folder / SINGLE).exists():
        return [folder / SINGLE]
    raise Failure(
        f"{folder} has neither {SINGLE} nor {INDEX}; only safetensors checkpoints are supported"
    )


def _index(folder: Path) -> dict[str, str]:
    try:
        index = json.loads((folder / INDEX).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Failure(f"could not read {folder / INDEX}: {error}") from None
    homes = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(homes, dict) or not homes:
        raise Failure(f'{folder / INDEX}: "weight_map" must say which file each tensor is in')
    return homes


@contextmanager
def open_checkpoint(folder: Path) -> Iterator[Checkpoint]:
    """Open a folder's weight files. Raises Failure naming the file that cannot be opened."""
    with ExitStack() as stack:
        files: dict[str, Any] = {}
        homes: dict[str, str] = {}
        for path in files_of(folder):
            try:
                file = stack.enter_context(safe_open(path, framework="pt"))
            except (OSError, SafetensorError) as error:
                raise Failure(f"could not open {path}: {error}") from None
            files[path.name] = file
            homes |= dict.fromkeys(file.keys(), path.name)
        checkpoint = Checkpoint(folder, files, homes)
        stack.callback(checkpoint.close)
        yield checkpoint
