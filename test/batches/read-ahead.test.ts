import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBatches, planCurriculum } from "seqpack";
import { expect, test } from "vitest";
import { root, temporaryDirectory } from "../helpers.js";
import { allOf, builtFrom, rowsOf } from "./datasets.js";

/** Reads all batches in a process whose reading thread is lost so many times, at a step. */
async function readLosing(plan: string, times: number, at: number) {
	const directory = temporaryDirectory();
	const program = join(directory, "read.mjs");
	const marks = join(directory, "marks");
	mkdirSync(marks);
	const index = JSON.stringify(join(root, "dist/src/index.js"));
	writeFileSync(
		program,
		`import { openBatches } from ${index};
const batches = [];
let error = null;
try {
	for await (const batch of await openBatches(${JSON.stringify(plan)}, { readAhead: 3 })) {
		const { values } = batch.columns.input_ids;
		batches.push([batch.step, values.length, values.reduce((sum, id, i) => (sum * 31 + id + i) % 1e9, 7)]);
	}
} catch ({ code, exitCode, message }) {
	error = { code, exitCode, message };
}
console.log(JSON.stringify({ batches, error }));
`,
	);
	const preload = join(root, "test/batches/lost-reader.mjs");
	const child = spawn(process.execPath, [`--import=${preload}`, program], {
		stdio: ["ignore", "pipe", "inherit"],
		env: {
			...process.env,
			SEQPACK_LOST_READER: JSON.stringify({ times, at, marks }),
		},
	});
	let out = "";
	child.stdout.on("data", (part) => {
		out += part;
	});
	await once(child, "close");
	return JSON.parse(out);
}

test("a thread that reads ahead and is lost is replaced, and no batch is given twice or left out", async () => {
	const directory = temporaryDirectory();
	const dataset = await builtFrom("scripts", join(directory, "dataset"));
	const plan = join(directory, "plan");
	await planCurriculum({ datasets: [dataset], tokensPerStep: 2048, out: plan });
	const whole = await readLosing(plan, 0, 0);
	expect(whole.error).toBeNull();
	const here = await allOf(await openBatches(plan, { readAhead: 0 }));
	expect(whole.batches.map(([step]: number[]) => step)).toEqual(
		here.map(({ step }) => step),
	);
	expect(here.flatMap(rowsOf).length).toBeGreaterThan(10);
	// Twice at one batch, and several times, each after one batch more.
	for (const [times, at] of [
		[2, 0],
		[2, 4],
		[8, 2],
	])
		expect(await readLosing(plan, times, at)).toEqual(whole);
	const inVain = await readLosing(plan, 1_000, 0);
	expect(inVain).toMatchObject({
		batches: [],
		error: {
			exitCode: 1,
			message:
				"reading of step 0 failed 3 times; the last time: a thread ended before its work did, with exit code 7.",
		},
	});
});
