// The commands of the page about parallel plans, and what it says of them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../helpers.js";
import { commandsOf, recipeDirectory, runIn } from "./recipes.js";

const page = "docs/guide/parallel-plans.md";
const directory = recipeDirectory();

test("the commands of the page run, and say what it says", async () => {
	const said: string[] = [];
	for (const command of commandsOf(page)) {
		const { stderr } = await runIn(directory, command);
		if (command[1] === "curriculum") said.push(stderr);
	}
	const listings = readFileSync(join(root, page), "utf8").matchAll(
		/```\n(Planned .*?)```/gs,
	);
	const due = [...listings].map(([, text]) => text.trim().split("\n").slice(1));
	expect(due).toHaveLength(3);
	for (const [i, lines] of due.entries())
		for (const line of lines) expect(said[i]).toContain(line);
});

test("the cost model of the page is that of the file", () => {
	const text = readFileSync(join(root, page), "utf8");
	const [, model] = /```json\n(.*?)```/s.exec(text) ?? [];
	const file = join(root, "docs/recipes/parallel-plans/flexsp-7b.json");
	expect(JSON.parse(model)).toEqual(JSON.parse(readFileSync(file, "utf8")));
});
