import { expect, test } from "vitest";
import { continuation } from "../../../src/documents/conversations/conversation.js";
import { readConversations } from "../../../src/documents/conversations/conversation-formats.js";
import { BadInput } from "../../../src/sources/source.js";

const read = (record: Record<string, unknown>) =>
	readConversations(record, null);
const messagesOf = (record: Record<string, unknown>) =>
	(read(record)[0] as { messages: unknown }).messages;

const hello = { role: "user", content: "Hello" };
const hi = { role: "assistant", content: "Hi" };

test("One conversation is read from every form it is written in", () => {
	const same = [
		{ messages: [hello, hi] },
		{
			conversations: [
				{ from: "human", value: "Hello" },
				{ from: "gpt", value: "Hi" },
			],
		},
		{ conversations: [hello, hi] },
		{ instruction: "Hello", output: "Hi" },
		{ prompt: [hello], completion: [hi] },
		{ prompt: [hello], chosen: [hi], rejected: [hello] },
		{ chosen: [hello, hi], rejected: [hello, hi] },
	];
	for (const record of same) expect(messagesOf(record)).toEqual([hello, hi]);
});

test("Alpaca has inputs, a system message and a history", () => {
	expect(
		messagesOf({
			system: "S",
			history: [["q", "a"]],
			instruction: "I",
			input: "in",
			output: "out",
		}),
	).toEqual([
		{ role: "system", content: "S" },
		{ role: "user", content: "q" },
		{ role: "assistant", content: "a" },
		{ role: "user", content: "I\nin" },
		{ role: "assistant", content: "out" },
	]);
});

test("ShareGPT has calls of tools, and tools as JSON in a text", () => {
	const [example] = read({
		tools: '[{"name": "f"}]',
		conversations: [
			{ from: "human", value: "Hello" },
			{
				from: "function_call",
				value: '{"name": "f", "arguments": "{\\"x\\": 1}"}',
			},
			{ from: "observation", value: "2" },
			{ from: "gpt", value: "Hi", weight: 0 },
		],
	});
	expect(example).toMatchObject({
		tools: [{ name: "f" }],
		messages: [
			hello,
			{
				role: "assistant",
				tool_calls: [{ function: { name: "f", arguments: { x: 1 } } }],
			},
			{ role: "tool", content: "2" },
			{ ...hi, weight: 0 },
		],
	});
});

test("Pairs of texts share what they begin with", () => {
	expect(read({ chosen: "Say A now", rejected: "Say B now" })).toEqual([
		continuation("Say", " A now"),
		continuation("Say", " B now"),
	]);
});

test("Pairs of conversations share their prompt", () => {
	const [chosen, rejected] = read({
		chosen: [hello, hi],
		rejected: [hello, { role: "assistant", content: "Ho" }],
	});
	expect([chosen, rejected]).toMatchObject([
		{ promptMessages: 1 },
		{ promptMessages: 1 },
	]);
});

test.each([
	["no-conversation", { text: "Hello" }, "messages"],
	["no-messages", { messages: [] }, "empty"],
	["no-messages", { messages: "Hello" }, "no list"],
	["bad-message", { messages: ["Hello"] }, "message 1"],
	["bad-message", { messages: [hello, hi], tools: "[{" }, "no JSON"],
	["bad-message", { prompt: "Hello", completion: [hi] }, "two texts"],
	[
		"unknown-role",
		{ messages: [hello, { role: "asistant", content: "" }] },
		"message 2",
	],
	["unknown-role", { messages: [{ content: "Hello" }] }, "message 1"],
	["no-content", { messages: [{ role: "user", content: null }] }, "null"],
	["no-content", { messages: [hello, { role: "assistant" }] }, "message 2"],
	["no-content", { instruction: 1, output: "" }, "instruction"],
	[
		"not-text",
		{ messages: [{ role: "user", content: [{ type: "image_url" }] }] },
		"image_url",
	],
])("%s is refused: %j", (reason, record, told) => {
	try {
		read(record);
	} catch (error) {
		expect(error).toBeInstanceOf(BadInput);
		expect((error as BadInput).reason).toBe(reason);
		expect((error as BadInput).message).toContain(told);
		return;
	}
	expect.unreachable();
});
