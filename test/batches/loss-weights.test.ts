import { join } from "node:path";
import {
	build,
	openBatches,
	openDataset,
	packStore,
	planCurriculum,
} from "seqpack";
import { expect, test } from "vitest";
import {
	expectNumbers,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { allOf } from "./datasets.js";

const options = {
	inputs: [join(fixtures, "code")],
	tokenizer: tokenizerPath,
	workers: 0,
};
const rows = { seqLen: 2048, format: "arrow" } as const;

async function planned(datasets: string[], batches?: "flat") {
	const out = join(temporaryDirectory(), "plan");
	const more = batches === undefined ? {} : { batches };
	await planCurriculum({ datasets, tokensPerStep: 4 * 2048, out, ...more });
	return out;
}

test("batches have the weights that the rows have, and 0 for padding", async () => {
	const out = join(temporaryDirectory(), "data");
	await build({ ...options, ...rows, lossWeight: "document", out });
	const dataset = await openDataset(out);
	for (const kind of [undefined, "flat"] as const)
		for (const batch of await allOf(
			await openBatches(await planned([out], kind), {
				columns: ["loss_weight"],
				readAhead: 0,
			}),
		)) {
			const { values, type } = batch.columns.loss_weight;
			expect(type).toBe("list<float32>");
			const numbers = Array.from(batch.columns.row.values, Number);
			const length = values.length / numbers.length;
			let at = 0;
			for (const number of numbers) {
				const due = (await dataset.row(number)).loss_weight as Float32Array;
				const tokens = kind === "flat" ? due.length : length;
				const found = (values as Float32Array).subarray(at, at + tokens);
				expectNumbers(found.subarray(0, due.length), due);
				expect(found.subarray(due.length).every((each) => each === 0)).toBe(
					true,
				);
				at += tokens;
			}
		}
});

test.each([
	["a step that ranks share", {}, 2],
	["micro-batches", { worldSize: 2, maxTokensPerMicroBatch: 4096 }, 2],
])("weights add up to those of %s", async (_, more, worldSize) => {
	const place = temporaryDirectory();
	const [data, plan] = ["data", "plan"].map((name) => join(place, name));
	await build({ ...options, ...rows, lossWeight: "document", out: data });
	await planCurriculum({
		...{ datasets: [data], tokensPerStep: 8 * 2048, out: plan },
		...more,
	});
	const sumOf = (values: ArrayLike<number>) =>
		Array.from(values).reduce((sum, n) => sum + n, 0);
	const ofRanks: Map<number, number>[] = [];
	const ofSteps = new Map<number, number>();
	for (let rank = 0; rank < worldSize; rank++) {
		const ofRank = new Map<number, number>();
		const batches = await allOf(
			await openBatches(plan, {
				...{ rank, worldSize, columns: ["loss_weight"], readAhead: 0 },
			}),
		);
		for (const { step, columns } of batches) {
			const own = sumOf(columns.loss_weight.values as Float32Array);
			const given = (columns.micro_batch_weight ?? columns.rank_weight).values;
			expect(Number(given[0])).toBeCloseTo(own, 6);
			ofRank.set(step, (ofRank.get(step) ?? 0) + own);
			expect(ofSteps.get(step) ?? columns.step_weight.values[0]).toBe(
				columns.step_weight.values[0],
			);
			ofSteps.set(step, Number(columns.step_weight.values[0]));
		}
		for (const { step, columns } of batches)
			expect(Number(columns.rank_weight.values[0])).toBeCloseTo(
				ofRank.get(step) ?? 0,
				6,
			);
		ofRanks.push(ofRank);
	}
	expect(ofSteps.size).toBeGreaterThan(2);
	for (const [step, weight] of ofSteps)
		expect(weight).toBeCloseTo(
			sumOf(ofRanks.map((ofRank) => ofRank.get(step) ?? 0)),
			6,
		);
});

test("weights that are not there are refused, with what to do", async () => {
	const place = temporaryDirectory();
	const [none, other, store, packing] = ["a", "b", "c", "d"].map((name) =>
		join(place, name),
	);
	await build({ ...options, ...rows, out: none });
	await build({ ...options, ...rows, lossWeight: "token", out: other });
	await build({ ...options, layout: "documents", out: store });
	await packStore({ store, seqLen: 2048, lossWeight: "token", out: packing });
	const open = async (...datasets: string[]) =>
		openBatches(await planned(datasets), { columns: ["loss_weight"] });
	await expect(open(none)).rejects.toThrow(
		/a has no loss_weight: leave the column out, or build with lossWeight: "token"/,
	);
	await expect(open(packing)).rejects.toThrow(
		/is an index, and has no loss_weight/,
	);
	await expect(
		openBatches(await planned([other]), {
			columns: ["loss_weight"],
			worldSize: 2,
			sequenceParallel: 2,
		}),
	).rejects.toThrow(/loss_weight lies as unshifted labels do/);
});
