"""Qwen3, dense: queries and keys are normalised per head."""

from .architecture import Architecture, Config, dense


def architecture(config: Config) -> Architecture:
    """Read a Qwen3ForCausalLM."""
    bias = bool(config.get("attention_bias", False))
    return dense(config, qkv_bias=bias, output_bias=bias, qk_norm=True)
