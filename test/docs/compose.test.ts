import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { composeReasons } from "../../src/recipes/faults.js";
import { parseRecipe, withLists } from "../../src/recipes/recipe.js";
import { root } from "../helpers.js";

const page = readFileSync(join(root, "docs/guide/compose.md"), "utf8");
const recipes = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(
	([, yaml]) => yaml,
);

test("every recipe of the guide is one", async () => {
	expect(recipes.length).toBeGreaterThan(7);
	for (const yaml of recipes)
		parseRecipe(await withLists(parse(yaml), async () => ["a list"]));
});

test("the guide tells what the command counts", () => {
	const told = [...page.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, names]) =>
		[...names.matchAll(/`([\w-]+)`/g)].map(([, name]) => name),
	);
	const files = ["compose/unit.ts", "recipes/group-drafts.ts"];
	for (const step of [
		"complete",
		"drop-words",
		"fit",
		"hide",
		"inject",
		"rounds",
		"separator",
	])
		files.push(`recipes/steps/${step}.ts`);
	files.push("recipes/groupings/pairs.ts");
	for (const file of files) {
		const code = readFileSync(join(root, "src", file), "utf8");
		const counted = [...code.matchAll(/count\(\s*"([\w-]+)"/g)].map(
			([, name]) => name,
		);
		expect(counted.length, file).toBeGreaterThan(0);
		for (const name of counted)
			expect([...told, ...Object.keys(composeReasons)]).toContain(name);
	}
});
