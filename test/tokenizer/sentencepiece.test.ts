import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DataError } from "../../src/core/errors.js";
import {
	loadTokenizer,
	readTokenizerFiles,
} from "../../src/storage/load-tokenizer.js";
import { converted } from "../../src/tokenizer/convert/converted.js";
import { tokenizerFromJson } from "../../src/tokenizer/from-json.js";
import { directoryWith, temporaryDirectory } from "../helpers.js";

interface Recorded {
	texts: string[];
	recorded: {
		settings: object;
		model: string;
		bos: number;
		eos: number;
		ids: number[][];
	}[];
}

// What the Python package gives: test/interop/python/record_sentencepiece.py.
const { texts, recorded }: Recorded = JSON.parse(
	readFileSync(
		new URL("./sentencepiece.recorded.json", import.meta.url),
		"utf8",
	),
);
const models = recorded.map(({ model }) => Buffer.from(model, "base64"));

const open = (model: Uint8Array, name = "x.model") =>
	tokenizerFromJson({
		...converted(model, name, null),
		name,
		splitsSpecialTokens: true,
	});

test.each(
	recorded.map(
		(of, i) => [JSON.stringify(of.settings), of, models[i]] as const,
	),
)("the ids of sentencepiece: %s", (_, { ids, bos, eos }, model) => {
	const tokenizer = open(model);
	for (const [i, text] of texts.entries())
		expect([...tokenizer.encode(text)], text).toEqual(ids[i]);
	expect(tokenizer.bos?.id ?? -1).toBe(bos);
	expect(tokenizer.eos?.id ?? -1).toBe(eos);
});

test("what a model becomes is no tokenizer.json that others may give", () => {
	const found = new Set<string>();
	for (const model of models) {
		const { tokenizerJson, configJson } = converted(model, "x.model", null);
		const given = JSON.stringify({
			...JSON.parse(tokenizerJson),
			isConverted: true,
		});
		for (const part of [
			given,
			JSON.stringify({ ...JSON.parse(given), normalizer: null }),
		])
			try {
				tokenizerFromJson({ tokenizerJson: part, configJson });
				found.add("");
			} catch (error) {
				expect(error).toBeInstanceOf(DataError);
				found.add(
					/\w+ cannot be used: (it has|there is no \w+ of type) "\S+"/.exec(
						(error as Error).message,
					)?.[0] ?? "",
				);
			}
	}
	expect([...found].sort()).toEqual([
		'model cannot be used: it has "merge_ranks"',
		'model cannot be used: there is no model of type "SentencePiece-Unigram"',
		'normalizer cannot be used: there is no normalizer of type "SentencePiece"',
	]);
});

/** A model of pieces and their scores and kinds, as protobuf. */
function modelOf(
	pieces: [text: string, score: number, kind: number][],
	trainer: number[],
): Buffer {
	const field = (number: number, bytes: Uint8Array) =>
		Buffer.concat([Buffer.of(number * 8 + 2, bytes.length), bytes]);
	return Buffer.concat([
		...pieces.map(([text, score, kind]) => {
			const float = Buffer.alloc(4);
			float.writeFloatLE(score);
			return field(
				1,
				Buffer.concat([
					field(1, Buffer.from(text)),
					Buffer.of(2 * 8 + 5),
					float,
					Buffer.of(3 * 8, kind),
				]),
			);
		}),
		field(2, Buffer.from(trainer)),
		field(3, Buffer.of(3 * 8, 0, 4 * 8, 0)),
	]);
}

const BPE = [3 * 8, 2];
const UNK: [string, number, number] = ["<unk>", 0, 2];
const letters = (score: number) =>
	[..."abc"].map((text): [string, number, number] => [text, score, 1]);

test("of merges with equal scores the leftmost comes first, whatever their ids", () => {
	const pieces = (scores: [number, number]) =>
		modelOf(
			[UNK, ["bc", scores[0], 1], ["ab", scores[1], 1], ...letters(-9)],
			BPE,
		);
	const encode = (scores: [number, number]) => [
		...open(pieces(scores)).encode("abcbc"),
	];
	expect(encode([0, 0])).toEqual([2, 5, 1]);
	expect(encode([0, -1])).toEqual([3, 1, 1]);
	expect(encode([-1, 0])).toEqual([2, 5, 1]);
});

