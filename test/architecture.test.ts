import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./helpers.js";

/** The floors of src/, the lowest first: imports go down only. */
const floors = [
	"core",
	"tokenizer",
	"decompose",
	"masks",
	"pack",
	"curriculum",
	"storage",
	"sources",
	"tables",
	"dataset",
	"options",
	"plan",
	"batches",
	"build",
	"report",
];
const pure = new Set([
	"core",
	"tokenizer",
	"decompose",
	"masks",
	"pack",
	"curriculum",
]);

const files = ["src", "cli"].flatMap((top) =>
	readdirSync(join(root, top), { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".ts"))
		.map((path) => join(top, path)),
);

function importsOf(file: string): string[] {
	const source = readFileSync(join(root, file), "utf8");
	return [...source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
		(match) => match[1],
	);
}

/** `src/pack/x.ts` is on the floor `pack`; a file right in src is above all. */
function floorOf(file: string): number {
	const [top, floor, rest] = file.split("/");
	if (top === "cli" || rest === undefined) return floors.length;
	const index = floors.indexOf(floor);
	expect(index, `${floor} is a floor that docs/architecture.md names`).not.toBe(
		-1,
	);
	return index;
}

describe.each(files)("%s", (file) => {
	test("imports from its own floor and those below", () => {
		for (const name of importsOf(file)) {
			if (!name.startsWith(".")) continue;
			const target = normalize(join(dirname(file), name));
			// The version is a fact that any floor may state.
			if (relative("src", target) === "version.js") continue;
			expect(floorOf(target), `${file} imports ${name}`).toBeLessThanOrEqual(
				floorOf(file),
			);
		}
	});

	test("takes nothing from Node on a pure floor", () => {
		if (!pure.has(file.split("/")[1])) return;
		for (const name of importsOf(file))
			expect(name, `${file} imports ${name}`).not.toMatch(/^node:/);
	});
});
