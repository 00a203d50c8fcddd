import type { PackerReport } from "seqpack/pack";
import type { Packs, Row } from "../derive.js";
import {
	byId,
	COLOURS,
	count,
	figures,
	h,
	percent,
	svg,
	table,
} from "../dom.js";

/** Rows that are drawn at once. */
const SHOWN = 24;
const HEIGHT = 12;
const WIDTH = 1000;

export function showPacks(packs: Packs, row: number): void {
	const { rows, bound, fill, rowLength, tokens, pieces } = packs;
	figures(byId("packs-figures"), [
		["Rows", count(rows)],
		["No packing needs fewer than", count(bound)],
		["Above that", percent(bound === 0 ? 0 : rows / bound - 1)],
		["Fill", percent(fill)],
		["Padding", `${count(rows * rowLength - tokens)} tokens`],
		["Sequences", count(pieces.length.length)],
		["Cut documents", percent(packs.cutDocuments / packs.documents)],
		["In no row", `${count(packs.droppedTokens)} tokens`],
		["Attention, of full rows without borders", percent(packs.attention)],
	]);
	drawPacks(packs, row);
}

/** Draws the rows around one, a colour for each document in turn. */
function drawPacks(
	{ pieces, packing, rowLength, rows }: Packs,
	row: number,
): void {
	const first = Math.max(0, Math.min(row - SHOWN / 2, rows - SHOWN));
	const shown = Math.min(SHOWN, rows - first);
	const paths = Array.from({ length: COLOURS }, () => "");
	const { order, packOffsets } = packing;
	for (let r = 0; r < shown; r++) {
		const top = r * HEIGHT + 1;
		let at = 0;
		for (let i = packOffsets[first + r]; i < packOffsets[first + r + 1]; i++) {
			const left = (at / rowLength) * WIDTH;
			at += pieces.length[order[i]];
			const width = (at / rowLength) * WIDTH - left;
			// A gap where there is room for one.
			const drawn = Math.max(width - 1, width * 0.7);
			paths[pieces.document[order[i]] % COLOURS] +=
				`M${left.toFixed(2)} ${top}h${drawn.toFixed(2)}v${HEIGHT - 2}H${left.toFixed(2)}z`;
		}
	}
	const height = shown * HEIGHT;
	const picture = svg(
		"svg",
		{
			viewBox: `0 0 ${WIDTH} ${height}`,
			preserveAspectRatio: "none",
			class: "packs",
			role: "img",
			"aria-label": `Rows ${first + 1} to ${first + shown} of ${rows}; row ${row + 1} is chosen`,
		},
		svg("rect", { width: WIDTH, height, class: "empty" }),
		...paths.map((d, colour) => svg("path", { d, class: `c${colour}` })),
		svg("rect", {
			x: 0,
			y: (row - first) * HEIGHT,
			width: WIDTH,
			height: HEIGHT,
			class: "chosen",
		}),
	);
	picture.style.height = `${height}px`;
	picture.dataset.first = String(first);
	byId("packs").replaceChildren(
		picture,
		h(
			"figcaption",
			{},
			`Rows ${count(first + 1)} to ${count(first + shown)} of ${count(rows)}; documents in colours that repeat. Choose a row by a click, or by its number below.`,
		),
	);
}

/** The number of the row that is drawn at a point. */
export function rowAt(event: MouseEvent): number | null {
	const picture = (event.target as Element).closest<SVGElement>("svg.packs");
	if (picture === null) return null;
	const { top } = picture.getBoundingClientRect();
	return (
		Number(picture.dataset.first) + Math.floor((event.clientY - top) / HEIGHT)
	);
}

export function comparisonOf(reports: readonly PackerReport[]): HTMLElement {
	return table(
		"Long documents are split, where the packer does not cut them itself",
		["Packer", "Rows", "Above the bound", "Fill", "Cut documents", "Time"],
		reports.map(
			({ packer, rows, lowerBoundRows, fill, cutDocuments, milliseconds }) => [
				packer,
				count(rows),
				percent(lowerBoundRows === 0 ? 0 : rows / lowerBoundRows - 1),
				percent(fill),
				count(cutDocuments),
				`${milliseconds.toFixed(1)} ms`,
			],
		),
	);
}

const MASK = 300;
/** Tokens of a row that are listed. */
const LISTED = 300;

/** Draws who sees whom in a row, and lists what trainers are given of it. */
export function showRow(
	row: Row,
	textOf: ((id: number) => string) | null,
): void {
	const { cuSeqlens, rowLength, seqLengths, documents } = row;
	const paths = Array.from(cuSeqlens.subarray(1), (end, i) => {
		const [from, to] = [cuSeqlens[i], end].map((n) =>
			((n / rowLength) * MASK).toFixed(2),
		);
		const colour =
			i < documents.length ? `c${documents[i] % COLOURS}` : "padding";
		return svg("path", { d: `M${from} ${from}V${to}H${to}z`, class: colour });
	});
	byId("mask").replaceChildren(
		svg(
			"svg",
			{
				viewBox: `0 0 ${MASK} ${MASK}`,
				class: "mask",
				role: "img",
				"aria-label": `Attention of row ${row.number + 1}: ${seqLengths.length} triangles, one for each sequence`,
			},
			svg("rect", { width: MASK, height: MASK, class: "empty" }),
			...paths,
		),
		h(
			"figcaption",
			{},
			`Attention in row ${row.number + 1}: tokens (down) see those before them (across) in their own sequence${seqLengths.length === cuSeqlens.length - 1 ? "" : "; grey is padding"}.`,
		),
	);
	byId("row-columns").replaceChildren(
		h("p", {}, h("code", {}, "seq_lengths"), ` ${listed(seqLengths)}`),
		h("p", {}, h("code", {}, "cu_seqlens"), ` ${listed(cuSeqlens)}`),
		columnsOf(row, textOf),
	);
}

function columnsOf(
	row: Row,
	textOf: ((id: number) => string) | null,
): HTMLElement {
	const { ids, labels, positionIds, documentIds, rowLength } = row;
	const shown = Math.min(rowLength, LISTED);
	const heads = ["Place", "document_id", "position_ids"];
	if (ids !== null) heads.push("input_ids", "labels", "text");
	const rows = Array.from({ length: shown }, (_, i) => {
		const cells = [String(i), String(documentIds[i]), String(positionIds[i])];
		if (ids !== null && labels !== null)
			cells.push(
				i < ids.length ? String(ids[i]) : "",
				String(labels[i]),
				i < ids.length ? (textOf?.(ids[i]) ?? "") : "padding",
			);
		return cells;
	});
	return h(
		"div",
		{
			class: "scroll columns",
			tabindex: 0,
			role: "region",
			"aria-label": "The columns of the row",
		},
		table(
			`${shown < rowLength ? `The first ${shown} of ${count(rowLength)} places` : `All ${count(rowLength)} places`}`,
			heads,
			rows,
		),
	);
}

function listed(numbers: Int32Array): string {
	const shown = Array.from(numbers.subarray(0, 24)).join(" ");
	return numbers.length > 24 ? `${shown} … (${count(numbers.length)})` : shown;
}
