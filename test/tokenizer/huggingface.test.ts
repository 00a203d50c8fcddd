import { tokenizerFromJson } from "seqpack";
import { Tokenizer as Rust } from "tokenizers";
import { describe, expect, test } from "vitest";

const letters = [..."abcdefghijklmnopqrstuvwxyz"];

/** A tokenizer like BERT's. */
const wordPiece = {
	version: "1.0",
	added_tokens: [],
	normalizer: {
		type: "BertNormalizer",
		clean_text: true,
		handle_chinese_chars: true,
		strip_accents: null,
		lowercase: true,
	},
	pre_tokenizer: { type: "BertPreTokenizer" },
	post_processor: null,
	decoder: { type: "WordPiece", prefix: "##", cleanup: true },
	model: {
		type: "WordPiece",
		unk_token: "[UNK]",
		continuing_subword_prefix: "##",
		max_input_chars_per_word: 100,
		vocab: Object.fromEntries(
			["[UNK]", ...letters, ...letters.map((l) => `##${l}`)]
				.concat(["the", "##ing", "##er", "pack", "token", ",", ".", "1", "##1"])
				.map((token, id) => [token, id]),
		),
	},
};

/** A tokenizer like T5's. */
const unigram = {
	version: "1.0",
	added_tokens: [],
	normalizer: null,
	pre_tokenizer: {
		type: "Metaspace",
		replacement: "\u2581",
		prepend_scheme: "always",
		split: true,
	},
	post_processor: null,
	decoder: {
		type: "Metaspace",
		replacement: "\u2581",
		prepend_scheme: "always",
		split: true,
	},
	model: {
		type: "Unigram",
		unk_id: 0,
		byte_fallback: false,
		vocab: [
			["<unk>", 0],
			["\u2581", -2.5],
			...letters.map((letter, i) => [letter, -4 - i / 100]),
			["\u2581the", -3.1],
			["ing", -3.3],
			["er", -3.7],
			["\u2581pack", -5.2],
			["token", -5.9],
		],
	},
};

describe.each([
	["WordPiece", wordPiece],
	["Unigram", unigram],
])("the library: %s", (name, json) => {
	test("is ours where the library is not asked for", () => {
		const tokenizerJson = JSON.stringify(json);
		expect(tokenizerFromJson({ tokenizerJson }).engine).toBe(
			name.toLowerCase(),
		);
	});

	test("runs on the library, and gives the ids of the Rust library", async () => {
		const tokenizerJson = JSON.stringify(json);
		const tokenizer = tokenizerFromJson({ tokenizerJson }, "huggingface");
		expect(tokenizer.engine).toBe("huggingface");
		const rust = Rust.fromString(tokenizerJson);
		for (const text of [
			"the packer is packing tokens",
			"The Packer, packing.",
			"unknown: \u4e2d\u6587 here",
			"tokenizer tokenizing the token 11 times",
			"a  b   c",
		]) {
			const encoding = await rust.encode(text, null, {
				addSpecialTokens: false,
			});
			expect(Array.from(tokenizer.encode(text)), text).toEqual(
				encoding.getIds(),
			);
		}
	});
});

test("no id is given that the vocabulary does not have", () => {
	const { "[UNK]": unknown, ...vocab } = wordPiece.model.vocab;
	const json = { ...wordPiece, model: { ...wordPiece.model, vocab } };
	const tokenizer = tokenizerFromJson(
		{ tokenizerJson: JSON.stringify(json) },
		"huggingface",
	);
	expect(tokenizer.encode("the")).toHaveLength(1);
	expect(() => tokenizer.encode("\u0416")).toThrow(
		/the token id \w+, which is not in its vocabulary of \d+/,
	);
});

test("A pattern that may take for ever is refused, and the own engine takes it", () => {
	const hostile = {
		...wordPiece,
		pre_tokenizer: {
			type: "Split",
			pattern: { Regex: "(a+)+$" },
			behavior: "Isolated",
			invert: false,
		},
	};
	const files = { tokenizerJson: JSON.stringify(hostile) };
	expect(() => tokenizerFromJson(files, "huggingface")).toThrow(
		/the pattern "\(a\+\)\+\$" repeats what can match in several ways.*choose the engine auto/,
	);
	const begun = performance.now();
	tokenizerFromJson(files).encode(`${"a".repeat(50_000)}b`);
	expect(performance.now() - begun).toBeLessThan(10_000);
});

test.each([
	[
		"an id of two thousand millions",
		{ model: { ...wordPiece.model, vocab: { a: 2e9 } } },
		/ids have to be below/,
	],
	[
		"an id of more than 32 bits",
		{ model: { ...wordPiece.model, vocab: { a: 2 ** 32 + 17 } } },
		/ids have to be below/,
	],
	[
		"a component that is none",
		{ pre_tokenizer: 3 },
		/pre_tokenizer cannot be used: it is 3/,
	],
])("%s is refused before the library is asked", (_, change, sentence) => {
	const tokenizerJson = JSON.stringify({ ...wordPiece, ...change });
	expect(() => tokenizerFromJson({ tokenizerJson }, "huggingface")).toThrow(
		sentence,
	);
});

test.each(["auto", "huggingface"] as const)(
	"BOS and EOS have the ids that encoding gives: %s",
	(engine) => {
		const added = ["<s>", "</s>"].map((content, i) => ({
			id: 5000 + i,
			content,
			special: true,
		}));
		const tokenizer = tokenizerFromJson(
			{ tokenizerJson: JSON.stringify({ ...wordPiece, added_tokens: added }) },
			engine,
		);
		const { bos, eos } = tokenizer;
		expect([...tokenizer.encode("<s></s>")]).toEqual([bos?.id, eos?.id]);
		expect(eos?.id).toBeLessThan(tokenizer.vocabSize);
	},
);
