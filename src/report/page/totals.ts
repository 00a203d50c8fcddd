import { bytesText } from "../../core/number-texts.js";
import type { Figures } from "../figures/figures.js";
import type { Table } from "./panel.js";
import { grouped, meanText, percent } from "./texts.js";

/** A single number, and how it is written. */
interface Total {
	name: string;
	of(figures: Figures): number | null | undefined;
	text(value: number): string;
}

const count = (
	name: string,
	of: (figures: Figures) => number | null | undefined,
): Total => ({ name, of, text: grouped });

/** Every single number of figures, in the order to be shown. */
export const totals: readonly Total[] = [
	count("tokens", ({ totals }) => totals.tokens),
	count("labels", ({ totals }) => totals.labels),
	count("records", ({ totals }) => totals.records),
	count("documents", ({ totals }) => totals.documents),
	count("sequences", ({ totals }) => totals.sequences),
	count("rows", ({ totals }) => totals.rows),
	count("longest row", ({ rows }) => rows?.length),
	{ name: "fill", of: ({ rows }) => rows?.fill, text: percent },
	count("padding", ({ rows }) => rows?.padding),
	count("tokens with padding", ({ rows }) => rows?.paddedTokens),
	count("lower bound of rows", ({ rows }) => rows?.lowerBoundRows),
	{ name: "gap to the bound", of: ({ rows }) => rows?.gap, text: percent },
	{
		name: "sequences in a row",
		of: ({ rows }) => rows?.sequencesPerRow,
		text: meanText,
	},
	{
		name: "tokens in a sequence",
		of: ({ rows }) => rows?.averageLength,
		text: meanText,
	},
	{
		name: "tokens before a token",
		of: ({ rows }) => rows?.averageContext,
		text: meanText,
	},
	count("cut documents", ({ rows }) => rows?.cutDocuments),
	{
		name: "cost of attention",
		of: ({ rows }) => rows?.attention,
		text: percent,
	},
	count("steps", ({ plan }) => plan?.steps),
	count("tokens a step", ({ plan }) => plan?.tokensPerStep),
	count("ranks", ({ plan }) => plan?.worldSize),
	count("bytes of text", ({ totals }) => totals.textBytes),
	count("files", ({ totals }) => totals.files),
	count("bytes of files", ({ totals }) => totals.bytes),
];

/** What is told first of each path. */
export function highlights(
	figures: Figures,
): { name: string; value: string }[] {
	const { totals, rows, plan } = figures;
	const all: [string, string | null][] = [
		["tokens", totals.tokens === null ? null : bigText(totals.tokens)],
		["steps", plan === null ? null : grouped(plan.steps)],
		["documents", totals.documents === null ? null : bigText(totals.documents)],
		["rows", totals.rows === null ? null : bigText(totals.rows)],
		["fill", rows === null ? null : percent(rows.fill)],
		["attention", rows === null ? null : percent(rows.attention)],
		["bytes", totals.bytes === null ? null : bytesText(totals.bytes)],
	];
	return all
		.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]))
		.slice(0, 6);
}

/** In full where it is short; exact numbers are in the table. */
function bigText(value: number): string {
	if (value < 1e6) return grouped(value);
	const [unit, by] = [
		["T", 1e12] as const,
		["B", 1e9] as const,
		["M", 1e6] as const,
	].find(([, by]) => value >= by) ?? ["", 1];
	return `${(value / by).toPrecision(3)} ${unit}`.trim();
}

/** All single numbers; of two paths with their ratio. */
export function totalsTable(
	all: readonly Figures[],
	names: readonly string[],
): Table {
	const isPair = all.length === 2;
	return {
		heads: ["", ...names, ...(isPair ? [`${names[1]} / ${names[0]}`] : [])],
		rows: totals.flatMap(({ name, of, text }) => {
			const values = all.map((figures) => of(figures) ?? null);
			if (values.every((value) => value === null)) return [];
			const [a, b] = values;
			return [
				[
					name,
					...values.map((value) => (value === null ? null : text(value))),
					...(isPair ? [a && b !== null ? (b / a).toFixed(3) : null] : []),
				],
			];
		}),
	};
}
