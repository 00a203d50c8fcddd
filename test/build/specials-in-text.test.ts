import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, readTokens, tokenizerFromJson } from "seqpack";
import { expect, test } from "vitest";
import {
	directoryWith,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const END = "<|end_of_text|>";
const texts = [`one ${END} two ${END}`, "three", `four${END}`, "five"];
const input = () =>
	join(
		directoryWith({
			"x.jsonl": texts.map((text) => `${JSON.stringify({ text })}\n`).join(""),
		}),
		"x.jsonl",
	);
const options = {
	tokenizer: tokenizerPath,
	seqLen: 64,
	workers: 0,
	format: "arrow",
} as const;
const files = {
	tokenizerJson: readFileSync(join(tokenizerPath, "tokenizer.json"), "utf8"),
};

test("special tokens in texts are tokens, and counted", async () => {
	const { manifest } = await build({
		...options,
		inputs: [input()],
		out: temporaryDirectory(),
	});
	expect(manifest.totals.specialsInText).toEqual({
		[END]: { documents: 2, tokens: 3 },
	});
	expect(manifest.settings).not.toHaveProperty("specialTokensInText");
});

test("or plain text", async () => {
	const { manifest } = await build({
		...options,
		inputs: [input()],
		out: temporaryDirectory(),
		specialTokensInText: "text",
	});
	const splitting = tokenizerFromJson({ ...files, splitsSpecialTokens: true });
	const due = texts.map((text) => splitting.encode(text).length);
	expect(manifest.totals.textTokens).toBe(due.reduce((a, b) => a + b));
	expect(manifest.totals.specialTokens).toBe(texts.length);
	expect(manifest.totals).not.toHaveProperty("specialsInText");
	for (const text of texts) {
		const ids = splitting.encode(text);
		expect(ids).not.toContain(splitting.tokenToId(END));
		expect(splitting.decode(ids)).toBe(text);
	}
});

test("or an error, which names file, place and token", async () => {
	const path = input();
	await expect(
		build({
			...options,
			inputs: [path],
			out: temporaryDirectory(),
			specialTokensInText: "error",
		}),
	).rejects.toThrow(
		/x\.jsonl holds the special token "<\|end_of_text\|>" in the text of the document at 0/,
	);
	const reading = readTokens([path], {
		tokenizer: tokenizerPath,
		specialTokensInText: "error",
	});
	await expect(reading.next()).rejects.toThrow(END);
});

test("of conversations, those of the template are not meant", async () => {
	const model = directoryWith({
		"tokenizer.json": files.tokenizerJson,
		"tokenizer_config.json": JSON.stringify({
			eos_token: END,
			chat_template: `{% for m in messages %}{{ m.role }}: {{ m.content }}${END}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}`,
		}),
	});
	const chat = (content: string) =>
		directoryWith({
			"x.jsonl": `${JSON.stringify({
				messages: [
					{ role: "user", content },
					{ role: "assistant", content: "yes" },
				],
			})}\n`,
		});
	const buildOf = (content: string, way: "text" | "error") =>
		build({
			...options,
			tokenizer: model,
			inputs: [chat(content)],
			loss: "assistant",
			out: temporaryDirectory(),
			specialTokensInText: way,
		});
	expect((await buildOf("well?", "error")).manifest.totals.documents).toBe(1);
	await expect(buildOf(`well${END}?`, "error")).rejects.toThrow(
		/the special token "<\|end_of_text\|>" stands in what it says/,
	);
	await expect(buildOf("well?", "text")).rejects.toThrow(/is for texts/);
});
