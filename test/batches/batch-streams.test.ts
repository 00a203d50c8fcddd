import { join } from "node:path";
import { openBatches } from "seqpack";
import { beforeAll, expect, test } from "vitest";
import { batchStreams, jsonLine } from "../../src/batches/batch-streams.js";
import { batchKinds } from "../../src/curriculum/batch-kinds.js";
import { sharedDirectory, temporaryDirectory } from "../helpers.js";
import { planned } from "../plan/planned.js";
import { allOf, builtFrom } from "./datasets.js";

const shared = sharedDirectory();
const data = {
	packed: join(shared, "packed"),
	buckets: join(shared, "buckets"),
	documents: join(shared, "store"),
};

beforeAll(async () => {
	await builtFrom("scripts", data.packed, {
		layout: "packed",
		decomposer: undefined,
		minLength: undefined,
		maxLength: undefined,
		seqLen: 1024,
		format: "arrow",
	});
	await builtFrom("prose", data.buckets);
	await builtFrom("prose", data.documents, {
		layout: "documents",
		decomposer: undefined,
		minLength: undefined,
		maxLength: undefined,
	});
}, 60_000);

test.each(batchKinds.entries())(
	"%s: a line of JSON has an entry for each row in every list, under the column's name",
	async (batches, { layout, items, isPadded }) => {
		const out = join(temporaryDirectory(), "plan");
		await planned({
			datasets: [data[layout ?? "packed"]],
			tokensPerStep: 4096,
			batches,
			out,
			...(items === "chunks" && { order: "documents", chunk: 512 }),
		});
		const opened = await openBatches(out, { columns: ["labels"], steps: 3 });
		const all = await allOf(opened);
		expect(all).toHaveLength(3);
		for (const batch of all) {
			const line = JSON.parse(jsonLine(batch));
			expect(line).toMatchObject({
				step: batch.step,
				stage: 0,
				length: batch.length,
			});
			expect(Object.hasOwn(line, "start")).toBe(items !== "rows");
			for (const name of ["dataset", "row", "input_ids", "labels"]) {
				const { values } = batch.columns[name];
				expect(line[name]).toHaveLength(batch.rows);
				expect(line[name].flat()).toEqual(
					Array.from(values as ArrayLike<unknown>, Number),
				);
			}
			if (!isPadded) expect(batch.rows).toBe(1);
		}
	},
);

test.each(batchStreams.entries())(
	"%s: parts of a stream come batch by batch, and tell the mean imbalance",
	async (_, { encode }) => {
		const out = join(temporaryDirectory(), "plan");
		const { totals } = await planned({
			datasets: [data.packed],
			out,
			worldSize: 1,
		});
		const batches = await openBatches(out, { balanceRanks: true });
		expect(batches.imbalance).toBe(null);
		const parts = await allOf(encode(batches));
		expect(parts.length).toBeGreaterThanOrEqual(totals.steps);
		expect(batches.imbalance).toEqual({
			steps: totals.steps,
			shared: 1,
			inOrder: 1,
		});
	},
);
