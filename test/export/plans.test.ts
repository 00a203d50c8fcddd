import { join } from "node:path";
import { exportDataset, openBatches } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { sharedDirectory, temporaryDirectory } from "../helpers.js";
import { makeSources, readBack, type Sources } from "./sources.js";

const directory = sharedDirectory();
let sources: Sources;
beforeAll(async () => {
	sources = await makeSources(directory);
});

/** The rows that a rank's batches have, one by one, without padding. */
async function rowsOfBatches(
	plan: string,
	options: Parameters<typeof openBatches>[1],
): Promise<number[][]> {
	const rows: number[][] = [];
	for await (const batch of await openBatches(plan, {
		...options,
		readAhead: 0,
	})) {
		const ids = batch.columns.input_ids;
		const lengths = batch.columns.seq_lengths;
		if (!("offsets" in ids) || !("offsets" in lengths))
			throw new Error("batches have lists");
		for (let row = 0; row < batch.rows; row++) {
			const sequences = lengths.values.slice(
				lengths.offsets[row],
				lengths.offsets[row + 1],
			);
			const used = Array.from(sequences, Number).reduce((a, b) => a + b, 0);
			const from = ids.offsets[row];
			rows.push(Array.from(ids.values.slice(from, from + used), Number));
		}
	}
	return rows;
}

describe.each(["plan", "bucketPlan"] as const)("rows of a %s", (name) => {
	test.each([{}, { fromStep: 3, steps: 2 }])(
		"are those of all its batches %o",
		async (steps) => {
			const out = join(temporaryDirectory(), "out");
			await exportDataset({
				source: sources[name],
				to: "jsonl",
				...steps,
				out,
			});
			const found = await readBack([out], { tokensField: "input_ids" });
			const due = await rowsOfBatches(sources[name], steps);
			expect(due.length).toBeGreaterThan(3);
			expect(found.map(({ ids }) => ids)).toEqual(due);
		},
	);

	test("go to ranks as their batches do", async () => {
		const out = join(temporaryDirectory(), "out");
		await exportDataset({
			source: sources[name],
			to: "mds",
			worldSize: 2,
			out,
		});
		for (const rank of [0, 1]) {
			const found = await readBack([join(out, `rank-0000${rank}`)], {
				tokensField: "tokens",
			});
			const due = await rowsOfBatches(sources[name], { rank, worldSize: 2 });
			expect(found.map(({ ids }) => ids)).toEqual(due);
		}
	});
});

test("masks go with the rows of a plan", async () => {
	const out = join(temporaryDirectory(), "out");
	await exportDataset({ source: sources.plan, to: "jsonl", out });
	const found = await readBack([out], {
		tokensField: "input_ids",
		maskField: "loss_mask",
	});
	const rows: number[][] = [];
	for await (const { columns, rows: count } of await openBatches(sources.plan, {
		columns: ["loss_mask"],
		readAhead: 0,
	})) {
		const mask = columns.loss_mask;
		if (!("offsets" in mask)) throw new Error("masks are lists");
		for (let row = 0; row < count; row++)
			rows.push(
				Array.from(
					mask.values.slice(mask.offsets[row], mask.offsets[row + 1]),
					Number,
				),
			);
	}
	expect(found.map(({ mask }) => mask)).toEqual(
		found.map(({ ids }, row) => rows[row].slice(0, ids.length)),
	);
});

test("rows of several lengths are refused where they would be cut anew", async () => {
	const out = join(temporaryDirectory(), "out");
	await expect(
		exportDataset({ source: sources.bucketPlan, to: "megatron", out }),
	).rejects.toThrow(/cannot be exported to: "megatron".*several lengths/);
});
