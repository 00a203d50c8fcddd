import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { build, openBatches, type StageOptions } from "seqpack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resolveOptions } from "../../src/core/resolve-options.js";
import { stageTable } from "../../src/curriculum/stage-options.js";
import { wantedRows } from "../../src/curriculum/wanted-rows.js";
import { allOf, rowsOf } from "../batches/datasets.js";
import { readManifest, readRows } from "../build/dataset-rows.js";
import {
	directoryWith,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { planned, plannedAndRead } from "./planned.js";

/** Rows of 128 tokens, of strata that are kept apart; those of more than 60 words are in none. */
async function dataset(
	source: string,
	count: number,
	strata = "short:-20,long:20-60",
): Promise<string> {
	const out = join(directory, source);
	const text = (i: number) =>
		Array.from({ length: (i * 7) % 80 }, (_, w) =>
			w === 0 ? `${source}${i}` : `w${(i + w) % 9}`,
		);
	const file = join(directory, `${source}.jsonl`);
	writeFileSync(
		file,
		Array.from(
			{ length: count },
			(_, i) => `${JSON.stringify({ text: text(i).join(" ") })}\n`,
		).join(""),
	);
	await build({
		inputs: [file],
		...{ tokenizer: tokenizerPath, workers: 0, seqLen: 128, format: "arrow" },
		...{ strata, strataApart: true, out },
	});
	return out;
}

/** A row as a text, without the EOS that it ends in or is padded with. */
function keyOf(ids: readonly number[]): string {
	const eos = ids[ids.length - 1];
	return `${ids.slice(0, ids.findLastIndex((id) => id !== eos) + 1)}`;
}

/** Of each row of a dataset as a text, the place of its stratum. */
async function strataOfRows(directory: string): Promise<Map<string, number>> {
	const found = new Map<string, number>();
	for (const { path, stratum } of readManifest(directory).shards)
		for (const row of await readRows(join(directory, path)))
			found.set(keyOf(row.input_ids), stratum);
	return found;
}

const directory = mkdtempSync(join(tmpdir(), "seqpack-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let a = "";
let b = "";
beforeAll(async () => {
	a = await dataset("a", 1500);
	b = await dataset("b", 500);
});

/** How many rows of each stratum, -1 for none, batches have. */
async function drawn(options: StageOptions, datasets = [a]) {
	const { seen, plan, out } = await plannedAndRead({ datasets, ...options });
	const strata = new Map(
		(await Promise.all(datasets.map((path) => strataOfRows(path)))).flatMap(
			(rows) => [...rows],
		),
	);
	const counts: Record<string, number> = {};
	for (const { ids } of seen) {
		const of = `${strata.get(keyOf(ids))}`;
		counts[of] = (counts[of] ?? 0) + 1;
	}
	return { counts, plan, out, rows: seen.length };
}

describe("weights of strata", () => {
	test("are shares of the rows, exact to a row", async () => {
		const { counts, rows } = await drawn({
			...{ strataWeights: { short: 0.3, long: 0.7 }, tokens: 100 * 1024 },
		});
		expect(rows).toBe(800);
		expect(counts).toEqual({ 0: 240, 1: 560 });
	});

	test("are of several datasets together, which give as they have", async () => {
		const { counts, plan } = await drawn(
			{ strataWeights: { short: 0.25, long: 0.75 }, tokens: 50 * 1024 },
			[a, b],
		);
		expect(counts).toEqual({ 0: 100, 1: 300 });
		expect(plan.datasets.map(({ path }) => path.replace(/.*\//, ""))).toEqual(
			["a", "b"].flatMap((name) =>
				["short", "long", ""].map((of) => `${name}#stratum:${of}`),
			),
		);
	});

	test("go with those of datasets", async () => {
		const { plan } = await drawn(
			{
				...{ weights: [0.5, 0.5], strataWeights: { short: 1, long: 3 } },
				tokens: 50 * 1024,
			},
			[a, b],
		);
		const [{ buckets }] = plan.stages;
		expect(
			buckets[0].sources.map(({ dataset, rows }) => [dataset, rows]),
		).toEqual([
			...[
				[0, 50],
				[1, 150],
			],
			...[
				[3, 50],
				[4, 150],
			],
		]);
	});

	test("may be of one stage, and others take all", async () => {
		const { counts, rows } = await drawn({
			stages: [{ strataWeights: { short: 0, long: 1 }, tokens: 10 * 1024 }, {}],
		} as StageOptions);
		const all = [...(await strataOfRows(a)).values()];
		expect(rows).toBe(all.length - (all.length % 8));
		expect(Object.keys(counts).sort()).toEqual(["-1", "0", "1"]);
	});

	test("a part can be named, and is read as such", async () => {
		const out = join(temporaryDirectory(), "plan");
		await planned({
			datasets: [`${a}#stratum:short`, `${a}#stratum:long`],
			...{ weights: [0.5, 0.5], tokens: 20 * 1024, out },
		});
		const strata = await strataOfRows(a);
		const rows = (
			await allOf(await openBatches(out, { rank: 0, worldSize: 1 }))
		).flatMap(rowsOf);
		expect(rows.filter(({ ids }) => strata.get(keyOf(ids)) === 0)).toHaveLength(
			80,
		);
		expect(rows).toHaveLength(160);
	});
});

test("any weights: each stratum has its share to a row, whatever datasets it is in", () => {
	const length = 128;
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.nat(99)), {
				minLength: 1,
				maxLength: 6,
			}),
			fc.integer({ min: 1, max: 9 }),
			fc.integer({ min: 1, max: 9 }),
			fc.integer({ min: 1, max: 300 }),
			(counts, x, y, rows) => {
				const parts = counts.flatMap((_, dataset) =>
					["x", "y"].map((stratum) => ({ dataset, stratum })),
				);
				const [total] = counts.map(([, n]) => n).sort((p, q) => q - p);
				fc.pre(total > 0);
				const wanted = wantedRows(
					{
						datasets: counts.flatMap(([m, n]) =>
							[m, n].map((rows) => [{ length, rows }]),
						),
						...{ tokensPerStep: length, worldSize: 1, epochs: 1, parts },
						used: parts.map(() => new Map()),
					},
					resolveOptions(stageTable, {
						...{ strataWeights: { x, y }, tokens: rows * length },
					}),
					[length],
				).map(([own]) => own);
				const of = (name: string) =>
					wanted.reduce(
						(sum, n, i) => sum + (parts[i].stratum === name ? n : 0),
						0,
					);
				expect(of("x") + of("y")).toBe(rows);
				expect(Math.abs(of("x") - (rows * x) / (x + y))).toBeLessThan(1);
			},
		),
	);
});

describe("what is refused", () => {
	test.each<[StageOptions, RegExp]>([
		[
			{ strataWeights: { short: 1, lang: 2 } },
			/names "lang", and the strata of the datasets are short, long\./,
		],
		[
			{ strataWeights: { short: 1 } },
			/no weight for the stratum long: give one for each, 0 to leave it out/,
		],
		[{ strataWeights: { short: 0, long: 0 } }, /are 0/],
		[{ strataWeights: { short: -1, long: 1 } }, /no weight for "short" that/],
		[
			{
				...{ strataWeights: { short: 1, long: 1 }, match: "sample" },
				tokens: 2 ** 30,
			},
			/dataset 1 is to give \d+ tokens of the stratum short/,
		],
		[{ strataWeights: {} }, /is empty/],
	])("%j", async (options, message) => {
		await expect(planned({ datasets: [a], ...options })).rejects.toThrow(
			message,
		);
	});

	test("rows that mix strata, and strata that are not there", async () => {
		const out = join(temporaryDirectory(), "mixed");
		const inputs = [directoryWith({ "a.jsonl": '{"text":"One two."}\n' })];
		await build({
			...{ inputs, tokenizer: tokenizerPath, workers: 0, seqLen: 128, out },
			...{ strata: "short:-20,long:20-", format: "arrow" },
		});
		const strataWeights = { short: 1, long: 1 };
		await expect(planned({ datasets: [out], strataWeights })).rejects.toThrow(
			/mix documents of all lengths: build or pack it with/,
		);
		await expect(planned({ datasets: [`${a}#stratum:tall`] })).rejects.toThrow(
			/has no rows of a stratum "tall"; it has: short, long/,
		);
		const c = await dataset("c", 40, "short:-20,vast:900-");
		await expect(planned({ datasets: [`${c}#stratum:vast`] })).rejects.toThrow(
			/there are no rows in the datasets of a stage, or in the strata/,
		);
	});
});
