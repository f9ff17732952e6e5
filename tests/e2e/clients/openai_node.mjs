// openai-node, step by step; each step returns what its test looks at.
import OpenAI from 'openai';
import { zodResponsesFunction, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const client = new OpenAI({ baseURL: process.env.SMGD_URL, apiKey: 'none', maxRetries: 0 });
const model = 'm';
const weather = {
    type: 'function',
    name: 'get_weather',
    description: 'The weather of a city.',
    strict: false,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const collect = async (events) => {
    const seen = [];
    for await (const event of events) seen.push(event);
    return seen;
};

async function create({ input, ...more }) {
    return await client.responses.create({ model, input, ...more });
}

async function stream({ input, ...more }) {
    const stream = client.responses.stream({ model, input, ...more });
    const events = await collect(stream);
    return { events, final: await stream.finalResponse() };
}

async function looks_up({ stream }) {
    const input = [{ role: 'user', content: 'And the weather? [weather]' }];
    const ask = async () => {
        if (!stream) return await client.responses.create({ model, input, tools: [weather] });
        return await client.responses.stream({ model, input, tools: [weather] }).finalResponse();
    };
    const first = await ask();
    const call = first.output.find((item) => item.type === 'function_call');
    input.push(...first.output);
    input.push({ type: 'function_call_output', call_id: call.call_id, output: '17 degrees' });
    return { called: [call.name, JSON.parse(call.arguments)], text: (await ask()).output_text };
}

async function parses_arguments() {
    const tool = zodResponsesFunction({ name: 'get_weather', parameters: z.object({ city: z.string() }) });
    const input = 'And the weather? [weather]';
    const parsed = await client.responses.parse({ model, input, tools: [tool] });
    const streamed = await client.responses.stream({ model, input, tools: [tool] }).finalResponse();
    return [parsed, streamed].map((response) => response.output.at(-1).parsed_arguments);
}

async function parses_text() {
    const format = zodTextFormat(z.object({ city: z.string() }), 'place');
    try {
        await client.responses.parse({ model, input: 'Where?', text: { format } });
    } catch (error) {
        return { status: error.status, param: error.param, message: error.message };
    }
}

async function chain() {
    const first = await client.responses.create({ model, input: 'Hello.', stream: true });
    const id = (await collect(first)).at(-1).response.id;
    const next = await client.responses.create({ model, input: 'And then?', previous_response_id: id });
    const items = await collect(client.responses.inputItems.list(next.id, { order: 'asc' }));
    return { text: next.output_text, previous: next.previous_response_id === id, items };
}

async function retrieve() {
    const made = await client.responses.create({ model, input: 'Hello.' });
    const found = await client.responses.retrieve(made.id);
    await client.responses.delete(made.id);
    const gone = await client.responses.retrieve(made.id).catch((error) => error.status);
    return { made, found, gone };
}

async function resume() {
    const events = [];
    const whole = await client.responses.create({ model, input: 'Hello.', background: true, stream: true });
    for await (const event of whole) events.push(event);
    const id = events[0].response.id;
    const rest = await collect(await client.responses.retrieve(id, { stream: true, starting_after: 3 }));
    const helper = client.responses.stream({ response_id: id, starting_after: 3 });
    const helped = await collect(helper);
    return { events, rest, helped, final: await helper.finalResponse() };
}

async function polls() {
    let response = await client.responses.create({ model, input: 'Hello.', background: true });
    const first = response.status;
    while (['queued', 'in_progress'].includes(response.status)) {
        await new Promise((done) => setTimeout(done, 20));
        response = await client.responses.retrieve(response.id);
    }
    return { first, last: response.status, text: response.output_text };
}

async function cancels() {
    const made = await client.responses.create({ model, input: '[forever]', background: true });
    return { first: made.status, last: (await client.responses.cancel(made.id)).status };
}

async function converses() {
    const items = [{ role: 'user', content: 'Hello.' }];
    const conversation = await client.conversations.create({ items, metadata: { about: 'tests' } });
    const said = { model, conversation: conversation.id };
    await client.responses.create({ ...said, input: 'Say hello.' });
    const last = await client.responses.create({ ...said, input: 'And then?' });
    const all = await collect(client.conversations.items.list(conversation.id, { order: 'asc' }));
    return { text: last.output_text, conversation: last.conversation.id === conversation.id, items: all };
}

async function counts() {
    return (await client.responses.inputTokens.count({ model, input: 'Hello.' })).input_tokens;
}

async function compacts() {
    const compacted = await client.responses.compact({ model, input: [{ role: 'user', content: 'Hello.' }] });
    const input = [...compacted.output, { role: 'user', content: 'And then?' }];
    const { output_text: text } = await client.responses.create({ model, input });
    return { object: compacted.object, types: compacted.output.map((item) => item.type), text };
}

async function fails({ input }) {
    const told = { raw: null, helper: null };
    try {
        await collect(await client.responses.create({ model, input, stream: true }));
    } catch (error) {
        told.raw = error.message;
    }
    try {
        await client.responses.stream({ model, input }).finalResponse();
    } catch (error) {
        told.helper = error.message;
    }
    return told;
}
