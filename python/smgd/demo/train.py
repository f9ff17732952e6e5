"""Trains the embedded model: `python -m smgd.demo.train --minutes 90 --out RUN`.

Documents are generated as they are needed, packed flat into batches without seeing
each other, and never repeated. The run can be stopped and started again at any time:
it goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from tqdm import tqdm

from .chat import Document, token_id, tokenizer
from .corpus import document
from .muon import Muon
from .network import Config, Layer, Network
from .tokens import MAX_POSITIONS, SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

MATRIX_LR = 0.02
REST_LR = 3e-3
PULL = 0.008  # the share of the way that differences go towards their mean, at the full rate
SHORT_PART = 0.2
PROMPTS = 0.3  # the share of the prompts' tokens that are targets
JUMPS = (0,) * 19 + (1,)
LONGEST = 60_000
HELD_OUT_SEED = 1 << 40


@dataclass
class Batch:
    """Documents packed flat.

    ids, positions  (tokens,)  int64
    weights         (tokens,)  float32, of each token as a target
    firsts          (tokens,)  bool, first tokens of earlier answers
    bias            (tokens,)  float32, added to the score of each token as a key
    lengths         of the documents, in tokens
    """

    ids: Tensor
    positions: Tensor
    weights: Tensor
    firsts: Tensor
    bias: Tensor
    lengths: list[int]


@dataclass(frozen=True)
class Placed:
    """A document, and where it stands.

    A long text that does not matter stands for one `times` as long: attention counts each
    of its tokens so often, and what follows is that much further away. So a prompt of
    sixty thousand tokens costs no more than one of two thousand.
    """

    document: Document
    positions: list[int]
    times: float


def documents(seed: int, *, short: bool) -> Iterator[Placed]:
    """Make documents without end, with the positions of their tokens."""
    random = Random(seed)  # noqa: S311 - text, not secrets
    while True:
        made = thinned(random, document(random, short=short))
        yield place(random, made, jumpy=not short)


def thinned(random: Random, document: Document) -> Document:
    """Make some of the prompt's tokens targets, and leave out the others.

    What is said of a tool again is found again; but most of a prompt cannot be guessed.
    """
    weights = [w if w > 1 or random.random() < PROMPTS else 0.0 for w in document.weights]
    return replace(document, weights=weights)


def place(random: Random, document: Document, *, jumpy: bool) -> Placed:
    """Place a document in the model's range; a text to be ignored may count many times."""
    size, ignored = len(document.ids), document.ignored
    if not ignored:
        return Placed(document, scatter(random, size, num_jumps=jumpy * random.choice(JUMPS)), 1.0)
    times = (LONGEST / (ignored + size)) ** random.random()
    gap = int(ignored * (times - 1))
    at = random.randrange(MAX_POSITIONS - size - gap)
    near = [*range(at, at + ignored)]
    return Placed(document, [*near, *range(at + ignored + gap, at + size + gap)], times)


def scatter(random: Random, size: int, num_jumps: int) -> list[int]:
    """Place the tokens somewhere in the model's range.

    Attention sees distances alone: whatever stands before a jump is as far away as it is
    in a long prompt.
    """
    room = MAX_POSITIONS - size
    jumps = sorted(random.randrange(size) for _ in range(num_jumps))
    gaps = [int(room ** random.random() * 0.4) for _ in jumps]
    at = random.randrange(room - sum(gaps))
    positions = []
    for index in range(size):
        while jumps and jumps[0] == index:
            at += gaps.pop()
            jumps.pop(0)
        positions.append(at)
        at += 1
    return positions


def batches(seed: int, num_tokens: int, *, short: bool = False) -> Iterator[Batch]:
    """Make batches without end, of at most `num_tokens` tokens or of one longer document."""
    parts: list[Placed] = []
    size = 0
    for part in documents(seed, short=short):
        if parts and size + len(part.positions) > num_tokens:
            yield pack(parts)
            parts, size = [], 0
        parts.append(part)
        size += len(part.positions)


