import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import type { Figures } from "../../../src/report/figures/figures.js";
import { reportHtml } from "../../../src/report/page/page.js";
import {
	datasetFigures,
	groupedFigures,
	hostile,
	nothingFigures,
	planFigures,
} from "./figures.js";

async function pageOf(all: readonly Figures[]) {
	const source = await reportHtml(all);
	return { source, document: parseHTML(source).document };
}

/** Rows of the totals, by name. */
function totalsOf(document: Document): Map<string, string[]> {
	return new Map(
		[...document.querySelectorAll("#totals tbody tr")].map((row) => {
			const [name, ...values] = [...row.children].map(
				(cell) => cell.textContent ?? "",
			);
			return [name, values];
		}),
	);
}

const digits = (text = "") => Number(text.replace(/[, %]/g, ""));

test("single numbers are those of the figures", async () => {
	const figures = datasetFigures();
	const { document } = await pageOf([figures]);
	const found = totalsOf(document);
	const shown = [...found.values()].map(([value]) => digits(value));
	const { totals, rows } = figures;
	expect(shown).toEqual(expect.arrayContaining(Object.values(totals)));
	for (const [name, value] of Object.entries(rows ?? {})) {
		const isShare = ["fill", "gap", "attention"].includes(name);
		const near = shown.filter(
			(one) => Math.abs(one - (isShare ? 100 : 1) * Number(value)) <= 0.5,
		);
		expect(near.length, name).toBeGreaterThan(0);
	}
});

test("every bin, bucket, source and reason is in a table", async () => {
	const figures = datasetFigures();
	const { document } = await pageOf([figures]);
	const cells = new Set(
		[...document.querySelectorAll("details td, details th")].map(
			({ textContent }) => digits(textContent ?? ""),
		),
	);
	const { documentLengths, sequenceLengths, buckets, sources, dropped } =
		figures;
	const bins = [documentLengths, sequenceLengths].flatMap(
		(histogram) => histogram?.bins ?? [],
	);
	const due = [
		...bins.flatMap(({ count, tokens }) => [count, tokens]),
		...buckets.entries.flatMap(({ rows, sequences, tokens, length }) => [
			...[rows, sequences, tokens, length],
		]),
		...sources.entries.flatMap(({ tokens, parts }) => [
			...[tokens, ...parts.entries.map((part) => part.tokens)],
		]),
		...dropped.map(({ tokens }) => tokens),
	];
	expect(due.filter((number) => !cells.has(Number(number)))).toEqual([]);
	expect(due.length).toBeGreaterThan(20);
});

test("points, odds, sources and ranks of a plan are in tables", async () => {
	const figures = planFigures();
	const { document } = await pageOf([figures]);
	const tables = [...document.querySelectorAll("details table")].map(
		(table) => table.querySelectorAll("tbody tr").length,
	);
	const { plan } = figures;
	for (const list of [
		...[plan?.points, plan?.odds, plan?.weights, plan?.sources, plan?.ranks],
	])
		expect(tables).toContain(list?.length);
	expect(document.querySelectorAll("svg[role=img][aria-label]").length).toBe(7);
});

test("markup, control characters and marks of direction in texts do nothing", async () => {
	const { source, document } = await pageOf([
		{ ...datasetFigures(hostile), path: hostile },
		planFigures(),
	]);
	expect(
		document.querySelectorAll("script, img, [onload], [onerror]"),
	).toHaveLength(0);
	// Lines and tabs of the page's own are fine.
	expect(source.replace(/[\n\t]/g, "")).not.toMatch(
		/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u,
	);
	expect(source.isWellFormed()).toBe(true);
	expect(document.querySelector("h1 bdi")?.textContent).toContain(
		"\\u202eesrever",
	);
	expect(source).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
});

test("a page needs nothing else", async () => {
	const { source, document } = await pageOf([datasetFigures(), planFigures()]);
	expect(source).not.toMatch(/@import|url\(/);
	const elements = [...document.querySelectorAll("*")];
	const others = elements.flatMap(({ localName, attributes }) => [
		...[...attributes].flatMap(({ name, value }) =>
			/^(?:src|on.*|.*:href)$/.test(name) ||
			(name === "href" && value[0] !== "#")
				? [name]
				: [],
		),
		...(["script", "link", "img", "iframe", "object"].includes(localName)
			? [localName]
			: []),
	]);
	expect(others).toEqual([]);
	expect(source).toContain("default-src 'none'");
});

test("where there is nothing, that is said", async () => {
	const { document } = await pageOf([nothingFigures()]);
	expect(document.querySelector(".notice")?.textContent).toBe(
		"There is nothing in this dataset: it has no tokens.",
	);
	expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined|null/);
});

test("of a plan whose dataset is gone, that is said, and the rest is shown", async () => {
	const figures = planFigures();
	if (figures.plan === null) throw new Error("it is a plan");
	const missing = "Tokens and cost by rank are not shown: data/ is gone.";
	const { document } = await pageOf([
		{ ...figures, plan: { ...figures.plan, ranks: [], missing } },
	]);
	expect(document.querySelector(".notice")?.textContent).toBe(missing);
	expect(document.querySelector("#ranks")).toBeNull();
	expect(document.querySelector("#curriculum")).not.toBeNull();
});

test("of 100,000 buckets and sources the largest are drawn, and the rest is one bar", async () => {
	const { source, document } = await pageOf([groupedFigures()]);
	const said = document.querySelector("#tokens")?.textContent ?? "";
	expect(said).toContain("in 100,000 buckets");
	expect(said).toContain("of 100,000 sources");
	expect(said).toContain(
		"Drawn are the 20 with most tokens; 99,980 others are one bar.",
	);
	expect(said).toContain("99,800 others");
	expect(source.length).toBeLessThan(500_000);
});

/** The same with 1 in the place of every number. */
const ofOne = (figures: Figures): Figures =>
	JSON.parse(JSON.stringify(figures), (_, value) =>
		typeof value === "number" ? 1 : value,
	);

test("one of anything is in the singular", async () => {
	for (const figures of [groupedFigures(), planFigures()]) {
		const { source } = await pageOf([ofOne(figures)]);
		const text = source.replace(/<style>[\s\S]*?<\/style>/, "");
		expect(text.match(/[^<>"]*\b1 (?!is\b|has\b)[a-z]+s\b[^<>"]*/g)).toBeNull();
	}
});

test("two are side by side, on the same scales, with ratios", async () => {
	const a = datasetFigures("a");
	const b = {
		...datasetFigures("b"),
		totals: { ...a.totals, tokens: 111_000_000 },
	};
	const { document } = await pageOf([a, b]);
	expect(totalsOf(document).get("tokens")).toEqual([
		...["444,000,003", "111,000,000", "0.250"],
	]);
	for (const pair of document.querySelectorAll("article .pair"))
		expect(pair.children).toHaveLength(2);
	const { document: mixed } = await pageOf([a, planFigures()]);
	expect(mixed.querySelector("#curriculum")?.textContent).toContain(
		"There is nothing of this here.",
	);
});

test("headings are in order, and pictures have names", async () => {
	const { document } = await pageOf([datasetFigures()]);
	const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map(
		({ localName }) => Number(localName[1]),
	);
	expect(levels[0]).toBe(1);
	for (const [i, level] of levels.slice(1).entries())
		expect(level - levels[i]).toBeLessThanOrEqual(1);
	expect(document.documentElement.getAttribute("lang")).toBe("en");
	for (const svg of document.querySelectorAll("svg"))
		expect(svg.getAttribute("aria-label")).toBeTruthy();
});
