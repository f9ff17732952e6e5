"""Tiny random checkpoints, and a batcher over one, for the worker's tests."""

import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# As the worker does: threads that spin would fight over a small machine's cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    PreTrainedConfig,
    Qwen2Config,
    Qwen3Config,
)

from smgd._core import Submit
from smgd.worker.batcher import Batcher, Outcome
from smgd.worker.cache import Cache
from smgd.worker.config import WorkerConfig
from smgd.worker.load import Loaded, load
from smgd.worker.pages import Pages, pages_for
from smgd.worker.runner import Runner
from smgd.worker.sampler import Sampler
from smgd.worker.slots import Slots

SHAPE = {
    "hidden_size": 64,
    "intermediate_size": 176,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 211,
    "max_position_embeddings": 1024,
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 128,
}
YARN = {
    "rope_type": "yarn",
    "rope_theta": 10000.0,
    "factor": 4.0,
    "original_max_position_embeddings": 256,
}
CONFIGS: dict[str, PreTrainedConfig] = {
    "llama": LlamaConfig(**SHAPE, tie_word_embeddings=False),
    "llama-biases-tied": LlamaConfig(
        **SHAPE, tie_word_embeddings=True, attention_bias=True, mlp_bias=True
    ),
    "llama-llama3": LlamaConfig(**SHAPE, rope_parameters=LLAMA3),
    "llama-linear": LlamaConfig(
        **SHAPE, rope_parameters={"rope_type": "linear", "rope_theta": 5e4, "factor": 4.0}
    ),
    "llama-all-heads": LlamaConfig(**{**SHAPE, "num_key_value_heads": 4}, head_dim=32),
    "llama-one-kv-head": LlamaConfig(
        **{**SHAPE, "num_attention_heads": 8, "num_key_value_heads": 1}, head_dim=16
    ),
    "qwen2": Qwen2Config(**SHAPE, tie_word_embeddings=False),
    "qwen2-tied-yarn": Qwen2Config(**SHAPE, tie_word_embeddings=True, rope_parameters=YARN),
    "qwen3": Qwen3Config(**SHAPE, head_dim=32, tie_word_embeddings=False),
    "qwen3-tied-yarn": Qwen3Config(
        **SHAPE, head_dim=32, tie_word_embeddings=True, rope_parameters=YARN
    ),
}


def write(folder: Path, config: PreTrainedConfig, *, shard: str | None = None, seed: int = 0):
    """Write a random checkpoint of `config`, with biases and norms that are not trivial."""
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            # Large enough that each token sways the next: a reply visits much of the vocabulary.
            noise = torch.randn_like(parameter)
            if parameter.dim() == 1:
                parameter.add_(noise * 0.1)
            else:
                parameter.copy_(noise * (2.0 / parameter.shape[1] ** 0.5))
    model.save_pretrained(folder, **({"max_shard_size": shard} if shard else {}))
    return model


def old_rope(folder: Path) -> None:
    """Respell a config.json's rope the way it was before transformers 5."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = rope
    path.write_text(json.dumps(config))


def settings(folder: Path, **changes) -> WorkerConfig:
    defaults = {
        "device": "cpu",
        "dtype": "float32",
        "kv_cache_memory_bytes": 1 << 26,
        "threads": 1,
        "max_num_seqs": 64,
    }
    return WorkerConfig(model=str(folder), **{**defaults, **changes})


def start(folder: Path, **changes) -> Loaded:
    return load(settings(folder, **changes))


def drain(batcher: Batcher, replies: dict[int, list[int]] | None = None) -> dict[int, list[int]]:
    """Step until nothing is left; the new tokens by sequence."""
    replies = {} if replies is None else replies
    while batcher.busy:
        collect(batcher.step(), replies)
    return replies


def collect(outcome: Outcome, replies: dict[int, list[int]]) -> None:
    assert not outcome.refusals, outcome.refusals
    for advance in outcome.advances:
        replies.setdefault(advance.sequence.wire_id, []).extend(advance.ids)


def greedy(request: int, prompt: list[int], max_tokens: int = 16, **changes) -> Submit:
    return Submit(
        request, prompt, [(request, 0, [])], temperature=0.0, max_tokens=max_tokens, **changes
    )


def record_logits(loaded: Loaded) -> list[torch.Tensor]:
    """From now on, every drawing row's logits, (rows, vocab) per step, before the sampler."""
    sampler = loaded.batcher._runner.sampler
    draw, seen = sampler.draw, []

    def recording(logits, sequences):
        seen.append(logits.clone())
        return draw(logits, sequences)

    sampler.draw = recording
    return seen


class Bench:
    """One loaded checkpoint under batchers of many sizes, with every row's logits recorded."""

    def __init__(self, folder: Path, **changes) -> None:
        self.loaded = start(folder, **changes)
        self.decoder = self.loaded.batcher._runner.decoder

    def batcher(self, *, max_tokens: int = 512, max_seqs: int = 64, num_pages: int = 0) -> Batcher:
        """A fresh batcher; num_pages 0 is as many as could ever be needed."""
        shape, max_len = self.decoder.shape, self.loaded.max_model_len
        count = 1 + (num_pages or max_seqs * pages_for(max_len))
        cache = Cache(shape, count, self.decoder.device, self.decoder.dtype)
        runner = Runner(
            self.decoder,
            cache,
            Slots(max_seqs, max_len),
            Sampler(shape.vocab_size, self.decoder.device),
        )
        self.logits: dict[int, list[torch.Tensor]] = {}
        draw = runner.sampler.draw

        def recording(logits, sequences):
            for row, sequence in enumerate(sequences):
                self.logits.setdefault(sequence.wire_id, []).append(logits[row].clone())
            return draw(logits, sequences)

        runner.sampler.draw = recording
        return Batcher(
            runner,
            Pages(count),
            max_model_len=max_len,
            max_tokens=max_tokens,
            max_seqs=max_seqs,
        )

    def alone(self, submit: Submit) -> tuple[dict[int, list[int]], dict[int, torch.Tensor]]:
        """Tokens and logits by sequence, with nobody else there."""
        batcher = self.batcher(max_seqs=len(submit.rows))
        replies: dict[int, list[int]] = {}
        collect(batcher.submit(0, submit), replies)
        drain(batcher, replies)
        return replies, self.stacked()

    def stacked(self) -> dict[int, torch.Tensor]:
        """Recorded logits by sequence, (tokens, vocab)."""
        return {wire_id: torch.stack(rows) for wire_id, rows in self.logits.items()}
