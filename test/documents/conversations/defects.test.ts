import { describe, expect, test } from "vitest";
import { BadInput } from "../../../src/sources/source.js";
import { openTemplate, render, templateOf, textsOf } from "./recorded.js";

const user = (content: string) => ({ role: "user", content });
const answer = (content: string, rest = {}) => ({
	role: "assistant",
	content,
	...rest,
});
const system = (content: string) => ({ role: "system", content });

const chatml = (assistant: string) =>
	templateOf(
		`{% for m in messages %}{% if m.role == 'assistant' %}${assistant}{% else %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}`,
	);
const plain = "<|im_start|>assistant\n{{ m.content }}<|im_end|>\n";

function reasonOf(run: () => unknown): [string, string] {
	try {
		run();
	} catch (error) {
		if (error instanceof BadInput) return [error.reason, error.message];
		throw error;
	}
	throw new Error("nothing was refused");
}

describe("What others train on in silence is refused", () => {
	const talk = [user("What is it?"), answer("It is a stone.")];

	test("a record without anything to train on", () => {
		const [reason] = reasonOf(() =>
			render(chatml(plain), { messages: [user("What is it?")] }),
		);
		expect(reason).toBe("nothing-to-train");
	});

	test("a mask that is all ones", () => {
		const marked = templateOf(
			"{% generation %}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}</s>{% endfor %}{% endgeneration %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
		);
		const [reason] = reasonOf(() => render(marked, { messages: talk }));
		expect(reason).toBe("masks-disagree");
	});

	test("marks that leave out the token that ends a turn", () => {
		const [reason, sentence] = reasonOf(() =>
			render(
				chatml(
					"<|im_start|>assistant\n{% generation %}{{ m.content }}{% endgeneration %}<|im_end|>\n",
				),
				{ messages: talk },
			),
		);
		expect(reason).toBe("masks-disagree");
		expect(sentence).toContain("message 2");
	});

	test("marks around the words of a user", () => {
		const marked = templateOf(
			"{% for m in messages %}<|{{ m.role }}|>{% generation %}{{ m.content }}</s>{% endgeneration %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
		);
		const [reason] = reasonOf(() => render(marked, { messages: talk }));
		expect(reason).toBe("masks-disagree");
	});

	test("a template that leaves out a role", () => {
		const [reason, sentence] = reasonOf(() =>
			render(
				templateOf(
					"{% for m in messages %}{% if m.role != 'system' %}<|{{ m.role }}|>{{ m.content }}</s>{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
				),
				{ messages: [system("Be brief."), ...talk] },
			),
		);
		expect(reason).toBe("message-dropped");
		expect(sentence).toContain("message 1, of the role system");
	});

	test("the system message that Mistral's template writes only before a last question", () => {
		const [reason] = reasonOf(() =>
			render(openTemplate("mistral").template, {
				messages: [system("Be brief."), ...talk],
			}),
		);
		expect(reason).toBe("message-dropped");
	});

	test("the second of two calls, which the template of gpt-oss leaves out", () => {
		const call = (name: string) => ({ function: { name, arguments: {} } });
		const [reason, sentence] = reasonOf(() =>
			render(openTemplate("gptoss").template, {
				messages: [
					user("What is it?"),
					{ role: "assistant", tool_calls: [call("look"), call("touch")] },
				],
			}),
		);
		expect(reason).toBe("message-dropped");
		expect(sentence).toContain("touch");
	});

	test("arguments that the template of Llama 3.1 would quote twice", () => {
		const [reason] = reasonOf(() =>
			render(openTemplate("llama3_1").template, {
				messages: [
					user("What is it?"),
					{
						role: "assistant",
						tool_calls: [
							{ function: { name: "look", arguments: '{"at": 1}' } },
						],
					},
				],
			}),
		);
		expect(reason).toBe("arguments-quoted");
	});

	test("a template that fails, with its own message", () => {
		const [reason, sentence] = reasonOf(() =>
			render(
				templateOf(
					"{{ raise_exception('Roles must take turns, ' ~ messages[0].role) }}",
				),
				{ messages: talk },
			),
		);
		expect(reason).toBe("template-failed");
		expect(sentence).toContain("Roles must take turns, user");
	});

	test("a template that writes the day it is, unless a day is given", () => {
		const [reason, sentence] = reasonOf(() =>
			render(templateOf("{{ strftime_now('%Y') }}"), { messages: talk }),
		);
		expect(reason).toBe("template-date");
		expect(sentence).toContain("templateDate");
	});

	test("a conversation where there is no template", () => {
		expect(reasonOf(() => render(null, { messages: talk }))[0]).toBe(
			"no-template",
		);
	});
});

