"""What a worker is told at its start: one dataclass, crossing as JSON. Needs no torch."""

import dataclasses
import json
import os
from dataclasses import dataclass
from typing import Any, Self


class Failure(Exception):
    """Why the worker cannot start: one sentence with the cause and what to try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """Settings of one worker; the server fills them from its own options."""

    model: str
    """Folder of the checkpoint, in the Hugging Face layout."""
    device: str = "auto"
    """auto, cpu, cuda or cuda:N."""
    dtype: str = "auto"
    """auto, float32, bfloat16 or float16."""
    max_model_len: int | None = None
    """Longest sequence in tokens, prompt and reply; None is what the model and memory allow."""
    max_num_seqs: int | None = None
    """Most sequences decoded at once; None is 64 on CPU, 256 on CUDA."""
    max_num_batched_tokens: int | None = None
    """Most tokens in one step; None is 512 on CPU, 8192 on CUDA."""
    kv_cache_memory_bytes: int | None = None
    """Bytes for keys and values; None is worked out from what the device has."""
    gpu_memory_utilization: float = 0.9
    """Part of a GPU's memory that the worker may use, in (0, 1]."""
    generation: int = 0
    """Which start of the worker this is; every frame it sends carries it."""
    seed: int = 0
    """Kept for the banner: every request brings its own seed."""
    threads: int | None = None
    """Compute threads on CPU; None leaves one core to the server."""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises Failure on a key that is not a setting."""
        values: dict[str, Any] = json.loads(text)
        names = {field.name for field in dataclasses.fields(cls)}
        if unknown := sorted(values.keys() - names):
            raise Failure(f'the worker has no setting "{unknown[0]}"')
        return cls(**values)

    def to_json(self) -> str:
        """Write the settings as one line of JSON."""
        return json.dumps(dataclasses.asdict(self))

    @property
    def num_threads(self) -> int:
        """Compute threads: as told, or every core but the server's."""
        return self.threads or max(1, len(os.sched_getaffinity(0)) - 1)
