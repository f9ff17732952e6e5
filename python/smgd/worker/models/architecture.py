"""What a dense decoder is made of, as numbers and switches."""

from dataclasses import dataclass
from typing import Any

from smgd.worker.config import Failure
from smgd.worker.rope import Rope

Config = dict[str, Any]
"""config.json, parsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One checkpoint's shape."""

    hidden_size: int
    intermediate_size: int
    num_layers: int
    num_heads: int
    num_kv_heads: int
    head_dim: int
    vocab_size: int
    norm_epsilon: float
    tied: bool
    """Whether the output matrix is the embedding."""
    max_positions: int
    rope: Rope
    qkv_bias: bool = False
    output_bias: bool = False
    mlp_bias: bool = False
    qk_norm: bool = False
    """Whether queries and keys are normalised per head."""


def dense(config: Config, **switches: bool) -> Architecture:
    """Read what all dense families share. Raises Failure on what is missing or cannot be used."""
    try:
        heads = int(config["num_attention_heads"])
        head_dim = int(config.get("head_dim") or config["hidden_size"] // heads)
        rope = Rope.parse(config, head_dim)
        return Architecture(
            hidden_size=int(config["hidden_size"]),
            intermediate_size=int(config["intermediate_size"]),
            num_layers=int(config["num_hidden_layers"]),
            num_heads=heads,
            num_kv_heads=int(config.get("num_key_value_heads") or heads),
            head_dim=head_dim,
            vocab_size=int(config["vocab_size"]),
            norm_epsilon=float(config.get("rms_norm_eps", 1e-6)),
            tied=bool(config.get("tie_word_embeddings", False)),
            max_positions=max(int(config["max_position_embeddings"]), rope.extended_len),
            rope=rope,
            **switches,
        )
    except KeyError as missing:
        raise Failure(f"config.json: {missing} is missing") from None
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise Failure(f"config.json: a value cannot be used: {error}") from None


def refuse_unbuilt(config: Config) -> None:
    """Raise Failure on what a checkpoint may ask for and the decoder does not do."""
    if quantization := config.get("quantization_config"):
        method = quantization.get("quant_method", "unknown")
        raise Failure(
            f"config.json: the checkpoint is quantised ({method}), which is not supported; "
            "use the unquantised checkpoint"
        )
    if config.get("use_sliding_window"):
        raise Failure("config.json: use_sliding_window is not supported")
    if (activation := config.get("hidden_act", "silu")) != "silu":
        raise Failure(f'config.json: hidden_act "{activation}" is not supported, only "silu"')
