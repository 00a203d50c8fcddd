import { cpSync, renameSync } from "node:fs";
import { join } from "node:path";
import { openBatches, planCurriculum } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { seqpack, sharedDirectory, temporaryDirectory } from "../helpers.js";
import { allOf, builtFrom, rowsOf } from "./datasets.js";

const options = { taskSize: 200_000, shardTokens: 4096 };
const original = join(sharedDirectory(), "dataset");
beforeAll(() => builtFrom("scripts", original, options), 60_000);

async function setting() {
	const directory = temporaryDirectory();
	const dataset = join(directory, "dataset");
	const plan = join(directory, "plan");
	cpSync(original, dataset, { recursive: true });
	await planCurriculum({ datasets: [dataset], tokensPerStep: 1024, out: plan });
	const undisturbed = (
		await allOf(await openBatches(plan, { readAhead: 0 }))
	).map(rowsOf);
	return { directory, dataset, plan, undisturbed };
}

/** Reads batches, with something done after the first few; gives the steps until a sentence stopped it. */
async function readWhile(
	plan: string,
	readAhead: number,
	done: () => Promise<unknown>,
) {
	const steps: ReturnType<typeof rowsOf>[] = [];
	try {
		for await (const batch of await openBatches(plan, { readAhead })) {
			steps.push(rowsOf(batch));
			if (steps.length === 5) await done();
		}
		return { steps, error: null };
	} catch (error) {
		return { steps, error: error as Error & { code: string } };
	}
}

describe.each([0, 4])("batches read %i ahead", (readAhead) => {
	test("go on or stop with a sentence where their dataset is built anew", async () => {
		const { dataset, plan, undisturbed } = await setting();
		const { steps, error } = await readWhile(plan, readAhead, () =>
			builtFrom("scripts", dataset, {
				...options,
				...{ seed: 7, overwrite: true },
			}),
		);
		expect(steps.length).toBeGreaterThanOrEqual(5);
		expect(steps).toEqual(undisturbed.slice(0, steps.length));
		// Not all of the shards were open.
		expect(error).toMatchObject({
			name: "DataError",
			code: "dataset-changed",
			message: expect.stringMatching(
				/train-.*\.arrow.*built anew, moved or removed.*plan again/,
			),
		});
		await expect(openBatches(plan)).rejects.toMatchObject({
			code: "dataset-changed",
		});
	});

	test("go on where their dataset is built anew as it was", async () => {
		const { dataset, plan, undisturbed } = await setting();
		const { steps, error } = await readWhile(plan, readAhead, () =>
			builtFrom("scripts", dataset, {
				...options,
				overwrite: true,
			}),
		);
		expect(error).toBeNull();
		expect(steps).toEqual(undisturbed);
	});

	test("go on where their plan is replaced", async () => {
		const { dataset, plan, undisturbed } = await setting();
		const { steps, error } = await readWhile(plan, readAhead, () =>
			planCurriculum({
				...{ datasets: [dataset], tokensPerStep: 2048, seed: 7 },
				...{ out: plan, overwrite: true },
			}),
		);
		expect(error).toBeNull();
		expect(steps).toEqual(undisturbed);
		expect((await openBatches(plan)).plan.tokensPerStep).toBe(2048);
	});
});

test("a plan whose dataset was moved says how to name it", async () => {
	const { directory, dataset, plan, undisturbed } = await setting();
	const elsewhere = join(directory, "elsewhere");
	renameSync(dataset, elsewhere);
	await expect(openBatches(plan)).rejects.toMatchObject({
		code: "dataset-moved",
		message: expect.stringMatching(
			/no dataset at .*dataset, where the plan has it: say where it is now \(datasets\)/,
		),
	});
	const { code, stderr } = await seqpack(["batches", plan]);
	expect([code, stderr]).toEqual([2, expect.stringContaining("(--datasets)")]);
	const batches = await openBatches(plan, { datasets: [`${elsewhere}/`] });
	expect((await allOf(batches)).map(rowsOf)).toEqual(undisturbed);
	// Named wrongly, it is what is wrong with that.
	await expect(
		openBatches(plan, { datasets: [directory] }),
	).rejects.toMatchObject({ code: "not-a-dataset" });
	// Another dataset in its place is no move.
	await builtFrom("prose", dataset);
	await expect(openBatches(plan)).rejects.toMatchObject({
		code: "dataset-changed",
	});
});
