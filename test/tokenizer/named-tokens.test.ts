// Tokens that files beside a tokenizer.json name and it lacks. What they have to be is what the package
// transformers 5.23.0 (tokenizers 0.23.3) makes of the same files, recorded by
//
//   python test/interop/python/record_special_tokens.py 24 7 > test/tokenizer/special-tokens.recorded.json

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadTokenizer, tokenizerFromJson } from "seqpack";
import type { Tokenizer } from "seqpack/tokenizer";
import { expect, test } from "vitest";
import { directoryWith, root, tokenizerPath } from "../helpers.js";

interface Case {
	normalizer: unknown;
	added_tokens: unknown[];
	config: Record<string, unknown> | null;
	map: Record<string, unknown> | null;
	texts: string[];
	size: number;
	bos: number | null;
	eos: number | null;
	ids: number[][];
	/** By `split_special_tokens=True`. */
	split: number[][];
}

const recorded: { tokenizer: object; cases: Case[] } = JSON.parse(
	readFileSync(
		join(root, "test/tokenizer/special-tokens.recorded.json"),
		"utf8",
	),
);

const textOf = (json: unknown) => (json === null ? null : JSON.stringify(json));

test("get the ids that transformers gives them, and are found in texts by their flags", () => {
	expect(recorded.cases.length).toBeGreaterThan(20);
	for (const of of recorded.cases) {
		const { normalizer, added_tokens, config, map } = of;
		const files = {
			tokenizerJson: JSON.stringify({
				...recorded.tokenizer,
				normalizer,
				added_tokens,
			}),
			configJson: textOf(config),
			specialTokensMapJson: textOf(map),
		};
		const tokenizer = tokenizerFromJson(files);
		const what = JSON.stringify(of);
		const idsOf = (by: Tokenizer) =>
			of.texts.map((text) => [...by.encode(text)]);
		expect(idsOf(tokenizer), what).toEqual(of.ids);
		const splitting = tokenizerFromJson({
			...files,
			splitsSpecialTokens: true,
		});
		expect(idsOf(splitting), what).toEqual(of.split);
		expect(tokenizer.vocabSize, what).toBe(of.size);
		expect(tokenizer.eos?.id ?? null, what).toBe(of.eos);
		expect(tokenizer.bos?.id ?? null, what).toBe(of.bos);
	}
});

const tokenizerJson = readFileSync(
	join(tokenizerPath, "tokenizer.json"),
	"utf8",
);

test("count in a directory as they do in texts", async () => {
	const files = {
		"tokenizer.json": tokenizerJson,
		"special_tokens_map.json": '{"eos_token":"<|done|>","pad_token":"<pad>"}',
	};
	const tokenizer = await loadTokenizer(directoryWith(files));
	expect(tokenizer.eos).toEqual({ token: "<|done|>", id: 4096 });
	expect(tokenizer.tokenToId("<pad>")).toBe(4097);
	expect(tokenizer.vocabSize).toBe(4098);
	expect([...tokenizer.encode("a<pad>")].at(-1)).toBe(4097);
});

test.each([
	[{ eos_token: 3 }, null, /tokenizer_config.json.*"eos_token" is 3/],
	[{ bos_token: { content: 1 } }, null, /"bos_token" is/],
	[
		{ added_tokens_decoder: { "2000000000000": { content: "x" } } },
		null,
		/has the id "2000000000000"/,
	],
	[
		{ added_tokens_decoder: { 2000000000: { content: "<x>" } } },
		null,
		/"<x>" the id 2000000000, where tokenizer.json, which lacks it, gives it 4096/,
	],
	[
		{ added_tokens_decoder: { 4095: { content: "<x>" } } },
		null,
		/gives the id 4095 to "<x>", and tokenizer.json to "<\|end_of_text\|>"/,
	],
	[{ added_tokens_decoder: [] }, null, /"added_tokens_decoder" is \[\]/],
	[
		{ added_tokens_decoder: { 4096: { content: "<x>", special: 1 } } },
		null,
		/"added_tokens_decoder.4096.special" is 1, not true or false/,
	],
	[
		null,
		{ additional_special_tokens: [7] },
		/special_tokens_map.json.*"additional_special_tokens\[0\]" is 7/,
	],
	[null, { pad_token: ["<pad>"] }, /special_tokens_map.json.*"pad_token" is/],
	[null, [], /special_tokens_map.json.*not a JSON object/],
])("%j and %j are refused in a sentence", (config, map, sentence) => {
	expect(() =>
		tokenizerFromJson({
			tokenizerJson,
			configJson: textOf(config),
			specialTokensMapJson: textOf(map),
			name: "model/tokenizer.json",
		}),
	).toThrow(sentence);
});

test("what is no token of the tokenizer.json is told in a short sentence", () => {
	const { model, ...rest } = JSON.parse(tokenizerJson);
	const refused = (model: object, added_tokens = rest.added_tokens) => {
		const configJson = '{"eos_token":"<e>"}';
		const changed = JSON.stringify({ ...rest, added_tokens, model });
		const load = () =>
			tokenizerFromJson({ tokenizerJson: changed, configJson });
		expect(load).toThrow(
			/^.{0,1000}is not a usable tokenizer\.json.{0,1000}$/s,
		);
	};
	refused({ type: "Unigram", vocab: [[{ toString: 1 }, 0]] });
	const [token] = rest.added_tokens;
	for (const lstrip of [[], 1, "true"])
		refused(model, [{ ...token, lstrip }, ...rest.added_tokens]);
	refused({ ...model, merges: [["a", "b".repeat(9000)], ...model.merges] });
});

test.each([2e9, 2 ** 32 + 17, 2 ** 24])(
	"an id of %d is refused at once",
	(id) => {
		const json = JSON.parse(tokenizerJson);
		const refused = (changed: object) => {
			const tokenizerJson = JSON.stringify(changed);
			expect(() => tokenizerFromJson({ tokenizerJson })).toThrow(
				new RegExp(`"<far>" .*has the id ${id}, and ids .* below 16777216`),
			);
		};
		refused({
			...json,
			added_tokens: [...json.added_tokens, { id, content: "<far>" }],
		});
		const vocab = { ...json.model.vocab, "<far>": id };
		refused({ ...json, model: { ...json.model, vocab } });
	},
);