def pack(parts: list[Placed]) -> Batch:
    """Make one batch of these documents."""
    return Batch(
        torch.tensor([i for p in parts for i in p.document.ids]),
        torch.tensor([at for p in parts for at in p.positions]),
        torch.tensor([w for p in parts for w in [0.0, *p.document.weights[1:]]]),
        torch.tensor([i in p.document.firsts for p in parts for i in range(len(p.positions))]),
        torch.cat([bias(p) for p in parts]),
        [len(p.positions) for p in parts],
    )


def bias(placed: Placed) -> Tensor:
    """Count each token of the text to be ignored `times` times: (tokens,) float32."""
    counts = torch.ones(len(placed.positions))
    counts[: placed.document.ignored] = placed.times
    return counts.log()


def loss_of(network: Network, batch: Batch, least: float = 0.0) -> tuple[Tensor, float]:
    """Return the loss over targets of more than `least`, and the share of answers guessed right."""
    targets, weights = batch.ids.roll(-1), batch.weights.roll(-1)
    rows = (weights > least).nonzero()[:, 0]
    targets, weights, firsts = targets[rows], weights[rows], batch.firsts.roll(-1)[rows]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network(batch.ids, batch.positions, batch.lengths, rows, batch.bias).float()
    logits[firsts, token_id("<think>")] = -1e9
    losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    hits = (logits.argmax(-1) == targets)[weights > 1].float().mean().item()
    return (losses * weights).sum() / weights.sum(), hits


def schedule(progress: float) -> float:
    """Scale the learning rates: a short rise, a plateau, a straight fall over the last 70 %."""
    return min(1.0, progress / 0.005 + 0.02, max(0.0, (1.0 - progress) / 0.7))


@dataclass
class Run:
    """A training run in a folder."""

    network: Network
    optimizers: list[torch.optim.Optimizer]
    out: Path
    step: int = 0
    num_tokens: int = 0
    seconds: float = 0.0

    @classmethod
    def start(cls, config: Config, out: Path) -> Run:
        """Begin a run, or take up the one that the folder holds."""
        torch.manual_seed(0)
        network = Network(config, unspaced())
        matrices = [p for n, p in network.named_parameters() if p.ndim == 2 and "embed" not in n]
        rest = [p for n, p in network.named_parameters() if p.ndim != 2 or "embed" in n]
        adamw = torch.optim.AdamW(rest, lr=REST_LR, betas=(0.9, 0.95), weight_decay=0.0)
        run = cls(network, [Muon(matrices, lr=MATRIX_LR), adamw], out)
        if (out / "run.safetensors").exists():
            run.load()
        return run

    def load(self) -> None:
        """Take up the last checkpoint."""
        tensors = load_file(self.out / "run.safetensors")
        names = dict(self.network.named_parameters())
        for name, weight in names.items():
            weight.data.copy_(tensors[name])
        for optimizer in self.optimizers:
            for weight in optimizer.param_groups[0]["params"]:
                name = next(n for n, w in names.items() if w is weight)
                prefix = f"state.{name}."
                state = {
                    k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)
                }
                optimizer.state[weight] = state
        self.step, self.num_tokens = int(tensors["step"]), int(tensors["num_tokens"])
        self.seconds = float(tensors["seconds"])

    def save(self) -> None:
        """Write a checkpoint, whole or not at all."""
        names = {id(w): n for n, w in self.network.named_parameters()}
        tensors = {n: w.detach().clone() for n, w in self.network.named_parameters()}
        for optimizer in self.optimizers:
            for weight, state in optimizer.state.items():
                tensors |= {f"state.{names[id(weight)]}.{k}": v.clone() for k, v in state.items()}
        tensors["step"], tensors["num_tokens"] = (
            torch.tensor(self.step),
            torch.tensor(self.num_tokens),
        )
        tensors["seconds"] = torch.tensor(self.seconds, dtype=torch.float64)
        self.out.mkdir(parents=True, exist_ok=True)
        save_file(tensors, self.out / "new.safetensors")
        (self.out / "new.safetensors").rename(self.out / "run.safetensors")

    def advance(self, batch: Batch, factor: float) -> tuple[float, float]:
        """Take one step; returns the loss and the share of right answer tokens before it."""
        loss, hits = loss_of(self.network, batch)
        torch.autograd.backward(loss)
        for optimizer, rate in zip(self.optimizers, (MATRIX_LR, REST_LR), strict=True):
            optimizer.param_groups[0]["lr"] = rate * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.pull(PULL * factor)
        self.step += 1
        self.num_tokens += len(batch.ids)
        return loss.item(), hits

    def pull(self, share: float) -> None:
        """Draw the differences of pieces with a space towards their mean, by a share of the way."""
        if self.network.of is not None:
            weight = self.network.model.embed_tokens.weight.data
            rows = self.network.of >= 0
            weight[rows] = weight[rows].lerp(weight[rows].mean(0), share)

    def export(self) -> None:
        """Write the weights alone, as the checkpoint that is served."""
        weights = {n: w.detach() for n, w in self.network.named_parameters()}
        weights["model.embed_tokens.weight"] = self.network.embedding().detach()
        weights = {n: w.bfloat16() for n, w in weights.items()}
        save_file(weights, self.out / "model.safetensors", metadata={"format": "pt"})


