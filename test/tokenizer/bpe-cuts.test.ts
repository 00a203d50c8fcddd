// Long words of BPE of any kind are cut; the ids are those of the model, which does not cut.

import fc from "fast-check";
import { test } from "vitest";
import { Int32Buffer } from "../../src/core/buffers.js";
import {
	compileWords,
	type Splitting,
} from "../../src/tokenizer/compile-words.js";
import { Component } from "../../src/tokenizer/component.js";
import { byteToken } from "../../src/tokenizer/models/byte-tokens.js";
import { readModel } from "../../src/tokenizer/models/models.js";
import { PREFIX } from "../../src/tokenizer/spaces.js";
import { WordEncoder } from "../../src/tokenizer/word-encoder.js";
import { expectNumbers } from "../helpers.js";

const character = fc.constantFrom(..."abc▁é漢😀?");
const bytes = Array.from({ length: 256 }, (_, byte) => byteToken(byte));

/** A model in which some characters are tokens, and merges are of any tokens, or of those that stand for themselves. */
const models = fc
	.record({
		known: fc.uniqueArray(character, { minLength: 2 }),
		merges: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }),
		unk: fc.constantFrom(null, "<unk>", "?"),
		fuses: fc.boolean(),
		fallsBack: fc.boolean(),
		mergesAll: fc.boolean(),
	})
	.map(({ known, merges, unk, fuses, fallsBack, mergesAll }) => {
		const others = [
			...(unk === null ? [] : [unk]),
			...(fallsBack ? bytes : []),
		];
		const tokens = new Set([...known, ...others]);
		const parts = mergesAll
			? [...known, ...others.slice(0, 1), ...others.slice(-40)]
			: known.filter((token) => token !== unk);
		const pairs: [string, string][] = [];
		for (const [left, right] of merges) {
			if (parts.length === 0) break;
			const pair: [string, string] = [
				parts[left % parts.length],
				parts[right % parts.length],
			];
			pairs.push(pair);
			parts.push(pair.join(""));
			tokens.add(pair.join(""));
		}
		return {
			type: "BPE",
			unk_token: unk,
			fuse_unk: fuses,
			byte_fallback: fallsBack,
			vocab: Object.fromEntries([...tokens].map((token, id) => [token, id])),
			merges: pairs,
		};
	});

const texts = fc
	.array(character, { minLength: 40, maxLength: 300 })
	.map((parts) => parts.join(""));

const splittings: Splitting[] = [
	{ by: "levels", levels: [] },
	{ by: "spaces", prefix: PREFIX.none, cuts: false },
];

test("a long word has the ids that it has in one", () => {
	fc.assert(
		fc.property(models, fc.array(texts, { minLength: 8 }), (json, list) => {
			const model = readModel(new Component(json, "model", "a file"));
			for (const splitting of splittings) {
				const compiled = compileWords(model, splitting);
				if (compiled === null) throw new Error("the kernel has the model");
				const encoder = new WordEncoder(compiled);
				for (const text of list) {
					const [mine, due] = [new Int32Buffer(), new Int32Buffer()];
					encoder.encodeText(text, true, mine);
					model.encodeWord(text, due);
					expectNumbers(mine.view(), due.view(), () =>
						JSON.stringify({ text, json }),
					);
				}
			}
		}),
		{ numRuns: 30, endOnFailure: true },
	);
});
