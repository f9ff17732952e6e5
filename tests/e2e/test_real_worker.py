"""The real worker behind the real daemon: a stream is its whole, company changes nothing."""

import asyncio
import json
import random
import threading
import time

import httpx
import pytest

CHAT = "/v1/chat/completions"
CONTEXT = 4096
WORDS = [
    "count",
    "the",
    "of",
    "naïve",
    "🫠",
    "seven",
    "12",
    "3",
    "zebra,",
    "{}",
    "<think>",
    "booking",
]


@pytest.fixture(scope="module")
def daemon(model_folder, serve_long):
    words = ["--dtype", "float32", "--device", "cpu", "--max-model-len", str(CONTEXT)]
    return serve_long(str(model_folder), *words).ready()


def prompts(count, seed=1, longest=120):
    """Made-up questions of many lengths."""
    draw = random.Random(seed)
    for number in range(count):
        words = draw.choices(WORDS, k=draw.randint(1, longest))
        kind = number % 4
        lead = ["Repeat: ", "Count to 7. ", "What is 17 + 25? ", "Hello! "][kind]
        yield lead + " ".join(words[: (number * 7) % longest])


def body(text, number, **more):
    sampling = {"temperature": 0} if number % 2 else {"temperature": 0.9, "seed": number}
    return {"messages": [{"role": "user", "content": text}], "max_tokens": 24, **sampling, **more}


async def whole(client, asked):
    reply = await client.post(CHAT, json=asked)
    assert reply.status_code == 200, reply.text
    choice = reply.json()["choices"][0]
    message = choice["message"]
    calls = [call["function"] for call in message.get("tool_calls") or []]
    texts = (message.get("content") or "", message.get("reasoning_content") or "")
    return *texts, calls, choice["finish_reason"], reply.json()["usage"]


async def streamed(client, asked):
    texts, calls, reason, usage = {"content": "", "reasoning_content": ""}, {}, None, None
    asked = {**asked, "stream": True, "stream_options": {"include_usage": True}}
    async with client.stream("POST", CHAT, json=asked) as reply:
        async for line in reply.aiter_lines():
            if not line or line == "data: [DONE]":
                continue
            chunk = json.loads(line.removeprefix("data: "))
            usage = chunk.get("usage") or usage
            for choice in chunk["choices"]:
                reason = choice["finish_reason"] or reason
                for key in texts:
                    texts[key] += choice["delta"].get(key) or ""
                for part in choice["delta"].get("tool_calls") or []:
                    function = calls.setdefault(part["index"], {"name": "", "arguments": ""})
                    for key, value in part["function"].items():
                        function[key] += value
    return *texts.values(), list(calls.values()), reason, usage


def together(daemon, asks):
    """Run coroutines over one client, all at once."""

    async def main():
        limits = httpx.Limits(max_connections=100)
        options = {"base_url": daemon.url, "timeout": 300, "limits": limits}
        async with httpx.AsyncClient(**options) as client:
            return await asyncio.gather(*(ask(client) for ask in asks))

    return asyncio.run(main())


def test_a_stream_folds_to_the_whole_for_200_prompts(daemon):
    asked = [body(text, number) for number, text in enumerate(prompts(200))]

    def pair(one):
        async def both(client):
            return await asyncio.gather(whole(client, one), streamed(client, one))

        return both

    for start in range(0, 200, 25):
        for one, (left, right) in zip(
            asked[start : start + 25],
            together(daemon, map(pair, asked[start : start + 25])),
            strict=True,
        ):
            assert left == right, one


def test_32_clients_at_once_get_what_each_gets_alone(daemon):
    texts = [*prompts(28, seed=5), "x", "ab " * 700, "hi", "word " * 500]
    asked = [body(text, number) for number, text in enumerate(texts)]

    def late(one, delay_s):
        async def ask(client):
            await asyncio.sleep(delay_s)
            return await streamed(client, one)

        return ask

    alone = [together(daemon, [late(one, 0)])[0] for one in asked]
    draw = random.Random(3)
    for _ in range(2):
        delays = [draw.random() * 0.4 for _ in asked]
        company = together(
            daemon, [late(one, delay) for one, delay in zip(asked, delays, strict=True)]
        )
        assert company == alone


def test_choice_0_of_two_is_the_only_choice_of_one(daemon):
    asked = body("Say something.", 2, n=2)
    with daemon.client() as client:
        two = client.post(CHAT, json=asked).json()["choices"]
        one = client.post(CHAT, json={**asked, "n": 1}).json()["choices"]
    assert two[0] == one[0]


def test_a_client_that_leaves_frees_its_pages(daemon):
    asked = body("Count.", 1, stream=True, ignore_eos=True) | {"max_tokens": 3000}
    with daemon.client() as client, client.stream("POST", CHAT, json=asked) as reply:
        lines = reply.iter_lines()
        next(lines)
        daemon.eventually("smgd_sequences_running", 1)
        assert daemon.metric("smgd_kv_pages_used") > 0
    daemon.eventually("smgd_kv_pages_used", 0, timeout_s=2)


def test_a_client_that_waits_for_the_whole_and_leaves_frees_its_pages(daemon):
    asked = body("Count.", 1, ignore_eos=True) | {"max_tokens": 3000}

    def impatient():
        with daemon.client() as client, pytest.raises(httpx.ReadTimeout):
            client.post(CHAT, json=asked, timeout=0.5)

    asker = threading.Thread(target=impatient)
    asker.start()
    daemon.eventually("smgd_sequences_running", 1)
    asker.join()
    daemon.eventually("smgd_kv_pages_used", 0, timeout_s=2)


def test_a_killed_worker_changes_nothing_that_clients_see(model_folder, serve):
    words = ["--dtype", "float32", "--device", "cpu", "--max-model-len", str(CONTEXT)]
    daemon = serve(str(model_folder), *words).ready()
    texts = list(prompts(6, seed=9, longest=40))
    asked = [body(t, n, ignore_eos=True) | {"max_tokens": 150} for n, t in enumerate(texts)]
    undisturbed = together(daemon, [lambda c, one=one: streamed(c, one) for one in asked])

    def kill():
        time.sleep(0.4)
        daemon.tell_worker()

    killer = threading.Thread(target=kill)
    killer.start()
    assert together(daemon, [lambda c, one=one: streamed(c, one) for one in asked]) == undisturbed
    killer.join()


def test_the_first_token_comes_within_four_seconds_of_the_start(model_folder, serve):
    # The best of three: a machine that is busy with something else says nothing about the daemon.
    assert min(first_token_s(serve(str(model_folder))) for _ in range(3)) < 4


def first_token_s(daemon):
    asked = {"messages": [{"role": "user", "content": "Hello!"}], "stream": True, "max_tokens": 5}
    with daemon.client() as client, client.stream("POST", CHAT, json=asked) as reply:
        chunks = (line for line in reply.iter_lines() if line)
        next(chunks)
        assert "content" in next(chunks)
    took_s = time.monotonic() - daemon.started_at
    daemon.stop()
    return took_s
