import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBuild, planBuild, runTasks } from "seqpack";
import { expect, test } from "vitest";
import { readPlan } from "../../src/build/output-directory.js";
import { planOfTasks, wholePlan } from "../../src/build/plan-files.js";
import { Workspace } from "../../src/build/workspace.js";
import {
	directoryWith,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

/** Files of three tasks' size, two, and many small ones. */
const files = Object.fromEntries([
	...[3, 2].map((n, i) => [`${i}.txt`, "some words\n".repeat(n * 9_500)]),
	["none.txt", ""],
	...Array.from({ length: 300 }, (_, i) => [
		`s${i}.txt`,
		"text ".repeat(6_000),
	]),
]);

test("a plan is read in parts, and all parts are the plan", async () => {
	const out = join(temporaryDirectory(), "out");
	const inputs = [directoryWith(files)];
	const tasksOf = { tokenizer: tokenizerPath, seqLen: 512, taskSize: 100_000 };
	const { plan } = await planBuild({ ...tasksOf, inputs, out });
	expect(plan.tasks.length).toBeGreaterThan(70);
	const workspace = new Workspace(out, plan.planHash);
	const outline = await readPlan(out);
	if (outline === null) throw new Error("there is no plan");
	expect(outline.inputs).toEqual([]);
	expect(await wholePlan(workspace, outline)).toEqual(plan);

	const some = [3, 66];
	const own = await planOfTasks(workspace, outline, some);
	for (const number of some) {
		const task = own.tasks[number];
		expect(task).toEqual(plan.tasks[number]);
		if (task.kind !== "read") throw new Error("it reads nothing");
		for (const { input } of task.spans)
			expect(own.inputs[input]).toEqual(plan.inputs[input]);
	}
	const last = await planOfTasks(workspace, outline, [plan.tasks.length - 1]);
	const known = last.inputs.filter((input) => input !== undefined).length;
	expect(known).toBeLessThan(plan.inputs.length / 2);

	const path = workspace.state("plan/00001.json");
	expect(readFileSync(path, "utf8")).toContain("spans");
	const said = `the plan in ${out} is not whole: it is being written, or was cut off in that, or changed. Plan again.`;
	for (const damaged of ["", "{", "null", '{"spans": [[66,', "{}"]) {
		writeFileSync(path, damaged);
		const read = planOfTasks(workspace, outline, [66]);
		await expect(read, damaged).rejects.toMatchObject({ message: said });
	}
	rmSync(path);
	const build = await openBuild(out);
	await runTasks(build, [0], { workers: 0 });
	await expect(runTasks(build, [66], { workers: 0 })).rejects.toMatchObject({
		message: said,
		exitCode: 1,
	});
});
