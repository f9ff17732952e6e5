"""Tokenizers of every kind: the same ids and the same text as the libraries they come from."""

import base64
import json
import random
import unicodedata

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

import smgd

transformers = pytest.importorskip("transformers")
tiktoken = pytest.importorskip("tiktoken")

TEXT = (
    """The quick brown fox jumps over the lazy dog, doesn't it? It's 12345 o'clock; naïve café.
東京都は日本の首都です。 Ünïcödé 🫠👨‍👩‍👧 {"name": "f", "arguments": {}}

	def f(x):
        return x  # don't\r
"""
    * 3
)
WORD = r"[^\r\n\p{L}\p{N}]?"
UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
ENDING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
KIMI_PATTERN = "|".join(
    [
        r"[\p{Han}]+",
        f"{WORD}{UPPER}*{LOWER}+{ENDING}",
        f"{WORD}{UPPER}+{LOWER}*{ENDING}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)
TEKKEN_PATTERN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ["<|im_end|>", "<|im_user|>", "<think>"]
NUM_TEKKEN_SPECIAL = 20
MARKS = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])


def ranks():
    """A small vocabulary: every byte, then what was merged from them, as tiktoken has it."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([TEXT], trainer)
    byte_level = decoders.ByteLevel()
    merged = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    words = [byte_level.decode([text]).encode() for text, _ in merged]
    words = [word for word in words if len(word) > 1 and b"\xef\xbf\xbd" not in word]
    return [bytes([byte]) for byte in range(256)] + words


def tiktoken_pair(folder):
    """Kimi's kind of folder, and the library's own encoding of it."""
    tokens = ranks()
    lines = [f"{base64.b64encode(token).decode()} {rank}" for rank, token in enumerate(tokens)]
    (folder / "tiktoken.model").write_text("\n".join(lines) + "\n")
    special = {text: len(tokens) + at for at, text in enumerate(SPECIAL)}
    added = {
        str(number): {"content": text, "special": text != "<think>"}
        for text, number in special.items()
    }
    config = {"added_tokens_decoder": added, "tokenizer_class": "TikTokenTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    for number in range(len(tokens) + len(special), len(tokens) + 256):
        special[f"<|reserved_token_{number}|>"] = number
    encoding = tiktoken.Encoding(
        "kimi",
        pat_str=KIMI_PATTERN,
        mergeable_ranks={token: rank for rank, token in enumerate(tokens)},
        special_tokens=special,
    )
    return smgd.Tokenizer.from_folder(folder), encoding


def qwen_pair(folder):
    """Qwen's first kind of folder, and the library's own encoding of it."""
    tokens = ranks()
    lines = [f"{base64.b64encode(token).decode()} {rank}" for rank, token in enumerate(tokens)]
    (folder / "qwen.tiktoken").write_text("\n".join(lines) + "\n")
    names = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<|extra_{n}|>" for n in range(205))]
    encoding = tiktoken.Encoding(
        "qwen",
        pat_str=QWEN_PATTERN,
        mergeable_ranks={token: rank for rank, token in enumerate(tokens)},
        special_tokens={text: len(tokens) + at for at, text in enumerate(names)},
    )
    return smgd.Tokenizer.from_folder(folder), encoding


def tekken_pair(folder, *, listed):
    """Mistral's kind of folder, and what transformers makes of it."""
    tokens = ranks()
    vocab = [
        {"rank": rank, "token_bytes": base64.b64encode(token).decode(), "token_str": None}
        for rank, token in enumerate([*tokens, b"never", b"used"])
    ]
    special = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]"]
    data = {
        "config": {
            "pattern": TEKKEN_PATTERN,
            "num_vocab_tokens": len(vocab),
            "default_vocab_size": len(tokens) + NUM_TEKKEN_SPECIAL,
            "default_num_special_tokens": NUM_TEKKEN_SPECIAL,
            "version": "v11" if listed else "v3",
        },
        "vocab": vocab,
        "special_tokens": [
            {"rank": rank, "token_str": text, "is_control": True}
            for rank, text in enumerate(special)
        ]
        if listed
        else None,
    }
    (folder / "tekken.json").write_text(json.dumps(data))
    encoding = tiktoken.Encoding(
        "tekken",
        pat_str=TEKKEN_PATTERN,
        mergeable_ranks={token: rank for rank, token in enumerate(tokens)},
        special_tokens={},
    )
    return smgd.Tokenizer.from_folder(folder), encoding


@pytest.fixture(scope="session")
def kimi(tmp_path_factory):
    return tiktoken_pair(tmp_path_factory.mktemp("kimi"))


@pytest.fixture(scope="session")
def qwen(tmp_path_factory):
    return qwen_pair(tmp_path_factory.mktemp("qwen"))


@pytest.fixture(scope="session", params=[True, False], ids=["listed", "known"])
def tekken(request, tmp_path_factory):
    return tekken_pair(tmp_path_factory.mktemp("tekken"), listed=request.param)


def texts(seed, num_texts=300):
    """Texts of characters and words that tokenizers treat in different ways."""
    draw = random.Random(seed)
    words = [
        *"aAzZ09éÉ東ﬀſ'\"\n\r\t _-/{}<>",
        "  ",
        "\r\n",
        "the ",
        "'ll",
        "'S",
        "12345",
        "🫠",
        "\u0301",
        "\u200d",
        "\u00a0",
        "\u3000",
        "quick",
        "Ünïcödé",
    ]
    for _ in range(num_texts):
        yield "".join(draw.choices(words, k=draw.randrange(40)))
    yield from (TEXT, "a" * 500, "aA" * 99, " " * 50 + "x", "don'tDON'T it'LL")


