"""Builds the tokenizer and the small JSON files of the embedded model.

`python -m smgd.demo.tokens` writes them. The vocabulary is learned from generated conversations,
English words and a page of instructions; one that the folder holds stays, as weights go with it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from . import path
from .corpus import conversation
from .network import Config
from .words import english

if TYPE_CHECKING:
    from collections.abc import Iterator

VOCAB_SIZE = 2560
NUM_SPACED = 900
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
SPACE = "Ġ"  # how byte-level vocabularies write it
DIGITS = pre_tokenizers.Digits(individual_digits=True)
SPACES = pre_tokenizers.Split(Regex(r" (?=\S)"), "isolated")
BYTES = pre_tokenizers.ByteLevel(add_prefix_space=False)


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
        yield " ".join(english(random) for _ in range(250))
        yield "\n".join("  " * random.randrange(7) + english(random) for _ in range(8))
        yield from random.sample(page, 1)


def build() -> Tokenizer:
    """Learn a byte-level BPE that keeps digits apart; the markup's tokens come last.

    A word is split alike with and without a space before it, so that copying one from a
    question into an argument is copying tokens: the merges of a space with the first piece
    of a word come after all others.
    """
    texts = [*sample(3000)]
    words = learned(texts)
    vocab, merges = words["vocab"], words["merges"]
    for piece in spaced(words, texts):
        vocab[SPACE + piece] = len(vocab)
        merges.append([SPACE, piece])
    tokenizer = Tokenizer(models.BPE(vocab, [(a, b) for a, b in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([DIGITS, BYTES])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in SPECIAL])
    tokenizer.add_tokens([AddedToken(t, normalized=False, special=False) for t in MARKUP])
    return tokenizer


def learned(texts: list[str]) -> dict[str, Any]:
    """Learn the pieces of words, and of whatever else stands between single spaces."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([DIGITS, SPACES, BYTES])
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE - NUM_SPACED - len(SPECIAL + MARKUP),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    found: dict[str, Any] = json.loads(tokenizer.to_str())["model"]
    return found


def spaced(words: dict[str, Any], texts: list[str]) -> list[str]:
    """List the pieces that most often come first after a space."""
    tokenizer = Tokenizer(models.BPE(words["vocab"], [(a, b) for a, b in words["merges"]]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([DIGITS, SPACES, BYTES])
    counts: Counter[str] = Counter()
    for encoding in tokenizer.encode_batch(texts):
        counts.update(b for a, b in pairwise(encoding.tokens) if a == SPACE)
    pieces = [p for p, _ in counts.most_common() if not p.isdigit() and SPACE not in p]
    return pieces[:NUM_SPACED]


def configs(tokenizer: Tokenizer) -> dict[str, dict[str, object]]:
    """Write config.json, generation_config.json and tokenizer_config.json, by name."""
    end_of_text, _, end = (tokenizer.token_to_id(t) for t in SPECIAL)
    config: dict[str, object] = {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        **asdict(Config(vocab_size=tokenizer.get_vocab_size())),
        "hidden_act": "silu",
        "max_position_embeddings": MAX_POSITIONS,
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
    vocabulary = out / "tokenizer.json"
    if not vocabulary.exists():
        build().save(str(vocabulary))
    tokenizer = Tokenizer.from_file(str(vocabulary))
    for name, content in configs(tokenizer).items():
        (out / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
