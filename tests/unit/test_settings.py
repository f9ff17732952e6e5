"""Settings: where a value may come from, which one wins, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smgd import kinds, settings
from smgd.errors import WrongCommandLine
from smgd.sources import parse


def refused(arguments=(), environment=None) -> str:
    with pytest.raises(WrongCommandLine) as caught:
        parse(list(arguments), environment or {})
    return str(caught.value)


def test_nothing_given_is_all_defaults():
    told = parse([], {})
    assert (told.host, told.port, told.model) == ("127.0.0.1", 8000, None)
    assert told.summary() == "all defaults"


def test_a_flag_wins_over_a_variable_over_the_file_over_the_default(tmp_path):
    file = tmp_path / "smgd.yaml"
    file.write_text("port: 1\nmax-num-seqs: 2\nseed: 3\n")
    environment = {"SMGD_PORT": "10", "SMGD_MAX_NUM_SEQS": "20"}
    told = parse(["--config", str(file), "--port", "100"], environment)
    assert (told.port, told.max_num_seqs, told.seed, told.host) == (100, 20, 3, "127.0.0.1")
    assert told.origins["port"] == "--port"
    assert told.origins["max_num_seqs"] == "SMGD_MAX_NUM_SEQS"
    assert told.origins["seed"] == str(file)
    assert "port=100 (--port)" in told.summary()
    assert "host" not in told.summary()


def test_the_config_file_may_be_named_by_a_variable(tmp_path):
    file = tmp_path / "smgd.yaml"
    file.write_text("served_model_name: [a, b]\ninsecure: true\n")
    told = parse([], {"SMGD_CONFIG": str(file)})
    assert told.served_model_name == ("a", "b")
    assert told.insecure is True


def test_the_model_is_the_first_word_or_a_flag_but_not_two():
    assert parse(["org/name"], {}).model == "org/name"
    assert parse(["--model", "org/name"], {}).model == "org/name"
    assert parse(["same", "--model", "same"], {}).model == "same"
    assert "named twice" in refused(["one", "--model", "other"])


def test_several_values_come_as_words_or_with_commas():
    assert parse(["--api-key", "a", "b"], {}).api_key == ("a", "b")
    assert parse([], {"SMGD_API_KEY": "a, b"}).api_key == ("a", "b")


def test_values_of_a_flag_said_twice_add_up():
    assert parse(["--api-key", "a", "--api-key", "b", "c"], {}).api_key == ("a", "b", "c")
    assert parse(["--port", "1", "--port", "2"], {}).port == 2


def test_keys_are_never_shown():
    told = parse(["--api-key", "sk-hidden", "--port", "1"], {})
    assert "sk-hidden" not in told.summary()
    assert "api_key=(1 given)" in told.summary()


def test_a_secret_and_a_database_with_its_password_are_never_shown():
    words = ["--secret", "a secret of the house", "--store-url", "postgresql://me:pass@host/db"]
    told = parse(words, {})
    assert told.summary() == "store_url=(given) (--store-url)  secret=(given) (--secret)"


def test_what_is_wrong_with_a_secret_is_said_without_it():
    sentence = refused(["--secret", "too-short"])
    assert sentence.startswith("--secret must be at least 16 characters")
    assert "too-short" not in sentence
    sentence = refused(environment={"SMGD_STORE_URL": "mysql://me:pass@host/db"})
    assert sentence.startswith("SMGD_STORE_URL must be a URL such as postgresql://")
    assert "pass" not in sentence


def test_a_parser_is_named_as_any_server_names_it():
    told = parse(["--tool-call-parser", "qwen25"], {"SMGD_REASONING_PARSER": "deepseek-r1"})
    assert (told.tool_call_parser, told.reasoning_parser) == ("qwen25", "deepseek-r1")
    assert (parse([], {}).tool_call_parser, parse([], {}).reasoning_parser) == ("auto", "auto")


@pytest.mark.parametrize("flag", ["--tool-call-parser", "--reasoning-parser"])
def test_an_unknown_parser_is_told_the_ones_there_are(flag):
    sentence = refused([flag, "hermez"])
    assert sentence.startswith(f"{flag} must be one of auto, none, ")
    assert "mistral" in sentence
    assert sentence.splitlines()[0].endswith(", got hermez")


@pytest.mark.parametrize(
    ("word", "tokens"),
    [("4096", 4096), ("32k", 32_000), ("32K", 32_768), ("1m", 1_000_000), ("1.5k", 1500)],
)
def test_lengths_take_vllms_suffixes(word, tokens):
    assert parse(["--max-model-len", word], {}).max_model_len == tokens


@pytest.mark.parametrize(
    ("word", "num_bytes"),
    [("4GiB", 4 << 30), ("500MB", 500_000_000), ("1024", 1024), ("2G", 2 << 30)],
)
def test_sizes_take_units(word, num_bytes):
    assert parse(["--kv-cache-memory-bytes", word], {}).kv_cache_memory_bytes == num_bytes


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "65536"], "--port must be a whole number from 0 to 65535, got 65536"),
        (["--port", "eight"], "--port must be a whole number from 0 to 65535, got eight"),
        (
            ["--dtype", "int4"],
            "--dtype must be one of auto, float32, float16 or bfloat16, got int4",
        ),
        (["--device", "tpu"], "--device must be auto, cpu, cuda or cuda:N, got tpu"),
        (["--max-model-len", "0"], "--max-model-len must be a whole number from 1"),
        (["--gpu-memory-utilization", "nan"], "--gpu-memory-utilization must be a number above 0"),
        (["--gpu-memory-utilization", "0"], "--gpu-memory-utilization must be a number above 0"),
        (["--drain-timeout-s", "-1"], "--drain-timeout-s must be a number from 0"),
        (["--reasoning-events", "raw"], "--reasoning-events must be one of summary, text or"),
        (["--store-max-responses", "0"], "--store-max-responses must be a whole number from 1"),
        (["--store-max-age-days", "0"], "--store-max-age-days must be a number above 0"),
        (["--heartbeat-s", "-1"], "--heartbeat-s must be a number from 0"),
        (["--unheard-of"], "unrecognized arguments: --unheard-of"),
        (["--por", "1"], "unrecognized arguments: --por"),
        (["--port"], "expected 1 argument"),
        (["--revision", "main"], "--revision needs a hub model"),
        (["--trust-remote-code"], "never runs code that comes with a checkpoint"),
    ],
)
def test_a_wrong_flag_is_refused_in_a_sentence(arguments, sentence):
    assert sentence in refused(arguments)


def test_a_wrong_variable_is_named_as_such():
    assert "SMGD_PORT must be a whole number" in refused(environment={"SMGD_PORT": "x"})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prot: 1", 'no setting "prot"'),
        ("config: other.yaml", 'no setting "config"'),
        ("port: [1, 2]", "must be one value, got 2"),
        ("port: {a: 1}", "must be a whole number"),
        ("- port", "must hold settings as key: value"),
        ("port: 'a", "could not read the config file"),
    ],
)
def test_a_wrong_config_file_is_refused(tmp_path, text, sentence):
    file = tmp_path / "smgd.yaml"
    file.write_text(text)
    assert sentence in refused(["--config", str(file)])


def test_a_missing_config_file_is_refused():
    assert "could not read the config file" in refused(["--config", "/nowhere.yaml"])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org"])  # noqa: S104
def test_listening_wider_needs_a_key_or_a_word(host):
    assert "--insecure" in refused(["--host", host])
    assert parse(["--host", host, "--insecure"], {}).insecure
    assert parse(["--host", host, "--api-key", "k"], {}).api_key


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_listening_on_this_machine_needs_neither(host):
    assert parse(["--host", host], {}).host == host


@given(st.text(max_size=20))
def test_any_word_is_read_or_refused(word):
    for row in settings.table():
        try:
            row.kind.read(word)
        except kinds.WrongValue:
            continue


def test_misspelled_variables_are_found():
    assert settings.unknown_variables({"SMGD_PROT": "1", "SMGD_PORT": "1"}) == ["SMGD_PROT"]
