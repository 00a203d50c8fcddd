import { describe, expect, test } from "vitest";
import { type Chat, ConversationReader } from "../../src/documents/chat.js";
import { conversationFields } from "../../src/documents/conversations/conversation-formats.js";
import { JsonText } from "../../src/sources/records/fields.js";

const TEMPLATE = `{{ bos_token }}{% if tools %}{{ tools | tojson }}
{% endif %}{% for m in messages %}{{ m.role }}: {{ m.content }}<end>
{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}`;

const chat: Chat = {
	templates: { default: TEMPLATE },
	specialTokens: { bos_token: "<s>" },
	asked: null,
	name: "tokenizer.json",
	special: ["<end>", "<s>", "</s>"],
	date: null,
	values: {},
	bos: null,
	eos: "</s>",
};

const read = (
	record: Record<string, unknown>,
	loss: string | null = "assistant",
) =>
	new ConversationReader({ format: "auto", loss }, chat).read(
		conversationFields.map((name) => record[name]),
	);

function trainedOf({ text, spans }: { text: string; spans: Int32Array }) {
	const parts: string[] = [];
	for (let i = 0; i < spans.length; i += 2)
		parts.push(text.slice(spans[i], spans[i + 1]));
	return parts;
}

const question = { role: "user", content: "Hi" };

describe("a conversation as JSON", () => {
	const messages = (fields: string) =>
		new JsonText(
			`[{"role":"user","content":"Hi"},{"role":"assistant","content":"A"${fields}},{"role":"user","content":"Hi"},{"role":"assistant","content":"B"}]`,
		);

	test("has its numbers as Python writes them", () => {
		const tools = new JsonText(
			'[{"minimum":1.0,"most":12345678901234567890,"step":0.5,"n":2}]',
		);
		const { text } = read({ messages: messages(""), tools });
		expect(text.split("\n")[0]).toBe(
			'<s>[{"minimum": 1.0, "most": 12345678901234567890, "step": 0.5, "n": 2}]',
		);
	});

	test.each([
		["0.0", ["B<end>"]],
		["1.0", ["A<end>", "B<end>"]],
		["0", ["B<end>"]],
		["true", ["A<end>", "B<end>"]],
		["null", ["B<end>"]],
	])("is trained on where a field is %s", (value, due) => {
		const record = { messages: messages(`,"weight":${value}`) };
		expect(trainedOf(read(record, "weight"))).toEqual(due);
	});
});

describe("a prompt and a completion that are texts", () => {
	test("are joined, and end with EOS, once", () => {
		for (const completion of [" B", " B</s>"]) {
			const rendered = read({ prompt: "A", completion });
			expect(rendered.text).toBe("A B</s>");
			expect(trainedOf(rendered)).toEqual([" B</s>"]);
		}
	});

	test("begin with BOS where it is asked for", () => {
		const reader = new ConversationReader(
			{ format: "prompt", loss: "all" },
			{ ...chat, bos: "<s>" },
		);
		const rendered = reader.read(
			conversationFields.map(
				(name) => ({ prompt: "A", completion: "B" })[name],
			),
		);
		expect(rendered.text).toBe("<s>AB</s>");
		expect(trainedOf(rendered)).toEqual(["AB</s>"]);
	});
});

describe("a pair of answers", () => {
	const chosen = [question, { role: "assistant", content: "A" }];
	const rejected = [question, { role: "assistant", content: "B\ud83d" }];

	test("is a text of two sides, of which what they compare is trained on", () => {
		const { text, spans, sides, turns, answers } = read(
			{ chosen, rejected },
			null,
		);
		const [border] = sides;
		expect([text.slice(0, border), text.slice(border)]).toEqual([
			read({ messages: chosen }).text,
			read({ messages: rejected }).text.toWellFormed(),
		]);
		expect(trainedOf({ text, spans })).toEqual(["A<end>", "B\ufffd<end>"]);
		expect([sides.length, turns.length, answers]).toEqual([1, 0, 2]);
	});

	test("that are texts have BOS and EOS on either side", () => {
		const rendered = new ConversationReader(
			{ format: "preference", loss: null },
			{ ...chat, bos: "<s>" },
		).read(
			conversationFields.map(
				(name) =>
					({ prompt: "Say", chosen: " yes", rejected: " no" })[name] as unknown,
			),
		);
		expect(rendered.text).toBe("<s>Say yes</s><s>Say no</s>");
		expect(trainedOf(rendered)).toEqual([" yes</s>", " no</s>"]);
	});

	test("of which one cannot be used is refused", () => {
		expect(() => read({ chosen, rejected: [{ role: "narrator" }] })).toThrow(
			/narrator/,
		);
	});
});