describe("What templates do to answers is told", () => {
	const thought = [
		user("One?"),
		answer("Two.", { reasoning_content: "One and one." }),
		user("And three?"),
		answer("Four.", { reasoning_content: "Three and one." }),
	];

	test("thinking of earlier turns that is dropped is counted", () => {
		const { template } = openTemplate("qwen3");
		const rendered = render(template, { messages: thought });
		expect(rendered.withoutThinking).toBe(1);
		expect(textsOf(rendered.text, rendered.spans)).toEqual([
			"Two.<|im_end|>",
			"<think>\nThree and one.\n</think>\n\nFour.<|im_end|>",
		]);
	});

	test("an empty <think></think> that the template supplies is not trained on", () => {
		const { template } = openTemplate("qwen3");
		const messages = [user("One?"), answer("Two.")];
		const rendered = render(template, { messages });
		expect(rendered.text).toContain("<think>\n\n</think>\n\nTwo.");
		expect(textsOf(rendered.text, rendered.spans)).toEqual(["Two.<|im_end|>"]);
	});

	test("an empty <think></think> that the record holds is trained on", () => {
		const { template } = openTemplate("qwen3");
		const rendered = render(template, {
			messages: [user("One?"), answer("<think>\n\n</think>\n\nTwo.")],
		});
		expect(textsOf(rendered.text, rendered.spans)).toEqual([
			"<think>\n\n</think>\n\nTwo.<|im_end|>",
		]);
	});

	test("answers without a token that ends them are counted", () => {
		const { template } = openTemplate("glm4moe");
		const rendered = render(template, {
			messages: [user("One?"), answer("Two.")],
		});
		expect(rendered.withoutEnd).toBe(1);
	});

	test("what tools give is not trained on where a template writes it within an answer", () => {
		const { template } = openTemplate("gemma4_v5");
		const { text, spans } = render(template, {
			messages: [
				user("What time is it?"),
				{
					role: "assistant",
					tool_calls: [{ id: "1", function: { name: "clock", arguments: {} } }],
				},
				{ role: "tool", tool_call_id: "1", content: "a quarter to nine" },
				answer("It is late."),
			],
		});
		expect(text).toContain("a quarter to nine");
		const trained = textsOf(text, spans);
		expect(trained.join()).not.toContain("a quarter to nine");
		expect(trained[0]).toContain("call:clock");
		expect(trained[1]).toContain("It is late.");
	});
});

describe("A prompt for an answer that the template writes in its loop is not trained on", () => {
	const inLoop = (end: string) =>
		templateOf(
			`{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}${end}{% if loop.last and add_generation_prompt %}<|assistant|>\n{% endif %}{% endfor %}`,
		);
	const answers = (
		template: ReturnType<typeof templateOf>,
		messages: object[],
	) => {
		const { text, spans } = render(template, { messages });
		return textsOf(text, spans);
	};

	test.each([
		["every turn", "{{ eos_token }}\n"],
		[
			"the last turn in another way",
			"{% if loop.last %}{{ eos_token }}{% else %}<|end|>\n{% endif %}",
		],
	])("ends %s", (_, end) => {
		const template = inLoop(end);
		const last = "</s>";
		const other = end.includes("<|end|>") ? "<|end|>" : "</s>";
		const [a, b] = [answer("It is A."), answer("It is B.")];
		expect(answers(template, [user("Q"), a])).toEqual([`It is A.${last}`]);
		expect(answers(template, [user("Q"), a, user("R"), b])).toEqual([
			`It is A.${other}`,
			`It is B.${last}`,
		]);
		expect(answers(template, [a, user("R"), b])).toEqual([
			`It is A.${other}`,
			`It is B.${last}`,
		]);
		expect(answers(template, [user("Q"), a, b])).toEqual([
			`It is A.${other}`,
			`It is B.${last}`,
		]);
	});

	test("OLMo's", () => {
		const { template, eos } = openTemplate("olmo3");
		const messages = [user("Q"), answer("A"), user("R"), answer("B")];
		const { text, spans } = render(template, { messages }, "assistant", eos);
		expect(textsOf(text, spans)).toEqual(["A<|im_end|>", "B<|endoftext|>"]);
		const given = { role: "environment", content: "Rain all day." };
		const [first, ...rest] = messages;
		const more = { messages: [first, answer("look()"), given, ...rest] };
		const withTool = render(template, more, "assistant", eos);
		expect(withTool.text).toContain("<|im_start|>environment\nRain all day.");
		expect(textsOf(withTool.text, withTool.spans)).toEqual([
			...["look()<|im_end|>", "A<|im_end|>", "B<|endoftext|>"],
		]);
	});
});

describe("What to train on can be chosen", () => {
	const messages = [
		user("a?"),
		answer("A."),
		user("b?"),
		answer("B.", { train: false }),
		answer("C.", { train: 1 }),
	];
	const trained = (loss: string, record: object = { messages }) => {
		const { text, spans } = render(chatml(plain), { ...record }, loss);
		return textsOf(text, spans).map((part) => part.replace("<|im_end|>", ""));
	};

	test("by the names of choices, and by a field of messages", () => {
		expect(trained("assistant")).toEqual(["A.", "B.", "C."]);
		expect(trained("last-assistant")).toEqual(["C."]);
		expect(trained("completion")).toEqual(["B.", "C."]);
		expect(trained("train")).toEqual(["A.", "C."]);
		expect(trained("all")[0]).toMatch(/^<\|im_start\|>user\na\?/);
	});

	test("a completion is what the record calls so", () => {
		const prompt = messages.slice(0, 1);
		const completion = messages.slice(1);
		expect(trained("completion", { prompt, completion })).toEqual([
			"A.",
			"B.",
			"C.",
		]);
		const { text, spans } = render(null, {
			prompt: "Two and two",
			completion: " make four.",
		});
		expect(textsOf(text, spans)).toEqual([" make four."]);
	});
});

test("A conversation may be cut before questions that follow answers", () => {
	const { text, turns, messageEnds } = render(chatml(plain), {
		messages: [
			system("s"),
			user("a?"),
			user("b?"),
			answer("B."),
			system("t"),
			user("c?"),
			answer("C."),
		],
	});
	const parts = Array.from(turns, (start, i) =>
		text.slice(start, turns[i + 1]),
	);
	expect(text.slice(0, turns[0])).toBe("<|im_start|>system\ns<|im_end|>\n");
	expect(parts).toEqual([
		"<|im_start|>user\na?<|im_end|>\n<|im_start|>user\nb?<|im_end|>\n<|im_start|>assistant\nB.<|im_end|>\n",
		"<|im_start|>system\nt<|im_end|>\n<|im_start|>user\nc?<|im_end|>\n<|im_start|>assistant\nC.<|im_end|>\n",
	]);
	expect(messageEnds[6]).toBe(text.length);
});
