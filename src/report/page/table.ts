import { type Html, html } from "./html.js";
import type { Cell, Table } from "./panel.js";
import { grouped } from "./texts.js";

/** Rows of a table that are printed. */
const PRINTED = 60;

/** A table; the first cell of a row is its heading. @param name What it is of, for who does not see it. */
export function tableOf(
	{ heads, rows }: Table,
	name: string,
	isTotals = false,
): Html {
	const isNumeric = heads.map((_, column) =>
		rows.some((row) => isNumber(row[column])),
	);
	const classOf = (column: number) =>
		isNumeric[column] || (isTotals && column > 0) ? html` class="n"` : null;
	const hidden = rows.length - PRINTED;
	return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table><thead><tr>${heads.map(
		(head, column) => html`<th scope="col"${classOf(column)}>${head}</th>`,
	)}</tr></thead><tbody>${rows.map(
		(row, i) =>
			html`<tr${i < PRINTED ? null : html` class="late"`}>${row.map(
				(cell, column) =>
					column === 0
						? html`<th scope="row"${classOf(column)}>${cellText(cell)}</th>`
						: html`<td${classOf(column)}>${cellText(cell)}</td>`,
			)}</tr>`,
	)}</tbody></table>${
		hidden > 0
			? html`<p class="printed">${grouped(hidden)} more rows are in the file.</p>`
			: null
	}</div>`;
}

function isNumber(cell: Cell | undefined): boolean {
	return (
		typeof cell === "number" ||
		(typeof cell === "string" && /^[+−]?[\d,.]+ ?%?$/.test(cell))
	);
}

function cellText(cell: Cell): Html | string {
	if (cell === null)
		return html`<span class="muted" title="not known">–</span>`;
	return typeof cell === "number" ? grouped(cell) : cell;
}
