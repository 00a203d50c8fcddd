import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../helpers.js";
import { commandsOf, recipeDirectory, runIn } from "./recipes.js";

const page = "docs/papers.md";
const text = readFileSync(join(root, page), "utf8");
const papers = text
	.split("\n")
	.filter((line) => line.startsWith("| "))
	.slice(2)
	.map((line) => line.split("|").map((cell) => cell.trim()))
	.map(([, name, needs, state, by]) => ({ name, needs, state, by }));
const directory = recipeDirectory();

test("every paper has what makes its data, or why nothing does", () => {
	expect(papers).toHaveLength(52);
	expect(new Set(papers.map(({ name }) => name)).size).toBe(52);
	for (const { name, needs, state, by } of papers) {
		expect(state, name).toMatch(
			/^(made|(part|not yet|no data): [a-zA-Z ]{5,})$/,
		);
		const isMade = /^(made|part)/.test(state);
		expect(isMade ? /^\[.*\]\(.*\)$/.test(by) : by === "", name).toBe(true);
		expect(needs !== "", name).toBe(!state.startsWith("no data"));
	}
});

test("what they point to is there, and nothing else is", () => {
	const links = papers.flatMap(({ by }) => /\((.*)\)/.exec(by)?.[1] ?? []);
	const anchors = [...text.matchAll(/^## (.*)$/gm)].map(
		([, title]) => `#${title.toLowerCase().replaceAll(" ", "-")}`,
	);
	const pages = links.filter((link) => !link.startsWith("#"));
	for (const link of pages)
		expect(existsSync(join(root, "docs", link)), link).toBe(true);
	expect(
		[...new Set(links.filter((link) => link.startsWith("#")))].sort(),
	).toEqual([...anchors].sort());
});

describe("commands", () => {
	test.each(commandsOf(page).map((words) => [words.join(" "), words] as const))(
		"%s",
		async (_, words) => {
			await runIn(directory, words);
		},
	);
});
