import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { openBatches } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { readManifest } from "../build/dataset-rows.js";
import { sharedDirectory, temporaryDirectory } from "../helpers.js";
import { planned, plannedAndRead } from "../plan/planned.js";
import { allOf, builtFrom, rowsOf } from "./datasets.js";

const prose = join(sharedDirectory(), "prose");
beforeAll(() => builtFrom("prose", prose), 60_000);

test("any step can be the first: what follows is what an unbroken run gives", async () => {
	const { out, ranks, plan } = await plannedAndRead(
		{ datasets: [prose], schedule: "grow-p2", cycles: 2 },
		2,
	);
	const whole = ranks[1].map(rowsOf);
	await fc.assert(
		fc.asyncProperty(
			fc.nat(plan.totals.steps - 1),
			fc.integer({ min: 1, max: 20 }),
			async (fromStep, steps) => {
				const part = await allOf(
					await openBatches(out, {
						rank: 1,
						worldSize: 2,
						fromStep,
						steps,
						readAhead: 0,
					}),
				);
				expect(part.map(rowsOf)).toEqual(
					whole.slice(fromStep, fromStep + steps),
				);
			},
		),
		{ numRuns: 25 },
	);
});

test("the state resumes where a run stopped, with reading ahead or without", async () => {
	const { out, ranks } = await plannedAndRead({
		datasets: [prose],
		schedule: "grow-linear",
	});
	const whole = ranks[0].map(rowsOf);
	for (const readAhead of [0, 3]) {
		const batches = await openBatches(out, { readAhead });
		const before = [];
		for await (const batch of batches) {
			before.push(rowsOf(batch));
			if (before.length === 7) break;
		}
		const state = JSON.parse(JSON.stringify(batches.state));
		expect(state).toEqual({ plan: batches.plan.planHash, step: 7 });
		const after = await allOf(await openBatches(out, { state, readAhead }));
		expect([...before, ...after.map(rowsOf)]).toEqual(whole);
	}
	const state = { plan: "0".repeat(64), step: 3 };
	await expect(openBatches(out, { state })).rejects.toThrow(
		/state is of the plan 000000000000/,
	);
});

test("one plan serves any world size that divides its batches", async () => {
	const { out, seen } = await plannedAndRead({
		datasets: [prose],
		tokensPerStep: 2048,
	});
	const sorted = (items: typeof seen) =>
		items.map((r) => `${r.step} ${r.bucket} ${r.row}`).sort();
	for (const worldSize of [2, 4, 8]) {
		const all = [];
		for (let rank = 0; rank < worldSize; rank++)
			all.push(
				...(
					await allOf(await openBatches(out, { rank, worldSize, readAhead: 0 }))
				).flatMap(rowsOf),
			);
		expect(sorted(all)).toEqual(sorted(seen));
	}
	await expect(openBatches(out, { worldSize: 16 })).rejects.toThrow(
		/16 ranks do not divide the 8 sequences of 256 tokens.*worldSize: 16/,
	);
});

describe("bad use", () => {
	test("a dataset that has changed, a plan that was changed, steps beyond the end", async () => {
		const directory = temporaryDirectory();
		const dataset = await builtFrom("scripts", join(directory, "d"));
		const out = join(directory, "plan");
		const { totals } = await planned({ datasets: [dataset], out });
		await expect(
			openBatches(out, { fromStep: totals.steps + 1 }),
		).rejects.toThrow(
			new RegExp(
				`no step ${totals.steps + 1}: the plan has ${totals.steps}, from 0 to ${totals.steps - 1}, and ${totals.steps} is its end`,
			),
		);
		await expect(openBatches(out, { rank: 1 })).rejects.toThrow(/no rank 1/);
		await expect(
			openBatches(out, { columns: ["colour" as "labels"] }),
		).rejects.toThrow(
			/columns is "colour", and there is no such column: give one of position_ids/,
		);
		await expect(
			planned({ datasets: [dataset], out, seed: 9 }),
		).rejects.toThrow(/holds another plan already/);
		await expect(
			planned({ datasets: [dataset], out: directory }),
		).rejects.toThrow(/holds other things, such as d/);
		await planned({ datasets: [dataset], out, overwrite: true });
		const moved = { datasets: [prose] };
		await expect(openBatches(out, moved)).rejects.toThrow(
			/is not the dataset that the plan was made of/,
		);
		expect(
			await allOf(await openBatches(out, { datasets: [dataset] })),
		).toHaveLength(totals.steps);
		rmSync(dataset, { recursive: true });
		await builtFrom("scripts", dataset, { seed: 5 });
		await expect(openBatches(out)).rejects.toThrow(
			/is not the dataset that the plan was made of.*Plan again/,
		);
		const path = join(out, "curriculum.json");
		writeFileSync(
			path,
			readFileSync(path, "utf8").replace('"padId": ', '"padId": 1'),
		);
		await expect(openBatches(out)).rejects.toThrow(/changed after it was made/);
		await expect(openBatches(dataset)).rejects.toThrow(
			/is not a plan of seqpack/,
		);
	});

	test("a shard that is cut off is told, with its file", async () => {
		const directory = temporaryDirectory();
		const dataset = await builtFrom("scripts", join(directory, "d"));
		const out = join(directory, "plan");
		await planned({ datasets: [dataset], out });
		const [{ path }] = readManifest(dataset).shards;
		const shard = join(dataset, path);
		writeFileSync(shard, readFileSync(shard).subarray(0, 900));
		for (const readAhead of [0, 2])
			await expect(
				allOf(await openBatches(out, { readAhead })),
			).rejects.toThrow(new RegExp(`${path} cannot be read: .*seqpack verify`));
	});
});
