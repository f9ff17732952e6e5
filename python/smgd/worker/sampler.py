"""Draws the next tokens: a function of logits, parameters, seed, choice, position, nothing else.

A draw takes the highest of the scores, each raised by its own Gumbel noise, which is a draw from
the softmax (the Gumbel-max trick). A token's noise is a hash of (seed, choice, position, token),
so that no generator state exists that company, preemption or a restart could change.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from smgd._core import Submit

from .sequence import Sequence

TOP_WIDTH = 256
"""Candidates looked at for a small top_k. Fixed, so that sums do not depend on the company's."""
_MASK64 = (1 << 64) - 1


class Drawn(NamedTuple):
    """One drawn token."""

    token: int
    """-1 when the logits were not finite."""
    logprobs: list[tuple[int, float]]
    """The token's and then the most likely ones'; empty where not asked for."""


@dataclass(slots=True)
class _Seen:
    """What penalties count, for one sequence."""

    prompt: Tensor
    """(vocab,) bool"""
    emitted: Tensor
    """(vocab,) float32 counts"""
    upto: int
    """Tokens of the sequence that are counted."""


class Sampler:
    """Draws for a batch; remembers only what penalties have counted, which is rebuilt at need."""

    def __init__(self, vocab_size: int, device: torch.device) -> None:
        self._vocab_size, self._device = vocab_size, device
        self._tokens = torch.arange(vocab_size, device=device, dtype=torch.int32)
        self._seen: dict[int, _Seen] = {}

    def forget(self, sequence: Sequence) -> None:
        """Drop what was counted for a sequence that ended."""
        self._seen.pop(sequence.number, None)

    def draw(self, logits: Tensor, sequences: list[Sequence]) -> list[tuple[Sequence, Drawn]]:
        """Draw one token per sequence.

        logits  (sequences, vocab)  float32; overwritten
        """
        logprobs = _logprobs(logits, sequences)
        for row, sequence in enumerate(sequences):
            self._adjust(logits[row], sequence)
        chosen = logits.argmax(-1)
        # NaN wins an argmax, and so shows here.
        finite = logits.gather(1, chosen.unsqueeze(1)).isfinite().squeeze(1).tolist()
        for rows, width in self._groups(sequences):
            chosen[rows] = self._random(logits[rows], [sequences[row] for row in rows], width)
        drawn = []
        for row, token in enumerate(chosen.tolist()):
            wanted = logprobs[row].of(token) if row in logprobs else []
            drawn.append((sequences[row], Drawn(token if finite[row] else -1, wanted)))
        return drawn

    def _adjust(self, row: Tensor, sequence: Sequence) -> None:
        """Apply penalties, and mask stop ids before min_tokens, in place: row (vocab,)."""
        submit = sequence.submit
        if penalised(submit):
            seen = self._count(sequence)
            factor = submit.repetition_penalty
            scaled = torch.where(row > 0, row / factor, row * factor)
            row.copy_(torch.where(seen.prompt | (seen.emitted > 0), scaled, row))
            row.sub_(seen.emitted * submit.frequency_penalty)
            row.sub_((seen.emitted > 0) * submit.presence_penalty)
        if sequence.num_emitted < submit.min_tokens and submit.stop_ids:
            stop_ids = [token for token in submit.stop_ids if token < self._vocab_size]
            row[stop_ids] = -torch.inf

    def _count(self, sequence: Sequence) -> _Seen:
        """Bring the counts of a sequence up to its last token."""
        prompt_len = len(sequence.submit.prompt_ids)
        seen = self._seen.get(sequence.number)
        if seen is None:
            prompt = torch.zeros(self._vocab_size, dtype=torch.bool, device=self._device)
            prompt[sequence.submit.prompt_ids] = True
            emitted = torch.zeros(self._vocab_size, device=self._device)
            seen = self._seen[sequence.number] = _Seen(prompt, emitted, prompt_len)
        for token in sequence.tokens[seen.upto :]:
            seen.emitted[token] += 1
        seen.upto = len(sequence.tokens)
        return seen

    def _groups(self, sequences: list[Sequence]) -> list[tuple[list[int], int]]:
        """Rows that draw at random, by how many candidates each looks at (0: all, unsorted).

        Which group a row is in depends on its own parameters alone.
        """
        groups: dict[int, list[int]] = {}
        for row, sequence in enumerate(sequences):
            submit = sequence.submit
            if submit.temperature == 0:
                continue
            if 0 < submit.top_k <= TOP_WIDTH:
                width = min(TOP_WIDTH, self._vocab_size)
            elif submit.top_p < 1 or 0 < submit.top_k < self._vocab_size:
                width = self._vocab_size
            else:
                width = 0
            groups.setdefault(width, []).append(row)
        return [(rows, width) for width, rows in groups.items()]

    def _random(self, logits: Tensor, sequences: list[Sequence], width: int) -> Tensor:
        """Draw at random: logits (rows, vocab) -> (rows,) int64."""
        submits = [sequence.submit for sequence in sequences]
        scores = logits / self._column([submit.temperature for submit in submits])
        tokens = self._tokens.unsqueeze(0)
        if width:
            scores, order = _sorted(scores, width)
            scores = self._truncate(scores, submits)
            tokens = order.int()
        keys = [draw_key(s.submit.seed, s.choice, s.num_emitted) for s in sequences]
        lowest = scores.amax(-1, keepdim=True) + self._column(
            [math.log(submit.min_p) if submit.min_p > 0 else -math.inf for submit in submits]
        )
        scores.masked_fill_(scores < lowest, -torch.inf)
        best = (scores + gumbel(tokens, torch.tensor(keys, device=self._device))).argmax(-1)
        return order.gather(1, best.unsqueeze(1)).squeeze(1) if width else best

    def _truncate(self, scores: Tensor, submits: list[Submit]) -> Tensor:
        """Apply top_k, then top_p, to scores sorted from the highest: (rows, width)."""
        rank = torch.arange(scores.shape[1], device=self._device)
        top_k = self._column([float(submit.top_k or scores.shape[1]) for submit in submits])
        scores = scores.masked_fill(rank >= top_k, -torch.inf)
        probabilities = scores.softmax(-1)
        before = probabilities.cumsum(-1).sub_(probabilities)
        # A rounding error in the running sum must not cut the tail of a row with top_p 1.
        top_p = self._column([s.top_p if s.top_p < 1 else 2.0 for s in submits])
        beyond = before >= top_p
        beyond[:, 0] = False
        return scores.masked_fill_(beyond, -torch.inf)

    def _column(self, values: list[float]) -> Tensor:
        return torch.tensor(values, device=self._device).unsqueeze(1)