def unspaced() -> Tensor:
    """Return, for each token that begins with a space, the same without it; (vocab_size,) int64."""
    vocab = tokenizer().get_vocab()
    of = torch.full((len(vocab),), -1)
    for token, number in vocab.items():
        if token.startswith(SPACE) and token[1:2] != SPACE and token[1:] in vocab:
            of[number] = vocab[token[1:]]
    return of


@torch.no_grad()
def held_out(network: Network) -> tuple[float, float]:
    """Measure loss and right answer tokens on documents that are never trained on."""
    source = batches(HELD_OUT_SEED, 4096)
    pairs = [loss_of(network, next(source), least=1.0) for _ in range(6)]
    return sum(loss.item() for loss, _ in pairs) / len(pairs), sum(h for _, h in pairs) / len(pairs)


def main() -> None:
    """Train until the time given has been used up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--minutes", type=float, default=90.0, help="length of the whole run")
    parser.add_argument("--batch-tokens", type=int, default=4096, help="tokens of one step")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1, help="of the generated text")
    parser.add_argument("--compile", action="store_true", help="fuse what attention leaves alone")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.compile:
        Layer.before = torch.compile(Layer.before, dynamic=True)  # type: ignore[method-assign]
        Layer.after = torch.compile(Layer.after, dynamic=True)  # type: ignore[method-assign]
    run = Run.start(Config(), args.out)
    total = args.minutes * 60
    seed = args.seed * 1_000_003 + run.step
    short = batches(seed, args.batch_tokens // 2, short=True)
    whole = batches(seed, args.batch_tokens)
    bar = tqdm(total=round(total), initial=round(run.seconds), unit="s", mininterval=5)
    saved = last = time.monotonic()
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    while run.seconds < total and not told:
        progress = run.seconds / total
        batch = next(short if progress < SHORT_PART else whole)
        loss, hits = run.advance(batch, schedule(progress))
        now = time.monotonic()
        run.seconds += now - last
        bar.update(round(run.seconds) - bar.n)
        bar.set_postfix(
            step=run.step,
            tokens=f"{run.num_tokens / 1e6:.1f}M",
            loss=f"{loss:.3f}",
            hits=f"{hits:.4f}",
        )
        last = now
        if now - saved > 120:
            kept, right = held_out(run.network)
            bar.write(
                f"step {run.step}  tokens {run.num_tokens}  seconds {run.seconds:.0f}  "
                f"held out: loss {kept:.4f}  hits {right:.4f}"
            )
            run.save()
            saved = time.monotonic()
    run.save()
    if run.seconds >= total:
        run.export()


if __name__ == "__main__":
    main()
