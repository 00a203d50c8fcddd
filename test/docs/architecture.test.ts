import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as seqpack from "seqpack";
import { expect, test } from "vitest";
import { root } from "../helpers.js";
import { programsOf, runPrograms } from "./programs.js";

const page = "docs/architecture.md";
const text = readFileSync(join(root, page), "utf8");

test("the smallest program runs", () => {
	const { outputs } = runPrograms(programsOf(page));
	expect(outputs).toEqual([
		expect.stringMatching(/^\d+ tokens of \d+ documents\n$/),
	]);
});

test("the files that the page names are there", () => {
	// Those of the floors are looked for on their floors.
	const others = text.replaceAll(/^\| `.*?\/`.*$/gm, "");
	const named = [...others.matchAll(/`([\w/-]+\/[\w-]+\.(?:ts|mjs))`/g)].map(
		([, path]) => path,
	);
	expect(named.length).toBeGreaterThan(20);
	for (const path of named)
		expect(
			["", "src"].some((folder) => existsSync(join(root, folder, path))),
			path,
		).toBe(true);
});

test("the files where a floor begins are there", () => {
	for (const [, floors, starts] of text.matchAll(
		/^\| (`.*?\/`)[^|]*\|[^|]*\| (.*?) \|$/gm,
	)) {
		const [floor] = floors.split("`").filter((part) => part !== "");
		for (const [, file] of starts.matchAll(/`([\w./-]+)`/g))
			expect(existsSync(join(root, floor, file)), `${floor}${file}`).toBe(true);
	}
});

test("the public functions that the page names are exported", () => {
	for (const name of [
		...["build", "planBuild", "runTasks", "finalizeBuild"],
		...["planCurriculum", "openBatches", "openDataset", "verify"],
	]) {
		expect(text).toContain(`${name}`);
		expect(Object.keys(seqpack)).toContain(name);
	}
});
