// Lanes of more documents than are held in memory: a store of lengths alone, whose tokens are not read.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { build } from "seqpack";
import { beforeAll, expect, test } from "vitest";
import { LanesReader } from "../../src/batches/lanes-reader.js";
import { lengthsBatch, lengthsSchema } from "../../src/dataset/lengths.js";
import { readManifest } from "../../src/dataset/read-manifest.js";
import { planCurriculum } from "../../src/plan/make-plan.js";
import { storageAt } from "../../src/storage/storages.js";
import { arrow } from "../../src/tables/arrow.js";
import {
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const store = join(sharedDirectory(), "store");
/** Of the documents of two tasks. */
const lengths = [90_000, 60_001].map((count, task) =>
	Int32Array.from({ length: count }, (_, i) =>
		// Some are empty, and one in a thousand is long.
		i % 1000 === 7 ? 300 + (i % 89) : (i * 7 + task) % 12,
	),
);
const all = lengths.flatMap((own) => [...own]);

beforeAll(async () => {
	const text = `${store}.jsonl`;
	writeFileSync(text, `${JSON.stringify({ text: "A document." })}\n`);
	await build({
		inputs: [text],
		tokenizer: tokenizerPath,
		layout: "documents",
		workers: 0,
		out: store,
	});
	const manifest = await readManifest(store);
	const schema = lengthsSchema(manifest.settings);
	const files = [];
	for (const [task, own] of lengths.entries()) {
		const path = `index/lengths-of-${task}.arrow`;
		const file = await storageAt(store).create(join(store, path));
		const options = { compression: "none", batchRows: 0, metadata: new Map() };
		const writer = arrow.write(file, schema, options);
		for (let at = 0; at < own.length; at += 7000) {
			const part = own.subarray(at, at + 7000);
			const none = { splits: null, trained: null, cuts: null, sides: null };
			await writer.write(lengthsBatch({ lengths: part, ...none }));
		}
		await writer.close();
		const known = manifest.lengths?.[0];
		files.push({
			...known,
			path,
			task,
			rows: own.length,
			...(await file.commit()),
		});
	}
	const shards = files.map(({ task, rows }) => ({
		...manifest.shards[0],
		task,
		rows,
	}));
	writeFileSync(
		join(store, "seqpack.json"),
		JSON.stringify({
			...manifest,
			tasks: { read: lengths.length, repack: 0 },
			lengths: files,
			shards,
		}),
	);
});

test("windows are level, lanes have no gaps, each document is read once, any step is found", async () => {
	const out = join(temporaryDirectory(), "plan");
	const chunk = 4;
	const count = 100;
	const { lanes, totals } = await planCurriculum({
		datasets: [store],
		order: "documents",
		chunk,
		tokensPerStep: count * chunk,
		seed: 3,
		out,
	});
	if (lanes === undefined) throw new Error("the plan has no lanes");
	const table = tableFromIPC(readFileSync(join(out, lanes.path)));
	const column = (name: string) =>
		Array.from(table.getChild(name)?.toArray() ?? [], Number);
	const [lane, first, tokens, row] = [
		"lane",
		"first_step",
		"tokens",
		"row",
	].map(column);
	const chunks = tokens.map((n) => Math.ceil(n / chunk));

	const times = new Int32Array(all.length);
	const next = Array(count).fill(0);
	let wrong = 0;
	for (const [i, document] of row.entries()) {
		times[document]++;
		if (tokens[i] !== all[document] || first[i] !== next[lane[i]]) wrong++;
		next[lane[i]] += chunks[i];
	}
	expect(wrong).toBe(0);
	expect(all.every((length, d) => times[d] === (length === 0 ? 0 : 1))).toBe(
		true,
	);
	expect(lanes.emptyDocuments).toBe(all.filter((n) => n === 0).length);
	const sum = chunks.reduce((a, b) => a + b, 0);
	expect(lanes.chunks).toBe(sum);
	expect(totals.steps).toBe(Math.max(...next));
	expect(lanes.idle).toBe(totals.steps * count - sum);
	// There are enough short ones.
	expect(totals.steps).toBe(Math.ceil(sum / count));
	expect(lanes.leastSteps).toBe(totals.steps);

	expect(lanes.windows).toHaveLength(3);
	let from = 0;
	for (const { rows, firstStep, endStep } of lanes.windows) {
		const own = first.slice(from, from + rows);
		const ends = own.map((step, i) => step + chunks[from + i]);
		expect(own.reduce((a, b) => Math.min(a, b))).toBe(firstStep);
		expect(ends.reduce((a, b) => Math.max(a, b))).toBe(endStep);
		from += rows;
	}
	expect(from).toBe(row.length);

	const reader = new LanesReader(out, lanes);
	const borders = lanes.windows.flatMap(({ firstStep, endStep }) => [
		firstStep,
		endStep - 1,
	]);
	for (const step of [...borders, 5, 1000, 17, totals.steps - 1, 2001]) {
		const due: (number | null)[] = Array(count).fill(null);
		for (const [i, at] of first.entries())
			if (at <= step && step < at + chunks[i]) due[lane[i]] = row[i];
		const found = reader.at(step, 0, count);
		expect(found.map((document) => document?.row ?? null)).toEqual(due);
	}
	reader.close();
});

test("documents of a dataset come in random order, the same for every chunk size", async () => {
	const starts = [];
	for (const chunk of [16, 512]) {
		const out = join(temporaryDirectory(), "plan");
		const { lanes } = await planCurriculum({
			datasets: [store],
			order: "documents",
			chunk,
			tokensPerStep: chunk,
			out,
		});
		const table = tableFromIPC(readFileSync(join(out, lanes?.path ?? "")));
		starts.push(Array.from(table.getChild("row")?.toArray() ?? [], Number));
	}
	const [one, other] = starts;
	expect(one).toEqual(other);
	const neighbours = one.filter((row, i) => i > 0 && row === one[i - 1] + 1);
	expect(neighbours.length).toBeLessThan(one.length / 100);
	// A window is of documents of the whole store.
	const half = one
		.slice(0, 20_000)
		.filter((row) => row < all.length / 2).length;
	expect(half).toBeGreaterThan(7_000);
	expect(half).toBeLessThan(13_000);
});
