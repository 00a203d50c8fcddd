// Tokens that files beside a tokenizer.json name and it lacks: the same ids as transformers gives,
// of tokenizers that are drawn. SEED draws the same ones again.
import { deepEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { tokenizerFromJson } from "../../../dist/src/index.js";

const COUNT = 300;
const seed = process.env.SEED ?? String(Date.now() % 1_000_000);
console.log(`special tokens: SEED=${seed}`);

const script = "test/interop/python/record_special_tokens.py";
const output = execFileSync(process.env.PYTHON, [script, String(COUNT), seed], {
	maxBuffer: 1 << 28,
	stdio: ["ignore", "pipe", "ignore"],
});
const { tokenizer, cases } = JSON.parse(output);
const textOf = (json) => (json === null ? null : JSON.stringify(json));
for (const of of cases) {
	const { normalizer, added_tokens, config, map, texts } = of;
	const files = {
		tokenizerJson: JSON.stringify({ ...tokenizer, normalizer, added_tokens }),
		configJson: textOf(config),
		specialTokensMapJson: textOf(map),
	};
	const own = tokenizerFromJson(files);
	const splitting = tokenizerFromJson({ ...files, splitsSpecialTokens: true });
	const what = JSON.stringify(of);
	const idsOf = (by) => texts.map((text) => [...by.encode(text)]);
	deepEqual(idsOf(own), of.ids, what);
	deepEqual(idsOf(splitting), of.split, what);
	deepEqual(own.vocabSize, of.size, what);
}
console.log(`${cases.length} tokenizers: ids as transformers gives them`);