def penalised(submit: Submit) -> bool:
    """Whether any penalty changes logits."""
    return (
        submit.repetition_penalty != 1
        or submit.presence_penalty != 0
        or submit.frequency_penalty != 0
    )


def _sorted(scores: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Take the highest `width` scores of each row from the top, and their tokens."""
    if width == scores.shape[1]:
        values, order = scores.sort(stable=True, dim=-1, descending=True)
    else:
        values, order = scores.topk(width)
    return values, order


def mix64(value: int) -> int:
    """Finalise 64 bits: each bit of the result hangs on every bit of the value (splitmix64)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK64
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK64
    return value ^ (value >> 31)


def draw_key(seed: int, choice: int, position: int) -> tuple[int, int]:
    """Hash what keys all of one draw's noise into two signed 32-bit words.

    position counts the emitted tokens before the draw.
    """
    key = mix64(mix64(mix64(seed & _MASK64) ^ choice) ^ position)
    return _signed32(key & 0xFFFFFFFF), _signed32(key >> 32)


def _signed32(word: int) -> int:
    return word - (1 << 32) if word >> 31 else word


def gumbel(tokens: Tensor, keys: Tensor) -> Tensor:
    """Gumbel noise of each token.

    tokens   (rows or 1, width)  int32
    keys     (rows, 2)           int64, from `draw_key`
    returns  (rows, width)       float32
    """
    words = keys.to(torch.int32)
    hashed = hash32(hash32(tokens + words[:, :1]) ^ words[:, 1:])
    # 31 bits, and never 0 or 1: small values, which make the winners, keep all their precision.
    uniform = hashed.bitwise_and_(0x7FFFFFFF).float().add_(0.5).mul_(2.0**-31)
    uniform.clamp_(max=1 - 2.0**-24)
    return uniform.neg_().log1p_().neg_().log_().neg_()


def hash32(words: Tensor) -> Tensor:
    """Mix 32 bits on int32, whose products wrap (xorshift-multiply, constants of prospector)."""
    words = words ^ ((words >> 16) & 0xFFFF)
    words.mul_(0x21F0AAAD)
    words.bitwise_xor_((words >> 15) & 0x1FFFF)
    words.mul_(0x735A2D97)
    return words.bitwise_xor_((words >> 15) & 0x1FFFF)


@dataclass(frozen=True, slots=True)
class _RowLogprobs:
    all: Tensor
    top: list[tuple[int, float]]

    def of(self, token: int) -> list[tuple[int, float]]:
        return [(token, float(self.all[token])), *self.top]


def _logprobs(logits: Tensor, sequences: list[Sequence]) -> dict[int, _RowLogprobs]:
    """Log probabilities by row, of the model's own logits, where they are asked for."""
    asked = {row: s.submit.logprobs for row, s in enumerate(sequences) if s.submit.logprobs >= 0}
    found = {}
    for row, count in asked.items():
        all_of_row = logits[row].log_softmax(-1)
        values, tokens = all_of_row.topk(min(count, logits.shape[1]))
        found[row] = _RowLogprobs(
            all_of_row, list(zip(tokens.tolist(), values.tolist(), strict=True))
        )
    return found
