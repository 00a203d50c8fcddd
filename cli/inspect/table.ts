import { cell, pad, truncate, widthOf } from "../width.js";
import type { View } from "./view.js";

/** A column of a table. */
export interface TableColumn<T> {
	head: string;
	text(row: T): string;
	/** Numbers stand at the right. */
	isNumber?: boolean;
	/** Those with the highest are left out first where there is no room; left out: it stays. */
	rank?: number;
}

const GAP = 2;
const LEAST = 8;

/** Rows of a table in so many columns: what has no room is left out, or cut. */
export function drawTable<T>(
	view: View,
	rows: readonly T[],
	columns: readonly TableColumn<T>[],
): string[] {
	if (rows.length === 0) return [];
	const all = columns.map((column) => {
		const cells = rows.map(column.text);
		const width = Math.max(widthOf(column.head), ...cells.map(widthOf));
		return { ...column, cells, width };
	});
	// A column that says nothing of any row is none.
	let kept = all.filter(({ cells }) => cells.some((text) => text !== ""));
	const widthOfAll = () =>
		kept.reduce((sum, { width }) => sum + width + GAP, 0);
	while (widthOfAll() > view.columns) {
		const last = kept.reduce((most, { rank = 0 }) => Math.max(most, rank), 0);
		if (last === 0) break;
		kept = kept.filter(({ rank = 0 }) => rank < last);
	}
	const over = widthOfAll() - view.columns;
	if (over > 0) {
		const widest = kept.reduce((a, b) => (b.width > a.width ? b : a));
		widest.width = Math.max(LEAST, widest.width - over);
	}
	const ellipsis = view.hasUnicode ? "…" : "...";
	const line = (texts: readonly string[]) => {
		const cells = kept.map(({ width, isNumber }, i) => {
			const text = cell(texts[i], width, ellipsis);
			return `  ${isNumber ? pad(text.trimEnd(), width, "start") : text}`;
		});
		return truncate(cells.join("").trimEnd(), view.columns, ellipsis);
	};
	return [
		view.style("dim", line(kept.map(({ head }) => head))),
		...rows.map((_, i) => line(kept.map(({ cells }) => cells[i]))),
	];
}
