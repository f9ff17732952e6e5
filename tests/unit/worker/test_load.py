"""What a worker makes of a checkpoint and its settings, and how it says that it cannot."""

import json
from pathlib import Path

import pytest
import tiny
import torch
from safetensors.torch import save_file

from smgd.worker.config import Failure


def refusal(folder: Path, **changes) -> str:
    with pytest.raises(Failure) as failure:
        tiny.start(folder, **changes)
    return str(failure.value)


def edit(folder: Path, **changes) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


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
        ({"architectures": "Qwen3ForCausalLM"}, '"architectures" must be a list'),
        ({"hidden_size": "big"}, "config.json: "),
        ({"num_attention_heads": None}, "config.json: "),
        ({"rope_parameters": "yes"}, "config.json: "),
    ]:
        edit(tmp_path, **change)
        assert word in refusal(tmp_path), change
        (tmp_path / "config.json").write_text(config)
    (tmp_path / "config.json").write_text("{")
    assert "not JSON" in refusal(tmp_path)
    (tmp_path / "config.json").write_text("[]")
    assert "must be an object" in refusal(tmp_path)
    (tmp_path / "config.json").unlink()
    assert "could not read" in refusal(tmp_path)


def test_weights_that_cannot_be_read_are_named(tmp_path):
    tiny.write(tmp_path, tiny.CONFIGS["qwen3"])
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert "model.safetensors" in refusal(tmp_path)
    weights.unlink()
    assert "only safetensors" in refusal(tmp_path)


@pytest.mark.parametrize("index", ["{", "[]", "{}", '{"weight_map": ["a"]}', '{"weight_map": {}}'])
def test_an_index_that_cannot_be_read_is_named(index, tmp_path):
    tiny.write(tmp_path, tiny.CONFIGS["qwen3"])
    (tmp_path / "model.safetensors.index.json").write_text(index)
    assert "model.safetensors.index.json" in refusal(tmp_path)


def test_a_checkpoint_without_an_embedding_says_so(tmp_path):
    tiny.write(tmp_path, tiny.CONFIGS["qwen3"])
    save_file({"other": torch.zeros(1)}, tmp_path / "model.safetensors")
    assert 'tensor "model.embed_tokens.weight" is missing' in refusal(tmp_path)


def test_a_context_that_does_not_fit_says_what_would(tmp_path):
    tiny.write(tmp_path, tiny.CONFIGS["qwen3"])
    page = 3 * 2 * 2 * 32 * 32 * 4
    message = refusal(tmp_path, kv_cache_memory_bytes=4 * page, max_model_len=1000)
    assert "lower --max-model-len to 128" in message
    message = refusal(tmp_path, kv_cache_memory_bytes=page - 1)
    assert "lower" not in message, "no context fits"
    assert "raise --kv-cache-memory-bytes" in message
    assert "at least 2" in refusal(tmp_path, max_model_len=1)
    assert "positions" in refusal(tmp_path, max_model_len=1025)
    assert tiny.start(tmp_path, kv_cache_memory_bytes=4 * page).max_model_len == 128
    assert tiny.start(tmp_path).max_model_len == 1024
    assert "no device" in refusal(tmp_path, device="cuda:7")
    assert "float64" in refusal(tmp_path, dtype="float64")
