"""Every family, with each of its switches, says what `transformers` says."""

from pathlib import Path

import pytest
import tiny
import torch
from transformers import AutoModelForCausalLM

EMBEDDED = Path(__file__).parents[2] / "python/smgd/demo/model"
PROMPT_LEN, REPLY_LEN = 150, 64


def assert_says_the_same(reference, folder: Path, prompt: list[int]) -> None:
    loaded = tiny.start(folder, threads=1)
    logits = tiny.record_logits(loaded)
    loaded.batcher.submit(0, tiny.greedy(1, prompt, REPLY_LEN))
    reply = tiny.drain(loaded.batcher)[1]
    with torch.inference_mode():
        expected = reference(torch.tensor([prompt + reply])).logits[0, len(prompt) - 1 : -1]
    assert len(reply) == REPLY_LEN
    assert (torch.cat(logits) - expected).abs().max() < 1e-4
    assert expected.argmax(-1).tolist() == reply


def prompt_of(vocab_size: int) -> list[int]:
    return torch.randint(vocab_size, (PROMPT_LEN,), generator=torch.manual_seed(1)).tolist()


@pytest.mark.parametrize("name", tiny.CONFIGS)
def test_logits_and_greedy_tokens_are_those_of_transformers(name, tmp_path):
    reference = tiny.write(tmp_path, tiny.CONFIGS[name])
    assert_says_the_same(reference, tmp_path, prompt_of(211))


def test_a_sharded_checkpoint_reads_as_a_single_one(tmp_path):
    reference = tiny.write(tmp_path, tiny.CONFIGS["qwen3"], shard="100KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    assert_says_the_same(reference, tmp_path, prompt_of(211))


@pytest.mark.parametrize("name", ["llama-llama3", "qwen2-tied-yarn"])
def test_rope_scaling_may_be_spelled_the_old_way(name, tmp_path):
    reference = tiny.write(tmp_path, tiny.CONFIGS[name])
    tiny.old_rope(tmp_path)
    assert_says_the_same(reference, tmp_path, prompt_of(211))


@pytest.mark.skipif(
    not (EMBEDDED / "model.safetensors").exists(), reason="the embedded model has no weights yet"
)
def test_the_embedded_model_says_what_transformers_says():
    reference = AutoModelForCausalLM.from_pretrained(EMBEDDED, dtype=torch.float32)
    vocab_size = reference.config.vocab_size
    assert_says_the_same(reference.eval(), EMBEDDED, prompt_of(vocab_size))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_stays_close_to_float32(dtype, tmp_path):
    reference = tiny.write(tmp_path, tiny.CONFIGS["qwen3"])
    loaded = tiny.start(tmp_path, dtype=dtype)
    logits = tiny.record_logits(loaded)
    prompt = prompt_of(211)
    loaded.batcher.submit(0, tiny.greedy(1, prompt, 1))
    tiny.drain(loaded.batcher)
    with torch.inference_mode():
        expected = reference(torch.tensor([prompt])).logits[0, -1]
    assert (logits[0][0] - expected).abs().max() < 0.25