test("control symbols are special tokens, and text where those are", () => {
	const model = modelOf([UNK, ["<s>", 0, 3], ...letters(-1)], BPE);
	const files = converted(model, "x.model", null);
	expect([...tokenizerFromJson(files).encode("a<s>b")]).toEqual([2, 1, 3]);
	expect([...open(model).encode("a<s>b")]).toEqual([2, 0, 3]);
});

test.each([
	["type WORD", modelOf([UNK, ...letters(-1)], [3 * 8, 3]), /of type WORD/],
	["type CHAR", modelOf([UNK, ...letters(-1)], [3 * 8, 4]), /of type CHAR/],
	[
		"spaces as suffixes",
		modelOf([UNK], [0xc0, 1, 1]),
		/treat_whitespace_as_suffix/,
	],
	["no unknown piece", modelOf(letters(-1), BPE), /0 of its pieces are for/],
	["a piece twice", modelOf([UNK, UNK], BPE), /pieces 0 and 1 are both/],
	["a character short", modelOf([UNK, ["ab", 0, 1]], BPE), /is no piece/],
	["unused", modelOf([UNK, ["ab", 0, 5]], BPE), /of type UNUSED/],
	["bytes short", modelOf([UNK], [...BPE, 0x98, 2, 1]), /back to bytes, and 0/],
	["a cut file", models[0].subarray(0, 1001), /no model of Sentence.* is cut/],
	["no protobuf", Buffer.from("no model at all"), /no model of SentencePiece/],
	["nothing", Buffer.of(), /it has no pieces/],
])("%s is refused in a sentence with the file's name", (_, model, sentence) => {
	expect(() => open(model, "some.model")).toThrow(sentence);
	expect(() => open(model, "some.model")).toThrow(/^some\.model /);
});

test("a damaged file is a tokenizer or a DataError", () => {
	fc.assert(
		fc.property(
			fc.nat(models.length - 1),
			fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
			fc.option(fc.nat()),
			(model, damages, cut) => {
				const file = Buffer.from(models[model]);
				for (const [at, byte] of damages) file[at % file.length] = byte;
				try {
					const tokenizer = open(
						cut === null ? file : file.subarray(0, cut % file.length),
					);
					for (const text of texts.slice(0, 12)) tokenizer.encode(text);
				} catch (error) {
					expect(error).toBeInstanceOf(DataError);
				}
			},
		),
		{ numRuns: 100 },
	);
});

test("tokenizer.model of a directory loads, of SentencePiece and of Llama 3", async () => {
	const directory = temporaryDirectory();
	writeFileSync(join(directory, "tokenizer.model"), models[0]);
	const tokenizer = await loadTokenizer(directory);
	expect(tokenizer.engine).toBe("sentencepiece-unigram");
	expect(tokenizer.eos).toEqual({ token: "</s>", id: recorded[0].eos });

	// All bytes, then what is not met in the texts here.
	const ranks = Array.from({ length: 128000 }, (_, i) =>
		i < 256
			? Buffer.of(i)
			: Buffer.of(0, i & 255, (i >> 8) & 255, (i >> 16) & 255),
	);
	const llama = directoryWith({
		"tokenizer.model": ranks
			.map((bytes, i) => `${bytes.toString("base64")} ${i}\n`)
			.join(""),
	});
	const other = await loadTokenizer(llama);
	expect([...other.encode("a<|eot_id|>")]).toEqual([97, 128009]);
	expect(other.bos).toEqual({ token: "<|begin_of_text|>", id: 128000 });
	expect(other.tokenToId("<|reserved_special_token_247|>")).toBe(128255);
	writeFileSync(
		join(llama, "tokenizer_config.json"),
		JSON.stringify({
			added_tokens_decoder: { 128008: { content: "<|mine|>", special: true } },
		}),
	);
	const { tokenizerJson } = await readTokenizerFiles(llama);
	expect(tokenizerJson).toContain("<|mine|>");
	expect(tokenizerJson).not.toContain("<|eom_id|>");
	writeFileSync(join(llama, "tokenizer.model"), "YQ== 0\n");
	await expect(loadTokenizer(llama)).rejects.toThrow(/Llama 3 has 128000/);
});
