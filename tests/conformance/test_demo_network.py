"""The network in training is the Qwen3 of transformers."""

import shutil
from pathlib import Path
from random import Random

import pytest
import torch
from safetensors.torch import save_file
from transformers import Qwen3ForCausalLM

from smgd import demo
from smgd.demo.chat import encode_prompt
from smgd.demo.corpus import conversation
from smgd.demo.generate import load
from smgd.demo.network import Config, Network

WEIGHTS = demo.path() / "model.safetensors"


def logits(network: Network, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        return network(torch.tensor(ids), torch.arange(len(ids)), [len(ids)])


def reference_logits(folder: Path, ids: list[int]) -> torch.Tensor:
    reference = Qwen3ForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        return reference(torch.tensor([ids])).logits[0]


def test_random_weights_give_the_logits_of_transformers(tmp_path: Path):
    torch.manual_seed(3)
    network = Network(Config()).eval()
    for name in ("config.json", "generation_config.json"):
        shutil.copy(demo.path() / name, tmp_path)
    save_file(dict(network.named_parameters()), tmp_path / "model.safetensors", {"format": "pt"})
    ids = [Random(700).randrange(Config.vocab_size) for _ in range(700)]
    assert torch.allclose(logits(network, ids), reference_logits(tmp_path, ids), atol=1e-4)


@pytest.mark.skipif(not WEIGHTS.exists(), reason="the trained weights are not there")
def test_the_shipped_weights_give_the_logits_of_transformers():
    ids = encode_prompt(conversation(Random(1)))[:600]
    assert torch.allclose(logits(load(WEIGHTS), ids), reference_logits(demo.path(), ids), atol=1e-4)
