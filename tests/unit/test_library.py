"""The names people write scripts against."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import smgd
from smgd import _core

DEMO = Path(_core.__file__).parent / "demo" / "model"
CALL = '<tool_call>\n{"name": "f", "arguments": {"a": 0.10}}\n</tool_call>'
REPLY = f"<think>\nHm.\n</think>\n\nLook:\n{CALL}"
SCHEMA = {"properties": {"n": {"type": "integer"}, "s": {"type": "string"}}}
TOOL = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}


def parsed(text, **options):
    """What a parser tells of a text pushed at once: (kind, fields) in order, and why it ended."""
    parser = smgd.ReplyParser(**options)
    events = parser.push(text) + parser.finish()
    return [told(event) for event in events], parser.finish_reason


def told(event):
    fields = ("index", "id", "name", "text", "valid")
    return (event.kind, *(value for f in fields if (value := getattr(event, f)) is not None))


def test_a_parser_tells_reasoning_content_and_calls_in_order():
    events, reason = parsed(
        REPLY, tool_format="hermes", reasoning_format="qwen3", tools=[TOOL], id_seed=7
    )
    call_id = events[2][2]
    assert events == [
        ("reasoning", "Hm."),
        ("content", "Look:"),
        ("tool_call_start", 0, call_id, "f"),
        ("tool_call_arguments", 0, '{"a": 0.10}'),
        ("tool_call_end", 0, True),
    ]
    assert reason == "tool_calls"
    assert call_id.startswith("call_")


def test_ids_come_from_the_seed_and_without_one_they_differ():
    def call_id(seed):
        return smgd.parse_reply(CALL, "hermes", id_seed=seed).tool_calls[0].id

    assert call_id(7) == call_id(7) != call_id(8)
    assert call_id(None) != call_id(None)
    assert call_id(2**64 - 1)


def test_tools_that_are_not_known_may_be_called_and_of_no_tools_none_can():
    assert len(smgd.parse_reply(CALL, "hermes").tool_calls) == 1
    assert len(smgd.parse_reply(CALL, "hermes", tools=[TOOL]).tool_calls) == 1
    assert smgd.parse_reply(CALL, "hermes", tools=[]).content == CALL
    assert smgd.parse_reply(CALL).content == CALL


def test_a_declaration_may_be_wrapped_or_not_and_its_schema_says_what_text_is():
    text = "".join(f"<parameter={key}>\n12\n</parameter>\n" for key in "ns")
    text = f"<function=f>\n{text}</function>"
    for tool in (TOOL, TOOL["function"]):
        (call,) = smgd.parse_reply(text, "qwen3_coder", tools=[tool]).tool_calls
        assert call.arguments == '{"n": 12, "s": "12"}'
    with pytest.raises(ValueError, match=r"tools\[1\]"):
        smgd.ReplyParser(tools=[TOOL, {"type": "function"}])


def test_a_prompt_that_opened_the_reasoning_is_where_the_reply_starts():
    for prompt, reasoning in (("<|im_start|>assistant\n<think>\n", "a"), ("", "")):
        reply = smgd.parse_reply("a\n</think>\n\nb", reasoning_format="qwen3", prompt=prompt)
        assert reply.reasoning == reasoning
        assert reply.content.endswith("b")


def test_a_family_of_channels_is_named_once_and_starts_where_the_prompt_left_it():
    text = "Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes"
    prompt = "<|start|>user<|message|>Hi<|end|><|start|>assistant"
    header = "<|channel|>analysis<|message|>"
    for prompt_end, reply in (("", header + text), (header, text)):
        for tools in (None, []):
            parsed = smgd.parse_reply(reply, "harmony", tools=tools, prompt=prompt + prompt_end)
            assert (parsed.reasoning, parsed.content) == ("Hm.", "Yes")


def test_an_unknown_format_is_a_value_error_with_the_choices():
    for call in (
        lambda: smgd.ReplyParser("nope"),
        lambda: smgd.parse_reply("", "nope"),
        lambda: smgd.parse_tool_call_complete("", "nope"),
    ):
        with pytest.raises(ValueError, match=r"hermes, .*mistral, .*got \"nope\""):
            call()
    for call in (
        lambda: smgd.ReplyParser(reasoning_format="nope"),
        lambda: smgd.parse_reasoning_complete("", "nope"),
    ):
        with pytest.raises(ValueError, match=r"deepseek_r1, .*qwen3, .*got \"nope\""):
            call()


def test_what_is_held_back_comes_with_the_end():
    parser = smgd.ReplyParser("hermes")
    assert [told(event) for event in parser.push("a <tool_c")] == [("content", "a ")]
    assert parser.finish_reason is None
    assert [told(event) for event in parser.finish("length")] == [("content", "<tool_c")]
    assert parser.finish_reason == "length"
    assert parser.finish() == []
    assert parser.finish_reason == "length"
    with pytest.raises(ValueError, match="finished"):
        parser.push("b")


def test_bytes_may_be_cut_within_a_character_and_what_is_no_text_is_replaced():
    parser = smgd.ReplyParser()
    pieces = [parser.push("é🫠".encode()[at : at + 1]) for at in range(6)] + [parser.finish()]
    assert [event.text for piece in pieces for event in piece] == ["é", "🫠"]
    assert smgd.parse_reply(b"a\xff\xf0\x9f").content == b"a\xff\xf0\x9f".decode(errors="replace")


@pytest.mark.parametrize("text", [None, 7, ["a"], bytearray(b"a")])
def test_only_str_and_bytes_are_text(text):
    with pytest.raises(TypeError, match="str or bytes"):
        smgd.ReplyParser().push(text)


def test_how_a_reply_can_end_is_told_when_it_is_none_of_them():
    with pytest.raises(ValueError, match='stop, tool_calls or length, got "eos"'):
        smgd.ReplyParser().finish("eos")


def test_events_compare_and_print_as_what_they_say():
    first, second = (smgd.ReplyParser("hermes", id_seed=1).push(CALL) for _ in range(2))
    assert first == second
    assert len({*first, *second}) == 3
    assert repr(first[1]) == "Event(kind='tool_call_arguments', index=0, text='{\"a\": 0.10}')"
    assert repr(first[2]) == "Event(kind='tool_call_end', index=0, valid=True)"
    with pytest.raises(AttributeError):
        first[0].kind = "content"


def test_a_whole_reply_is_the_parser_pushed_once():
    reply = smgd.parse_reply(REPLY, "hermes", "qwen3", id_seed=7)
    (call,) = reply.tool_calls
    assert (reply.content, reply.reasoning, reply.finish_reason) == ("Look:", "Hm.", "tool_calls")
    assert (call.name, call.arguments, call.valid) == ("f", '{"a": 0.10}', True)
    assert reply == smgd.parse_reply(REPLY.encode(), "hermes", "qwen3", id_seed=7)
    assert "name='f'" in repr(reply)


def test_a_reply_that_was_cut_keeps_what_came_and_never_asks_for_the_tool():
    reply = smgd.parse_reply(REPLY[:-20], "hermes", "qwen3", finish_reason="length")
    (call,) = reply.tool_calls
    assert reply.finish_reason == "length"
    assert not call.valid
    assert '{"a": 0.10}'.startswith(call.arguments)


def test_smgs_shapes_are_kept():
    assert smgd.parse_tool_call_complete("Look:\n" + CALL, "qwen", tools=[TOOL]) == {
        "tool_calls": [{"name": "f", "arguments": '{"a": 0.10}'}],
        "normal_text": "Look:",
    }
    assert smgd.parse_reasoning_complete("<think>a</think>b", "base") == {
        "normal_text": "b",
        "reasoning_text": "a",
    }


def test_every_format_is_listed_with_its_aliases_and_found_by_each():
    formats = smgd.formats()
    assert {format.kind for format in formats} == {"tool", "reasoning"}
    for format in formats:
        for name in (format.name, *format.aliases):
            smgd.ReplyParser(**{f"{format.kind}_format": name})
    (hermes,) = (format for format in formats if format.name == "hermes")
    assert "qwen25" in hermes.aliases
    assert repr(hermes) == "Format(name='hermes', kind='tool')"


def test_importing_smgd_loads_neither_the_core_nor_torch():
    loads = "import sys, smgd; sys.exit('smgd._core' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0
    used = "import sys, smgd; smgd.formats(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", used], check=False).returncode == 0
    assert set(smgd.__all__) <= set(dir(smgd))
    with pytest.raises(AttributeError, match="nothing"):
        _ = smgd.nothing


def test_many_threads_parse_as_one_does():
    text = (REPLY + " again ") * 2000
    expected = smgd.parse_reply(text, "hermes", "qwen3", id_seed=7)
    assert len(text) > 1 << 16

    def parse(size):
        parser = smgd.ReplyParser("hermes", "qwen3", id_seed=7)
        pieces = (text[at : at + size] for at in range(0, len(text), size))
        events = [event for piece in pieces for event in parser.push(piece)] + parser.finish()
        calls = [event for event in events if event.kind == "tool_call_start"]
        content = "".join(event.text for event in events if event.kind == "content")
        return [call.id for call in calls], content, parser.finish_reason

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(parse, [100, 4096, 20_000, len(text)] * 4))
    ids = [call.id for call in expected.tool_calls]
    assert results == [(ids, expected.content, expected.finish_reason)] * 16


def test_threads_may_share_a_parser_and_no_push_is_cut():
    parser = smgd.ReplyParser()
    pieces = ["x" * 100, "y" * 40_000] * 50
    with ThreadPoolExecutor(8) as pool:
        events = [event for told in pool.map(parser.push, pieces) for event in told]
    assert sorted(event.text for event in events) == sorted(pieces)


def test_threads_may_share_a_template_a_tokenizer_and_a_decoder():
    template = smgd.ChatTemplate("{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}")
    tokenizer = smgd.Tokenizer.from_folder(DEMO)
    decoder = smgd.Decoder(tokenizer)

    def walk(number):
        content = f"naïve {number} 🚀 " * 200
        text = template.render([{"role": "user", "content": content}])
        return text, tokenizer.decode(tokenizer.encode(text)), decoder.push(tokenizer.encode("é"))

    with ThreadPoolExecutor(8) as pool:
        for text, decoded, pushed in pool.map(walk, range(200)):
            assert decoded == text
            assert pushed == "é"
    assert decoder.finish() == ""


def test_a_template_renders_what_it_is_given():
    source = (
        "{{ bos }}{{ eos is defined }}{% for m in messages %}[{{ m.role }}]{{ m.content }}"
        "{% endfor %}{{ tools | tojson }}{{ documents }}{{ x }}"
        "{% if add_generation_prompt %}>{% endif %}"
    )
    tools = [{"n": 10**30, "x": 1e-7}]
    rendered = smgd.ChatTemplate(source, bos="<s>", eos=None).render(
        [{"role": "user", "content": "é"}],
        tools=tools,
        documents=["d"],
        add_generation_prompt=True,
        x=[True, None],
    )
    assert rendered == f"<s>False[user]é{json.dumps(tools)}['d'][True, None]>"


def test_a_template_that_refuses_says_so_in_its_own_words():
    template = smgd.ChatTemplate("{{ raise_exception('roles must alternate') }}")
    with pytest.raises(ValueError, match=r"^roles must alternate$"):
        template.render([])
    with pytest.raises(ValueError, match="chat_template:1"):
        smgd.ChatTemplate("{% if %}")


def test_a_message_is_continued_and_the_time_is_the_one_given():
    template = smgd.ChatTemplate("[{{ messages[-1].content }}]")
    assert template.render([{"content": "Sure, "}], continue_final_message=True) == "[Sure, "
    clock = smgd.ChatTemplate("{{ strftime_now('%Y-%m-%d %H:%M') }}")
    east = timezone(timedelta(hours=2))
    for now in (
        1_768_435_200,
        1_768_435_200.9,
        datetime(2026, 1, 15, tzinfo=UTC),
        datetime(2026, 1, 15),  # noqa: DTZ001 - one without a zone is taken as UTC
        datetime(2026, 1, 15, 2, tzinfo=east),
    ):
        assert clock.render([], now=now) == "2026-01-15 00:00"
    assert clock.render([]) > "2026"
    with pytest.raises(ValueError, match="now"):
        clock.render([], now=-1)


def test_what_json_cannot_say_is_refused():
    template = smgd.ChatTemplate("{{ messages }}")
    endless: list[object] = []
    endless.append(endless)
    for messages, error in (
        ([{"content": object()}], TypeError),
        ([{1: "a"}], TypeError),
        ("text", TypeError),
        ([float("nan")], ValueError),
        (endless, ValueError),
    ):
        with pytest.raises(error):
            template.render(messages)


def test_a_tokenizer_gives_ids_and_takes_them_back():
    tokenizer = smgd.Tokenizer.from_folder(DEMO)
    text = "naïve 🫠<|im_end|>"
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert tokenizer.decode(ids, skip_special_tokens=True) == "naïve 🫠"
    assert b"".join(map(tokenizer.token_bytes, ids)) == text.encode()
    assert max(ids) < tokenizer.vocab_size
    for decoder in (tokenizer.decoder(), smgd.Decoder(tokenizer)):
        assert "".join([*map(decoder.push, ids), decoder.finish()]) == text
    with pytest.raises(ValueError, match=r"tokenizer\.json"):
        smgd.Tokenizer.from_folder("/nowhere")
