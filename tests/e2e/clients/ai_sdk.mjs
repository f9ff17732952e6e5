// The AI SDK with its provider for OpenAI, step by step; each step returns what its test looks at.
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

const requests = [];
const recording = async (url, options) => {
    requests.push(JSON.parse(options.body));
    return await fetch(url, options);
};
const openai = createOpenAI({ baseURL: process.env.SMGD_URL, apiKey: 'none', fetch: recording });
const model = openai.responses('m');
const tools = {
    get_weather: tool({
        description: 'The weather of a city.',
        inputSchema: z.object({ city: z.string() }),
        execute: async ({ city }) => `17 degrees in ${city}`,
    }),
};
const options = { model, maxRetries: 0, tools, stopWhen: stepCountIs(3) };

async function ask(stream, prompt) {
    if (!stream) return await generateText({ ...options, ...prompt });
    const result = streamText({ ...options, ...prompt });
    const parts = [];
    for await (const part of result.fullStream) {
        if (part.type === 'error') throw part.error;
        parts.push(part.type);
    }
    return {
        parts,
        text: await result.text,
        reasoningText: await result.reasoningText,
        finishReason: await result.finishReason,
        totalUsage: await result.totalUsage,
        steps: await result.steps,
        response: await result.response,
    };
}

async function says({ stream, prompt }) {
    const { text, reasoningText, finishReason, totalUsage } = await ask(stream, { prompt });
    return { text, reasoning: reasoningText ?? null, finishReason, usage: totalUsage };
}

async function looks_up({ stream, prompt }) {
    const { steps, text } = await ask(stream, { prompt });
    const calls = steps.flatMap((step) => step.toolCalls.map((call) => [call.toolName, call.input]));
    return { calls, text };
}

async function patches({ stream, prompt }) {
    const seen = [];
    const patch = openai.tools.customTool({ name: 'apply_patch', description: 'Apply a patch.' });
    patch.execute = async (input) => {
        seen.push(input);
        return 'Success. Updated made.txt';
    };
    const { text } = await ask(stream, { prompt, tools: { apply_patch: patch } });
    return { seen, text };
}

async function goes_on({ stream, prompt }) {
    const messages = [{ role: 'user', content: prompt }];
    const { response } = await ask(stream, { messages });
    messages.push(...response.messages, { role: 'user', content: 'And then?' });
    const { text } = await ask(stream, { messages });
    const sent = requests.at(-1).input.filter((item) => item.type === 'item_reference');
    return { text, references: sent.length };
}

async function fails({ stream, prompt }) {
    try {
        await ask(stream, { prompt });
    } catch (error) {
        return error.message ?? JSON.stringify(error);
    }
}

async function tries({ prompt }) {
    const idle = { get_weather: { ...tools.get_weather, execute: undefined } };
    const result = streamText({ model, maxRetries: 0, tools: idle, prompt, onError: () => {} });
    await result.consumeStream();
    const calls = (await result.toolCalls).map((call) => call.toolName);
    return { text: await result.text, reasoning: (await result.reasoningText) ?? '', calls };
}