def test_a_tiktoken_model_encodes_as_tiktoken_does(kimi):
    tokenizer, encoding = kimi
    for text in texts(1):
        assert tokenizer.encode(text) == encoding.encode(text, allowed_special="all"), repr(text)
    marked = "a<|im_end|>b<think><|reserved_token_700|>"
    assert tokenizer.encode(marked) == encoding.encode(marked, allowed_special="all")


def test_a_tiktoken_model_decodes_as_tiktoken_does(kimi):
    tokenizer, encoding = kimi
    draw = random.Random(2)
    for _ in range(300):
        ids = draw.choices(range(encoding.n_vocab), k=12)
        assert tokenizer.decode(ids) == encoding.decode(ids)
        assert b"".join(map(tokenizer.token_bytes, ids)) == encoding.decode_bytes(ids)
    end = tokenizer.encode("<|im_end|><think>")
    assert tokenizer.decode(end, skip_special_tokens=True) == "<think>"


def test_a_qwen_file_encodes_composed_text_as_tiktoken_does(qwen):
    tokenizer, encoding = qwen
    for text in texts(4):
        composed = unicodedata.normalize("NFC", text)
        assert tokenizer.encode(text) == encoding.encode(composed), repr(text)
    marked = "<|im_start|>a<|im_end|><|endoftext|><|extra_204|>"
    ids = tokenizer.encode(marked)
    assert ids == encoding.encode(marked, allowed_special="all")
    assert tokenizer.decode(ids) == marked
    assert tokenizer.decode(ids, skip_special_tokens=True) == "a"


def test_a_tekken_file_has_its_special_tokens_first_and_encodes_as_tiktoken_does(tekken):
    tokenizer, encoding = tekken
    for text in texts(3):
        expected = [number + NUM_TEKKEN_SPECIAL for number in encoding.encode(text)]
        assert tokenizer.encode(text) == expected, repr(text)
        assert tokenizer.decode(expected) == text
    assert tokenizer.encode("<s>[INST]") == [1, 3]
    assert tokenizer.token_bytes(19) in {b"<SPECIAL_19>", b"[TOOL_CONTENT]"}
    assert tokenizer.vocab_size == len(ranks()) + NUM_TEKKEN_SPECIAL


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("tiktoken.model", "YQ== 0\nYg== 7\n", 'tiktoken.model: line 2: expected "<base64> 1"'),
        ("tiktoken.model", "!! 0\n", "line 1"),
        ("tekken.json", "{}", "tekken.json: cannot be used as a tokenizer"),
    ],
)
def test_a_vocabulary_that_is_wrong_says_where(tmp_path, name, text, reason):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=reason):
        smgd.Tokenizer.from_folder(tmp_path)


UNKNOWN = "<unk>"


def byte_fallback(strip):
    """As Llama 2 and Gemma have it: merged text, a token per byte, U+2581 for a space."""
    tokenizer = tokenizers.Tokenizer(
        models.BPE(unk_token=UNKNOWN, fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = MARKS if strip else normalizers.Replace(" ", "▁")
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))],
        show_progress=False,
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = data["added_tokens"][:3]
    tokenizer = tokenizers.Tokenizer.from_str(json.dumps(data))
    parts = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence([*parts, decoders.Strip(" ", 1, 0)] if strip else parts)
    added = (tokenizers.AddedToken(text, normalized=False) for text in ("▁▁", "<pad▁>"))
    tokenizer.add_tokens([*added])
    return tokenizer


def metaspace(scheme):
    """As T5 and its kin have it."""
    tokenizer = tokenizers.Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
    trainer = trainers.UnigramTrainer(
        vocab_size=300, special_tokens=["<unk>", "</s>"], unk_token=UNKNOWN, show_progress=False
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme=scheme)
    return tokenizer


def byte_level():
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=["<|im_end|>", "<｜tool▁sep｜>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens(["<think>"])
    return tokenizer


KINDS = {
    "byte-level": byte_level,
    "byte fallback": lambda: byte_fallback(strip=False),
    "byte fallback, space stripped": lambda: byte_fallback(strip=True),
    "metaspace": lambda: metaspace("always"),
    "metaspace, first": lambda: metaspace("first"),
    "metaspace, never": lambda: metaspace("never"),
}


@pytest.fixture(scope="module", params=KINDS)
def pair(request, tmp_path_factory):
    """Our tokenizer, and the one of transformers, of one file."""
    folder = tmp_path_factory.mktemp("kind")
    KINDS[request.param]().save(str(folder / "tokenizer.json"))
    theirs = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    return smgd.Tokenizer.from_folder(folder), theirs


@pytest.mark.parametrize("skip", [False, True])
def test_random_ids_decode_as_transformers_decodes_them_whole_and_one_by_one(pair, skip):
    ours, theirs = pair
    draw = random.Random(4)
    for _ in range(500):
        ids = draw.choices(range(ours.vocab_size + 3), k=draw.randrange(20))
        known = [number for number in ids if number < ours.vocab_size]
        expected = theirs.decode(
            known, skip_special_tokens=skip, clean_up_tokenization_spaces=False
        )
        assert ours.decode(ids, skip_special_tokens=skip) == expected, ids
        decoder = ours.decoder(skip_special_tokens=skip)
        assert "".join([*map(decoder.push, ids), decoder.finish()]) == expected, ids


@given(text=st.text(st.sampled_from([*" \n", *"abcThequick", *"é東🫠"]), max_size=20))
def test_a_text_encodes_as_transformers_encodes_it(pair, text):
    ours, theirs = pair
    ids = theirs.encode(text, add_special_tokens=False)
    assert ours.encode(text) == ids
    assert ours.decode(ids) == theirs.decode(ids, clean_up_tokenization_spaces=False)
