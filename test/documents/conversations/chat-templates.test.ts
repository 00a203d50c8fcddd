import { expect, test } from "vitest";
import {
	chooseTemplate,
	readChatTemplates,
} from "../../../src/documents/conversations/chat-templates.js";

const read = (config: unknown, templateFile: string | null = null) =>
	readChatTemplates({
		configJson: typeof config === "string" ? config : JSON.stringify(config),
		templateFile,
		additional: { rag: "R" },
		name: "a model",
	});

test("Templates are named, or one text, or a file that goes before", () => {
	const named = [
		{ name: "default", template: "D" },
		{ name: "tool_use", template: "T" },
	];
	const all = read({ chat_template: named });
	expect(all.templates).toEqual({ default: "D", tool_use: "T", rag: "R" });
	expect(chooseTemplate(all, null, true)).toBe("T");
	expect(chooseTemplate(all, null, false)).toBe("D");
	expect(chooseTemplate(all, "rag", true)).toBe("R");
	expect(() => chooseTemplate(all, "rga", false)).toThrow(/rag/);
	expect(read({ chat_template: "D" }, "F").templates.default).toBe("F");
	expect(chooseTemplate(read({}), "rag", false)).toBe("R");
	expect(() => chooseTemplate(read({}), null, false)).toThrow(/default/);
});

test("Special tokens are those that have a text", () => {
	const { specialTokens } = read({
		bos_token: { content: "<s>", special: true },
		eos_token: "</s>",
		pad_token: null,
		extra_special_tokens: { image_token: "<image>" },
	});
	expect(specialTokens).toEqual({
		bos_token: "<s>",
		eos_token: "</s>",
		image_token: "<image>",
	});
});

test.each(["{", "[]", { chat_template: 1 }, { chat_template: [{}] }])(
	"%j is refused",
	(config) => {
		expect(() => read(config)).toThrow(/a model/);
	},
);

test("Special tokens are called as what every object inherits", () => {
	const { specialTokens } = read(
		'{"extra_special_tokens":{"__proto__":"<p>","constructor":"<c>"}}',
	);
	expect(Object.entries(specialTokens)).toEqual([
		["__proto__", "<p>"],
		["constructor", "<c>"],
	]);
});
