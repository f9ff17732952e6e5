"""Llama: biases only where config.json says so."""

from .architecture import Architecture, Config, dense


def architecture(config: Config) -> Architecture:
    """Read a LlamaForCausalLM."""
    bias = bool(config.get("attention_bias", False))
    return dense(
        config, qkv_bias=bias, output_bias=bias, mlp_bias=bool(config.get("mlp_bias", False))
    )
