import { expect, test } from "vitest";
import {
	fitLines,
	type Listed,
	type Part,
	someOf,
} from "../../cli/fit-lines.js";
import { widthOf } from "../../cli/width.js";

const sources = (count: number): Listed => ({
	what: "sources",
	measure: "tokens",
	entries: Array.from({ length: count }, (_, i) => ({
		line: [`  source ${i}`, `${i} tokens`],
		size: i,
	})),
});

const fitted = (parts: readonly Part[], tails: readonly string[][] = [[]]) =>
	fitLines("Built out", parts, tails, "more says all");

test("what fits is shown whole", () => {
	expect(fitted([["tokens", "12"], sources(3)])).toEqual([
		"Built out",
		"  tokens     12",
		"    source 0 0 tokens",
		"    source 1 1 tokens",
		"    source 2 2 tokens",
	]);
});

test("of many things alike the largest are shown, in their order", () => {
	const lines = fitted([sources(100), ["shards", "3"]]);
	expect(lines).toHaveLength(12);
	expect(lines.slice(1, 3)).toEqual([
		"    source 92 92 tokens",
		"    source 93 93 tokens",
	]);
	expect(lines.slice(-3)).toEqual([
		"             and 92 more sources, 84.57 % of tokens",
		"  shards     3",
		"  more says all",
	]);
});

test("the first that is shown has the name of the list", () => {
	const strata: Listed = {
		name: "strata",
		what: "strata",
		measure: "documents",
		entries: sources(50).entries.map(({ size }) => ({
			line: ["", `stratum ${size}`],
			size,
		})),
	};
	expect(fitted([strata])[1]).toBe("  strata     stratum 42");
});

test("what has no room at its end is told in short", () => {
	const long = Array.from({ length: 30 }, (_, i) => `line ${i}`);
	expect(fitted([sources(3)], [long, ["in short"]])).toHaveLength(5);
	expect(fitted([sources(3)], [long.slice(5), ["in short"]]).at(-1)).toBe(
		"in short",
	);
	expect(fitted([sources(3)], [long.slice(20), ["in short"]]).at(-1)).toBe(
		"line 29",
	);
});

test("lines that a terminal wraps count as several", () => {
	const wide: Part[] = Array.from({ length: 6 }, () => [
		"wide",
		"x".repeat(300),
	]);
	const lines = fitted([...wide.slice(0, 3), sources(20)]);
	const rows = lines.map((line) => Math.ceil(widthOf(line) / 80));
	expect(rows.reduce((sum, n) => sum + n)).toBeLessThanOrEqual(23);
});

test("of many reasons the largest are named", () => {
	const reasons = Array.from({ length: 9 }, (_, i) => ({
		text: `reason ${i}`,
		size: i,
	}));
	expect(someOf(reasons)).toBe("reason 8, reason 7, reason 6, and 6 more");
	expect(someOf(reasons.slice(0, 4))).toBe(
		"reason 0, reason 1, reason 2, reason 3",
	);
	expect(someOf([])).toBe("");
});
