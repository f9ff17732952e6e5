"""Every family, with each of its switches, says what `transformers` says."""

from pathlib import Path

import pytest
import tiny
import torch
from transformers import AutoModelForCausalLM

from smgd.worker.config import Failure

EMBEDDED = Path(__file__).parents[3] / "python/smgd/demo/model"
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


def refusal(folder: Path, **changes) -> str:
    with pytest.raises(Failure) as failure:
        tiny.start(folder, **changes)
    return str(failure.value)


def edit(folder: Path, **changes) -> None:
    path = folder / "config.json"
    path.write_text(tiny.json.dumps(tiny.json.loads(path.read_text()) | changes))


def test_a_checkpoint_that_cannot_be_served_says_why(tmp_path):
    tiny.write(tmp_path, tiny.CONFIGS["qwen3"])
    config = (tmp_path / "config.json").read_text()
    for change, word in [
        ({"architectures": ["MambaForCausalLM"]}, "MambaForCausalLM"),
        ({"quantization_config": {"quant_method": "gptq"}}, "gptq"),
        ({"rope_parameters": {"rope_type": "dynamic", "rope_theta": 1e4}}, "dynamic"),
        ({"use_sliding_window": True}, "use_sliding_window"),
        ({"hidden_act": "gelu"}, "gelu"),
        ({"tie_word_embeddings": False, "num_hidden_layers": 4}, "model.layers.3."),
        ({"intermediate_size": 99}, "mlp.gate_proj.weight"),
    ]:
        edit(tmp_path, **change)
        assert word in refusal(tmp_path), change
        (tmp_path / "config.json").write_text(config)
    (tmp_path / "config.json").write_text("{")
    assert "not JSON" in refusal(tmp_path)
    (tmp_path / "config.json").unlink()
    assert "could not read" in refusal(tmp_path)


def test_weights_that_cannot_be_read_are_named(tmp_path):
    tiny.write(tmp_path, tiny.CONFIGS["qwen3"])
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert "model.safetensors" in refusal(tmp_path)
    weights.unlink()
    assert "only safetensors" in refusal(tmp_path)


def test_a_context_that_does_not_fit_says_what_would(tmp_path):
    tiny.write(tmp_path, tiny.CONFIGS["qwen3"])
    page = 3 * 2 * 2 * 32 * 32 * 4
    message = refusal(tmp_path, kv_cache_memory_bytes=4 * page, max_model_len=1000)
    assert "lower --max-model-len to 128" in message
    assert "positions" in refusal(tmp_path, max_model_len=1025)
    assert tiny.start(tmp_path, kv_cache_memory_bytes=4 * page).max_model_len == 128
    assert tiny.start(tmp_path).max_model_len == 1024
    assert "no device" in refusal(tmp_path, device="cuda:7")
    assert "float64" in refusal(tmp_path, dtype="float64")


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
