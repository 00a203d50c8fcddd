import { join } from "node:path";
import { openBatches } from "seqpack";
import { expect, test } from "vitest";
import { openPlan } from "../../src/plan/curriculum-plan.js";
import { allOf, rowsOf } from "../batches/datasets.js";
import { commandsOf, recipeDirectory, runIn } from "./recipes.js";

const directory = recipeDirectory();
const at = (name: string) => join(directory, name);

/** The rows of each step of a plan. */
const stepsOf = async (name: string) =>
	(await allOf(await openBatches(at(name), { readAhead: 0 }))).map((batch) =>
		rowsOf(batch).map(({ step, ...row }) => row),
	);

test("the plans that change of the guide go on from one another, and no row comes twice", async () => {
	const said: string[] = [];
	for (const command of commandsOf("docs/guide/curriculum.md"))
		said.push((await runIn(directory, command)).stderr);
	const plan = await stepsOf("plan");
	const skipped = await stepsOf("without-spike");
	const larger = await stepsOf("larger");
	const longer = await stepsOf("longer");
	expect(skipped).toEqual([...plan.slice(0, 30), ...plan.slice(36)]);
	expect(larger.slice(0, 60)).toEqual(skipped.slice(0, 60));
	expect(longer.slice(0, larger.length)).toEqual(larger);
	const tokens = (steps: typeof plan) =>
		steps.map((rows) => rows.reduce((sum, { ids }) => sum + ids.length, 0));
	expect(new Set(tokens(larger.slice(0, 60)))).toEqual(new Set([2048]));
	expect(new Set(tokens(longer.slice(60)))).toEqual(new Set([4096]));
	const rows = larger.flat().map(({ bucket, row }) => `${bucket} ${row}`);
	expect(new Set(rows).size).toBe(rows.length);
	const { parents, totals } = await openPlan(at("longer"));
	expect(parents?.map(({ step }) => step)).toEqual([larger.length, 60, 30]);
	expect(totals.skipped?.steps).toBe(6);
	expect(said.join("")).toMatch(
		/the same {3}30 steps of plan\n {2}skipped {4}6 steps/,
	);
});
