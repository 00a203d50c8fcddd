import type { Figures } from "../../figures/figures.js";
import { colour, MUTED } from "../colours.js";
import { panel, type Section } from "../panel.js";
import { counted, countedMean, grouped, percent } from "../texts.js";
import { bucketName } from "./buckets.js";

/** Figures of rows, where there are any. */
function rowsOf(figures: Figures) {
	const { rows, totals } = figures;
	return rows === null || !totals.rows
		? null
		: { ...figures, rows, rowCount: totals.rows };
}

const fill = panel({
	heading: "Fill and padding",
	data: rowsOf,
	scale: () => null,
	view({ rows, buckets, totals }, _, { bars }) {
		const several = buckets.entries.length > 1 ? buckets.entries : [];
		const shown = [...several]
			.sort((a, b) => b.tokens - a.tokens)
			.slice(0, 12)
			.sort((a, b) => a.length - b.length);
		const name = bucketName(shown);
		const bar = (name: string, fill: number) => ({
			name,
			text: percent(fill),
			parts: [
				{ value: fill, colour: colour(0) },
				{ value: 1 - fill, colour: "var(--line)" },
			],
		});
		const { paddedTokens, padding } = rows;
		return {
			says: `${percent(rows.fill)} of the room in rows is tokens. Trainers add ${counted(padding, "token")} of padding, ${percent(paddedTokens === 0 ? 0 : padding / paddedTokens)} of what they then compute.`,
			pictures: [
				bars({
					label: `Fill: ${percent(rows.fill)} of the room in rows is tokens`,
					most: 1,
					rows: [
						bar("all rows", rows.fill),
						...shown.map((bucket) => bar(name(bucket), bucket.fill)),
					],
				}),
			],
			legend: [
				{ colour: colour(0), name: "tokens" },
				{ colour: "var(--line)", name: "free" },
			],
			table: {
				heads: ["rows", "fill", "tokens", "padding"],
				rows: [
					["all", percent(rows.fill), totals.tokens, padding],
					...several.map((bucket) => [
						...[bucketName(several)(bucket), percent(bucket.fill)],
						...[bucket.tokens, null],
					]),
				],
			},
		};
	},
});

const bound = panel({
	heading: "Rows against the lower bound",
	data: (figures) => {
		const found = rowsOf(figures);
		return found === null || found.rows.lowerBoundRows === 0 ? null : found;
	},
	scale: (all) => Math.max(...all.map(({ rowCount }) => rowCount)),
	view({ rows, rowCount }, most, { bars }) {
		const { lowerBoundRows, gap } = rows;
		return {
			says:
				rowCount === lowerBoundRows
					? `${counted(rowCount, "row")}: no packing of these sequences needs fewer.`
					: `${counted(rowCount, "row")}, where no packing of these sequences needs fewer than ${grouped(lowerBoundRows)}: ${percent(gap)} more at most than the best.`,
			pictures: [
				bars({
					label: `${counted(rowCount, "row")}, and a lower bound of ${grouped(lowerBoundRows)}`,
					most,
					rows: [
						{
							name: "rows",
							text: grouped(rowCount),
							parts: [{ value: rowCount, colour: colour(0) }],
						},
						{
							name: "lower bound",
							text: grouped(lowerBoundRows),
							parts: [{ value: lowerBoundRows, colour: MUTED }],
						},
					],
				}),
			],
			table: {
				heads: ["rows", "lower bound", "gap"],
				rows: [[rowCount, lowerBoundRows, percent(gap)]],
			},
		};
	},
});

const attention = panel({
	heading: "Attention",
	data: rowsOf,
	scale: (all) => Math.max(1, ...all.map(({ rows }) => rows.attention)),
	view({ rows }, most, { bars }) {
		const { attention, averageContext, length } = rows;
		const chunked = length === null ? "" : `, ${counted(length, "token")}`;
		return {
			says: `With masks between documents, attention costs ${percent(attention)} of what it costs when the same tokens are concatenated and chunked. A token has ${countedMean(averageContext, "token")} of its own document before it on average.`,
			pictures: [
				bars({
					label: `Attention costs ${percent(attention)} of that of concatenating and chunking`,
					most,
					rows: [
						{
							name: "these rows",
							text: percent(attention),
							parts: [{ value: attention, colour: colour(3) }],
						},
						{
							name: `concatenated, chunked${chunked}`,
							text: percent(1),
							parts: [{ value: 1, colour: MUTED }],
						},
					],
				}),
			],
			table: {
				heads: ["", "cost of attention"],
				rows: [
					["these rows", percent(attention)],
					["concatenated and chunked", percent(1)],
				],
			},
		};
	},
});

export const packing: Section = {
	id: "packing",
	heading: "Rows",
	panels: [fill, bound, attention],
};
