"""Builds the tokenizer and the small JSON files of the embedded model.

`python -m smgd.demo.tokens` writes them; the vocabulary is learned from generated
conversations and a page of instructions, so it is the same on every machine.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from . import path
from .corpus import conversation
from .systems import prose

if TYPE_CHECKING:
    from collections.abc import Iterator

VOCAB_SIZE = 1024
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MARKUP = [
    "<think>",
    "</think>",
    "<tool_call>",
    "</tool_call>",
    "<tool_response>",
    "</tool_response>",
]
MAX_POSITIONS = 65_536


def sample(num_conversations: int) -> Iterator[str]:
    """Draw text to learn the vocabulary from: what agents send, in the shapes they send it."""
    random = Random(0)  # noqa: S311 - text, not secrets
    page = (Path(__file__).parent / "instructions.txt").read_text().splitlines()
    for _ in range(num_conversations):
        made = conversation(random)
        for tool in made.tools:
            yield json.dumps(tool, ensure_ascii=False)
        for message in made.messages[-1:]:
            yield message["content"] or ""
        yield prose(random, 2)
        yield from random.sample(page, 4)


def build() -> Tokenizer:
    """Learn a byte-level BPE that keeps digits apart; the markup's tokens come last."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    added = [*(AddedToken(t, normalized=False) for t in SPECIAL + MARKUP)]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE - len(added),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(sample(3000), trainer)
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in SPECIAL])
    tokenizer.add_tokens([AddedToken(t, normalized=False, special=False) for t in MARKUP])
    return tokenizer


def configs(tokenizer: Tokenizer) -> dict[str, dict[str, object]]:
    """Write config.json, generation_config.json and tokenizer_config.json, by name."""
    end_of_text, _, end = (tokenizer.token_to_id(t) for t in SPECIAL)
    config: dict[str, object] = {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": 256,
        "intermediate_size": 704,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 64,
        "hidden_act": "silu",
        "max_position_embeddings": MAX_POSITIONS,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1_000_000.0,
        "rope_scaling": None,
        "attention_bias": False,
        "attention_dropout": 0.0,
        "use_sliding_window": False,
        "sliding_window": None,
        "tie_word_embeddings": True,
        "initializer_range": 0.02,
        "use_cache": True,
        "bos_token_id": end_of_text,
        "eos_token_id": end,
        "torch_dtype": "bfloat16",
    }
    generation: dict[str, object] = {
        "do_sample": True,
        "temperature": 0.6,
        "top_k": 20,
        "top_p": 0.95,
        "bos_token_id": end_of_text,
        "pad_token_id": end_of_text,
        "eos_token_id": [end, end_of_text],
    }
    added = {
        str(tokenizer.token_to_id(t)): {
            "content": t,
            "lstrip": False,
            "normalized": False,
            "rstrip": False,
            "single_word": False,
            "special": t in SPECIAL,
        }
        for t in SPECIAL + MARKUP
    }
    settings: dict[str, object] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": MAX_POSITIONS,
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "bos_token": None,
        "eos_token": SPECIAL[2],
        "pad_token": SPECIAL[0],
        "additional_special_tokens": SPECIAL[1:],
        "added_tokens_decoder": added,
        "chat_template": (Path(__file__).parent / "chat_template.jinja").read_text(),
    }
    return {"config": config, "generation_config": generation, "tokenizer_config": settings}


def main() -> None:
    """Write the tokenizer and the JSON files into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=path(), help="folder to write into")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = build()
    tokenizer.save(str(out / "tokenizer.json"))
    for name, content in configs(tokenizer).items():
        (out / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
