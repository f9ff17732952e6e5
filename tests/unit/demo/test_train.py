"""Training: it learns, and a run that was stopped goes on as if it had not been."""

from pathlib import Path
from random import Random

import torch
from safetensors.torch import load_file

from smgd.demo.chat import encode, tokenizer
from smgd.demo.corpus import lengthen, plain
from smgd.demo.muon import Muon, orthogonal
from smgd.demo.network import Config
from smgd.demo.tokens import SPACE
from smgd.demo.train import Run, batches, bias, place, schedule, unspaced

SMALL = Config(hidden_size=32, intermediate_size=64, num_hidden_layers=1, head_dim=16)


def weights(run: Run) -> list[torch.Tensor]:
    return [w.detach().clone() for w in run.network.parameters()]


def test_a_resumed_run_takes_the_steps_of_one_that_never_stopped(tmp_path: Path):
    source = batches(1, 600, short=True)
    steps = [next(source) for _ in range(4)]
    whole = Run.start(SMALL, tmp_path / "whole")
    for batch in steps:
        whole.advance(batch, 1.0)
    first = Run.start(SMALL, tmp_path / "cut")
    for batch in steps[:2]:
        first.advance(batch, 1.0)
    first.save()
    second = Run.start(SMALL, tmp_path / "cut")
    for batch in steps[2:]:
        second.advance(batch, 1.0)
    assert (second.step, second.num_tokens) == (whole.step, whole.num_tokens)
    for a, b in zip(weights(whole), weights(second), strict=True):
        assert torch.equal(a, b)


def test_the_same_batch_again_is_less_of_a_surprise(tmp_path: Path):
    batch = next(batches(1, 600, short=True))
    run = Run.start(SMALL, tmp_path)
    losses = [run.advance(batch, 1.0)[0] for _ in range(8)]
    assert losses[-1] < losses[0] - 0.5


def test_a_piece_with_a_space_is_learned_with_the_piece_alone(tmp_path: Path):
    of = unspaced()
    vocab = tokenizer().get_vocab()
    assert of[vocab[f"{SPACE}the"]] == vocab["the"]
    assert of[vocab["the"]] == -1
    run = Run.start(SMALL, tmp_path)
    before = run.network.embedding().detach().clone()
    run.network.model.embed_tokens.weight.data[vocab["the"]] += 1
    moved = (run.network.embedding() - before).abs().amax(1).nonzero()[:, 0]
    assert {*moved.tolist()} == {vocab["the"], vocab[f"{SPACE}the"]}


def test_what_is_exported_has_the_differences_added_up(tmp_path: Path):
    run = Run.start(SMALL, tmp_path)
    run.export()
    served = load_file(tmp_path / "model.safetensors")["model.embed_tokens.weight"]
    assert torch.equal(served, run.network.embedding().detach().bfloat16())


def test_positions_rise_within_the_models_range():
    source = batches(2, 3000)
    for _ in range(5):
        batch = next(source)
        for part in torch.split(batch.positions, batch.lengths):
            assert (part.diff() > 0).all()
            assert part[0] >= 0
            assert part[-1] < 65_536


def test_the_learning_rate_falls_to_nothing_over_the_last_70_percent():
    assert schedule(0.2) == schedule(0.3) == 1.0
    assert abs(schedule(0.65) - 0.5) < 1e-9
    assert schedule(1.0) == 0.0


def test_updates_become_nearly_orthogonal():
    torch.manual_seed(0)
    for shape in ((2, 128, 64), (1, 96, 32), (1, 32, 96)):
        values = torch.linalg.svdvals(orthogonal(torch.randn(shape)).float())
        assert (values > 0.6).all()
        assert (values < 1.3).all()


def test_a_matrix_that_nothing_pulls_at_decays():
    weight = torch.nn.Parameter(torch.ones(8, 4))
    weight.grad = torch.zeros(8, 4)
    muon = Muon([weight], lr=0.5, decay=0.1)
    for _ in range(2):
        muon.step()
    assert torch.allclose(weight, torch.full((8, 4), 0.95**2))


def test_a_text_to_be_ignored_counts_as_often_as_it_stands_for():
    random = Random(4)
    made = lengthen(random, plain(random, "greet", thinking=False), 5)
    placed = place(random, encode(made), jumpy=True)
    ignored = placed.document.ignored
    distance = placed.positions[ignored] - placed.positions[0]
    assert ignored > 100
    assert distance == ignored + int(ignored * (placed.times - 1))
    assert torch.allclose(bias(placed).exp()[:ignored], torch.tensor(placed.times))
    assert (bias(placed)[ignored:] == 0).all()
