import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { describeBuild } from "../../cli/describe-build.js";
import { widthOf } from "../../cli/width.js";
import type { Manifest } from "../../src/dataset/manifest.js";
import { type BuildResult, build } from "../../src/index.js";
import { sharedDirectory, tokenizerPath } from "../helpers.js";

/** How many of each thing there are; a name that somebody gave, of any length. */
const MANY = 100;
const named = (what: string, i: number) =>
	i === 7 ? `${what}-${"long-".repeat(100)}` : `${what}-${i}`;
const numbers = Array.from({ length: MANY }, (_, i) => i);

const shared = sharedDirectory();
let result: BuildResult;

beforeAll(async () => {
	const corpus = join(shared, "a.jsonl");
	writeFileSync(corpus, '{"text":"a good record"}\n');
	const tokenizer = tokenizerPath;
	const out = join(shared, "out");
	result = await build({
		...{ inputs: [corpus], tokenizer, seqLen: 64, out, workers: 0 },
	});
});

/** As if there were many of all things that a summary lists. */
function withMany(manifest: Manifest): Manifest {
	const [bucket] = manifest.summary.buckets;
	const [source] = manifest.sources;
	const ofEach = <T>(what: string, value: (i: number) => T) =>
		Object.fromEntries(numbers.map((i) => [named(what, i), value(i)]));
	return {
		...manifest,
		summary: {
			...manifest.summary,
			buckets: numbers.flatMap((i) => [
				{ ...bucket, length: 2 ** i, tokens: 10 + i },
				{ ...bucket, split: named("split", i), tokens: i },
			]),
		},
		sources: numbers.map((i) => ({
			...source,
			name: named("source", i),
			tokens: i,
		})),
		totals: {
			...manifest.totals,
			dropped: ofEach("reason", (i) => ({ documents: i, tokens: i })),
			leftOutRecords: ofEach("rule", (i) => i),
			specialsInText: ofEach("token", (i) => ({ documents: i, tokens: i })),
			strata: ofEach("stratum", (i) => ({ documents: i })),
		},
	};
}

const rowsOf = (text: string) =>
	text
		.trimEnd()
		.split("\n")
		.reduce((rows, line) => rows + Math.ceil(widthOf(line) / 80), 0);

test("what a build came to fits one screen, however much there is of it", () => {
	const whole = describeBuild(result);
	expect(rowsOf(whole)).toBeLessThan(24);
	expect(whole).not.toContain("inspect");
	const manifest = withMany(result.manifest);
	const text = describeBuild({ ...result, manifest });
	expect(rowsOf(text)).toBeLessThan(24);
	expect(text).toMatch(/and 9\d more sources, \d+\.\d\d % of tokens\n/);
	expect(text).toMatch(/and 9\d more buckets, \d+\.\d\d % of tokens\n/);
	expect(text).toMatch(/and 9\d more splits, /);
	expect(text).toMatch(/and 9\d more special tokens, /);
	expect(text).toMatch(/and 9\d more strata, \d+\.\d\d % of documents\n/);
	expect(text).toMatch(/99 documents reason-99, .*, and 97 more\)\n/);
	expect(text).toMatch(/ {2}seqpack inspect \S+out shows all of it\n$/);
});

test.each([
	["sources", { sources: MANY, buckets: 1 }],
	["buckets", { sources: 1, buckets: MANY }],
])("of many %s as many are shown as there is room for", (_, few) => {
	const many = withMany(result.manifest);
	const manifest = {
		...many,
		totals: result.manifest.totals,
		sources: many.sources.slice(0, few.sources),
		summary: {
			...many.summary,
			buckets: many.summary.buckets
				.filter(({ split }) => split === "train")
				.slice(0, few.buckets),
		},
	};
	const text = describeBuild({ ...result, manifest });
	expect(rowsOf(text)).toBeLessThan(24);
	expect(text).toMatch(/and 9[0-4] more (sources|buckets), /);
});
