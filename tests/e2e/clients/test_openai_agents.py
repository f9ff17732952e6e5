"""openai-agents, as it is published: turns that run tools, with each of its ways to remember."""

import asyncio

import openai
import pytest
from scripted import ANSWER, HELLO, REMEMBERED

agents = pytest.importorskip("agents", reason="openai-agents is not installed")

WEATHER = "And the weather? [weather]"
both_ways = pytest.mark.parametrize("stream", [False, True])


@agents.function_tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"17 degrees in {city}"


def agent_of(daemon, **settings):
    client = openai.AsyncOpenAI(base_url=f"{daemon.url}/v1", api_key="none", max_retries=0)
    return agents.Agent(
        name="forecaster",
        instructions="Say the weather.",
        model=agents.OpenAIResponsesModel(model="m", openai_client=client),
        model_settings=agents.ModelSettings(**settings),
        tools=[get_weather],
    )


@pytest.fixture(autouse=True)
def no_tracing():
    agents.set_tracing_disabled(True)


async def run(agent, input, stream, **more):
    if not stream:
        return await agents.Runner.run(agent, input, **more)
    result = agents.Runner.run_streamed(agent, input, **more)
    async for _ in result.stream_events():
        pass
    return result


@both_ways
def test_a_reply(daemon, stream):
    result = asyncio.run(run(agent_of(daemon), "Hello.", stream))
    assert result.final_output == HELLO


@both_ways
def test_a_tool_is_run_and_its_history_replayed(daemon, stream):
    async def turns():
        agent = agent_of(daemon)
        first = await run(agent, WEATHER, stream)
        items = [*first.to_input_list(), {"role": "user", "content": "And then?"}]
        return first, await run(agent, items, stream)

    first, second = asyncio.run(turns())
    assert first.final_output == ANSWER
    assert second.final_output == "Then nothing."


@both_ways
def test_reasoning_is_replayed_without_the_store(daemon, stream):
    async def turns():
        include = ["reasoning.encrypted_content"]
        agent = agent_of(daemon, store=False, response_include=include)
        first = await run(agent, "Well? [think and look]", stream)
        items = [*first.to_input_list(), {"role": "user", "content": "And then?"}]
        return first, await run(agent, items, stream)

    first, second = asyncio.run(turns())
    assert first.final_output == REMEMBERED
    sealed = [item for item in first.to_input_list() if item.get("type") == "reasoning"]
    assert sealed[0]["encrypted_content"]
    assert second.final_output == "Then nothing."


@both_ways
def test_a_chain_sends_new_items_alone(daemon, stream):
    async def turns():
        agent = agent_of(daemon)
        first = await run(agent, WEATHER, stream, auto_previous_response_id=True)
        more = {"previous_response_id": first.last_response_id}
        return first, await run(agent, "And then?", stream, **more)

    first, second = asyncio.run(turns())
    assert first.final_output == ANSWER
    assert second.final_output == "Then nothing."


@both_ways
def test_a_conversation_remembers(daemon, stream):
    async def turns():
        agent = agent_of(daemon)
        made = await agent.model._client.conversations.create()
        first = await run(agent, WEATHER, stream, conversation_id=made.id)
        return first, await run(agent, "And then?", stream, conversation_id=made.id)

    first, second = asyncio.run(turns())
    assert first.final_output == ANSWER
    assert second.final_output == "Then nothing."


def test_a_failure_is_told_in_the_servers_words(mortal):
    with pytest.raises((agents.AgentsException, openai.APIError), match="worker"):
        asyncio.run(run(agent_of(mortal), "Hello. [poison]", stream=True))
