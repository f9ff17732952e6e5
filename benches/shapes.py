"""Random Qwen3-shaped checkpoints of a known size, with a tokenizer that any server can load."""

import itertools
import json
import string
from pathlib import Path

import torch
from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

VOCAB_SIZE = 8192
TURN_END = "<|im_end|>"
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

SHAPES = {
    "small": {
        "hidden_size": 256,
        "intermediate_size": 704,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 64,
    },
    "mid": {
        "hidden_size": 1024,
        "intermediate_size": 2816,
        "num_hidden_layers": 12,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 64,
    },
}


def write(folder: Path, shape: str, dtype: str) -> Path:
    """Write `SHAPES[shape]` with random weights of `dtype` (float32 or bfloat16) under `folder`.

    There is no end-of-turn id in the config, so that every reply runs to its limit.
    """
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=VOCAB_SIZE,
        max_position_embeddings=8192,
        tie_word_embeddings=False,
        eos_token_id=None,
        bos_token_id=None,
        **SHAPES[shape],
    )
    model = Qwen3ForCausalLM(config).to(getattr(torch, dtype))
    model.generation_config.do_sample = False
    model.save_pretrained(folder)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer()))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "chat_template": TEMPLATE,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return folder


def tokenizer() -> dict[str, object]:
    """Byte-level BPE: the 256 bytes, two turn markers, and pairs of printable characters."""
    alphabet = byte_alphabet()
    printable = [
        alphabet[ord(c)] for c in string.ascii_letters + string.digits + string.punctuation
    ]
    num_merges = VOCAB_SIZE - len(alphabet) - 2
    merges = list(itertools.islice(itertools.product(printable, printable), num_merges))
    vocab = {token: id for id, token in enumerate([*alphabet, *("".join(pair) for pair in merges)])}
    specials = [
        {"id": len(vocab) + offset, "content": content, "special": True}
        | dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
        for offset, content in enumerate(("<|im_start|>", TURN_END))
    ]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    return {
        "version": "1.0",
        "added_tokens": specials,
        "normalizer": None,
        "pre_tokenizer": byte_level | {"use_regex": False},
        "post_processor": None,
        "decoder": byte_level | {"use_regex": False},
        "model": {"type": "BPE", "vocab": vocab, "merges": [list(pair) for pair in merges]},
    }


def byte_alphabet() -> list[str]:
    """GPT-2's printable stand-in for each byte, in byte order."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = itertools.count(0x100)
    return [chr(byte) if byte in shown else chr(next(hidden)) for byte in range(256)]


def prompt(folder: Path, prompt_len: int) -> str:
    """Words whose rendered chat prompt has exactly `prompt_len` tokens."""
    tokens = AutoTokenizer.from_pretrained(folder)
    for length in range(1, 4 * prompt_len):
        text = ("the quick brown fox jumps over the lazy dog " * prompt_len)[:length]
        messages = [{"role": "user", "content": text}]
        ids = tokens.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
        if len(ids) == prompt_len:
            return text
    raise ValueError(f"no text has a prompt of {prompt_len} tokens")
