// The pictures of docs/concepts.md, made of a small example by the packers, decomposers,
// masks and schedules themselves. `npm run docs` writes them.
import { packDocuments } from "../dist/src/pack.js";
import {
	box,
	colourOf,
	gap,
	heading,
	letterOf,
	line,
	svg,
	words,
} from "./svg.mjs";

/** Tokens of the documents A, B, C of all pictures. */
const documents = Int32Array.of(21, 5, 9, 3, 13, 7, 2, 6, 11, 4, 12, 2);
const rowLength = 16;

/** Every picture by its name in docs/pictures/. */
export const pictures = { packing };

/** The same documents concatenated and chunked, padded, and packed. */
function packing() {
	const unit = 14;
	const panels = [
		["Concatenate and chunk", "concat"],
		["Pad", "padded"],
		["Pack", "best-fit-decreasing"],
	];
	const drawn = panels.map(([name, packer], i) => {
		const x = i * (rowLength * unit + 26);
		const rows = rowsOf(packer);
		return [
			heading(x, 16, name),
			rows.map((pieces, row) => rowOf(pieces, x, 30 + row * 18, unit)),
			words(x, 30 + rows.length * 18 + 16, summary(rows)),
			words(x, 30 + rows.length * 18 + 33, cutsOf(rows)),
		];
	});
	const most = Math.max(...panels.map(([, packer]) => rowsOf(packer).length));
	return svg(
		panels.length * (rowLength * unit + 26) - 26,
		30 + most * 18 + 40,
		`${documents.length} documents in rows of ${rowLength} tokens: concatenated and chunked, padded, packed`,
		drawn,
	);
}

/** The rows that a packer makes of the documents: of each piece its document, start and length. */
function rowsOf(packer, capacity = rowLength) {
	const { pieces, packing } = packDocuments(documents, capacity, { packer });
	const { order, packOffsets } = packing;
	return [...packOffsets.subarray(1)].map((end, row) =>
		[...order.subarray(packOffsets[row], end)].map((piece) => ({
			document: pieces.document[piece],
			start: pieces.start[piece],
			length: pieces.length[piece],
		})),
	);
}

/** A row of pieces, and what is left of it; a cut is a line. */
function rowOf(pieces, x, y, unit, capacity = rowLength) {
	let at = 0;
	const drawn = pieces.map(({ document, start, length }) => {
		const left = x + at * unit;
		at += length;
		const right = x + at * unit;
		const isCut = start + length < documents[document];
		return [
			box(
				left,
				y,
				length * unit - 1,
				15,
				colourOf(document),
				letterOf(document),
			),
			start > 0 ? cut(left, y) : [],
			isCut ? cut(right - 1, y) : [],
		];
	});
	const empty = capacity - at;
	return [drawn, empty > 0 ? gap(x + at * unit, y, empty * unit - 1, 15) : []];
}

function cut(x, y) {
	return line(x, y - 1, x, y + 16, { "stroke-width": 3, stroke: "#d1242f" });
}

function summary(rows) {
	const tokens = rows.flat().reduce((sum, { length }) => sum + length, 0);
	const padding = 1 - tokens / (rows.length * rowLength);
	return `${rows.length} rows, ${(padding * 100).toFixed(0)} % padding`;
}

function cutsOf(rows) {
	const cut = new Set(
		rows
			.flat()
			.filter(({ document, length }) => length < documents[document])
			.map(({ document }) => document),
	);
	const letters = [...cut].sort((a, b) => a - b).map(letterOf);
	return letters.length === 1
		? `cut: ${letters[0]}, longer than a row`
		: `cut: ${letters.join(", ")}`;
}
