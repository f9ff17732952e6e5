"""Runs a step on the device: rows in, drawn tokens out."""

from dataclasses import dataclass

import torch
from torch import Tensor

from . import attention, batch
from .cache import Cache
from .models.decoder import Decoder
from .sampler import Drawn, Sampler
from .sequence import Sequence
from .slots import Slots


@dataclass(frozen=True, slots=True)
class Runner:
    """The model, its cache and its sampler."""

    decoder: Decoder
    cache: Cache
    slots: Slots
    sampler: Sampler

    def run(self, work: list[batch.Work]) -> list[tuple[Sequence, Drawn]]:
        """Compute a step, and draw for the sequences whose known tokens are then all computed.

        Changes nothing but the cache, so that a step that failed can be tried again in parts.
        """
        with torch.inference_mode():
            shape = self.decoder.shape
            step = batch.build(work, self.slots, shape.num_kv_heads, self.decoder.device)
            logits = self.logits(step)
            return self.sampler.draw(logits, step.drawing) if step.drawing else []

    def logits(self, step: batch.Batch) -> Tensor:
        """Compute the wanted rows' logits, (draws, vocab) float32."""

        def attend(layer: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
            self.cache.write(layer, step.writes, key, value)
            return self._attend(layer, step, query)

        hidden = self.decoder.hidden(step.ids, step.positions, attend)
        if not step.drawing:
            return hidden.new_zeros(0, self.decoder.shape.vocab_size)
        return self.decoder.logits(hidden[step.draws])[: len(step.drawing)]

    def _attend(self, layer: int, step: batch.Batch, query: Tensor) -> Tensor:
        keys, values = self.cache.keys[layer], self.cache.values[layer]
        parts = []
        if step.num_decodes:
            parts.append(attention.decode(query[: step.num_decodes], keys, values, step.blocks))
        parts += [
            attention.prefill(query[run.rows], keys, values, run.pages, run.start)
            for run in step.runs
        ]
        if len(parts) == 1 and parts[0].shape[0] == query.shape[0]:
            return parts[0]
        if not step.runs and step.num_decodes < query.shape[0]:
            parts.append(parts[0])
        return torch.cat(parts)
