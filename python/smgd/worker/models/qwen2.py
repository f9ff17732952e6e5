"""Qwen2 and Qwen2.5: queries, keys and values have biases."""

from .architecture import Architecture, Config, dense


def architecture(config: Config) -> Architecture:
    """Read a Qwen2ForCausalLM."""
    return dense(config, qkv_bias=True)
