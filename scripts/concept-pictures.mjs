// The pictures of docs/concepts.md, made of a small example by the packers, decomposers,
// masks and schedules themselves. `npm run docs` writes them.
import { createRandom, schedules } from "../dist/src/curriculum.js";
import { decomposeDocuments } from "../dist/src/decompose.js";
import { cuSeqlens, denseMask, positionIds } from "../dist/src/masks.js";
import { packDocuments } from "../dist/src/pack.js";
import {
	arrow,
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
export const pictures = { packing, borders, masks, buckets, curriculum, store };

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

/** A row of several documents, and what is told of its tokens. */
function borders() {
	const unit = 34;
	const [x, top] = [110, 8];
	const row = sharedRow();
	const lengths = Int32Array.from(row, ({ length }) => length);
	const letters = row.flatMap(({ document, length }) =>
		Array(length).fill(document),
	);
	const positions = positionIds(lengths);
	const told = [
		["seq_lengths", [...lengths].join(", ")],
		["cu_seqlens", [...cuSeqlens(lengths).cuSeqlens].join(", ")],
		["doc_offsets", row.map(({ start }) => start).join(", ")],
	];
	return svg(
		x + rowLength * unit,
		top + 120,
		"A row of several documents, its borders and the positions of its tokens",
		[
			words(0, top + 19, "tokens"),
			letters.map((document, i) =>
				box(
					x + i * unit,
					top,
					unit - 2,
					28,
					colourOf(document),
					`${letterOf(document)}${positions[i]}`,
				),
			),
			letters.length < rowLength
				? gap(
						x + letters.length * unit,
						top,
						(rowLength - letters.length) * unit - 2,
						28,
					)
				: [],
			words(0, top + 50, "position_ids"),
			letters.map((_, i) =>
				words(x + i * unit + unit / 2 - 1, top + 50, positions[i], {
					"text-anchor": "middle",
				}),
			),
			told.map(([name, values], i) => [
				words(0, top + 74 + i * 20, name),
				words(x, top + 74 + i * 20, values),
			]),
		],
	);
}

/** What each token of a row sees: with concatenated text, and with borders. */
function masks() {
	const unit = 15;
	const row = sharedRow();
	const lengths = Int32Array.from(row, ({ length }) => length);
	const tokens = lengths.reduce((sum, n) => sum + n, 0);
	const documentOf = row.flatMap(({ document, length }) =>
		Array(length).fill(document),
	);
	const panels = [
		["Without borders", denseMask(Int32Array.of(tokens))],
		["With borders", denseMask(lengths)],
	];
	const width = tokens * unit;
	return svg(
		2 * width + 70,
		width + 50,
		"The attention of a row's tokens, without borders and with them",
		panels.map(([name, mask], panel) => {
			const x = panel * (width + 70);
			const seen = [...mask.keys()].filter((i) => mask[i] === 1);
			return [
				heading(x, 16, name),
				seen.map((i) => {
					const [query, key] = [Math.floor(i / tokens), i % tokens];
					return box(
						x + key * unit,
						26 + query * unit,
						unit - 1,
						unit - 1,
						colourOf(documentOf[key]),
					);
				}),
				words(x, width + 44, `${seen.length} pairs of tokens`),
			];
		}),
	);
}

/** Documents cut into powers of two, and the buckets that these go to. */
function buckets() {
	const unit = 14;
	const [minLength, maxLength] = [2, 16];
	const { pieces, buckets } = decomposeDocuments(documents, {
		...{ name: "binary", minLength, maxLength },
	});
	const lengths = [2, 4, 8, 16];
	const right = 21 * unit + 100;
	let y = 30;
	const cutUp = [...documents.keys()].map((document) => {
		const of = [...pieces.document.keys()].filter(
			(i) => pieces.document[i] === document,
		);
		const covered = of.reduce((sum, i) => sum + pieces.length[i], 0);
		const left = documents[document] - covered;
		const top = y;
		y += 19;
		return [
			words(0, top + 12, letterOf(document)),
			of.map((i) =>
				box(
					20 + pieces.start[i] * unit,
					top,
					pieces.length[i] * unit - 2,
					15,
					colourOf(document),
					String(pieces.length[i]),
				),
			),
			left > 0 ? gap(20 + covered * unit, top, left * unit - 1, 15) : [],
		];
	});
	let at = 30;
	const sorted = lengths.map((length, bucket) => {
		const of = [...buckets.keys()].filter((i) => buckets[i] === bucket);
		const across = Math.floor(16 / length);
		const top = at;
		at += 24 + Math.ceil(of.length / across) * 19;
		return [
			words(right, top + 12, `${length} tokens: ${of.length} rows`),
			of.map((i, k) =>
				box(
					right + (k % across) * length * unit,
					top + 19 + Math.floor(k / across) * 19,
					length * unit - 2,
					15,
					colourOf(pieces.document[i]),
					letterOf(pieces.document[i]),
				),
			),
		];
	});
	const height = Math.max(y, at) + 4;
	return svg(
		right + 16 * unit,
		height,
		"Documents cut into powers of two, and the buckets of these lengths",
		[
			heading(0, 16, "Documents, cut"),
			cutUp,
			arrow(right - 64, height / 2, right - 24, height / 2),
			heading(right, 16, "Buckets"),
			sorted,
		],
	);
}

/** The lengths of steps in two cycles of a schedule: each with as many tokens. */
function curriculum() {
	const lengths = [1, 2, 4, 8];
	const unit = 7;
	const cycles = 2;
	const order = schedules
		.find("grow-p2")
		.order([24, 24, 24, 24], lengths, { cycles }, createRandom(1));
	const x = 70;
	const heightOf = (bucket) => lengths[bucket] * 12;
	const floor = 130;
	return svg(
		x + order.length * unit,
		floor + 44,
		"The length of rows in each step of two cycles of the schedule grow-p2",
		[
			heading(0, 16, "grow-p2, two cycles: the length of rows at each step"),
			[...order].map((bucket, step) =>
				box(
					x + step * unit,
					floor - heightOf(bucket),
					unit - 1,
					heightOf(bucket),
					colourOf([0, 2, 5, 1][bucket]),
				),
			),
			lengths
				.slice(1)
				.map((length, i) =>
					words(
						x - 10,
						floor - heightOf(i + 1) + 5,
						(length * 1024).toLocaleString("en-US"),
						{ "text-anchor": "end" },
					),
				),
			words(x - 10, floor - heightOf(0) + 8, "1,024", { "text-anchor": "end" }),
			words(x, floor + 18, "first step"),
			words(x + order.length * unit, floor + 18, "last step", {
				"text-anchor": "end",
			}),
			words(
				x,
				floor + 38,
				"Every step has as many tokens: a step of rows half as long has twice as many rows.",
			),
		],
	);
}

/** Tokens that are kept once, and rows of two lengths that point into them. */
function store() {
	const unit = 11;
	const right = 21 * unit + 120;
	const packings = [16, 32].map((capacity) => [
		capacity,
		rowsOf("best-fit-decreasing", capacity),
	]);
	let at = 0;
	const drawn = packings.map(([capacity, rows]) => {
		const top = at;
		at += 36 + rows.length * 18;
		return [
			heading(right, top + 16, `Packing, rows of ${capacity}`),
			rows.map((pieces, row) =>
				rowOf(pieces, right, top + 26 + row * 18, unit, capacity),
			),
		];
	});
	const height = Math.max(at, 30 + documents.length * 18);
	return svg(
		right + 32 * unit,
		height,
		"A store of tokens, and two packings that say which of them share a row",
		[
			heading(0, 16, "Store: every token once"),
			[...documents].map((length, document) =>
				box(
					0,
					26 + document * 18,
					length * unit - 1,
					15,
					colourOf(document),
					letterOf(document),
				),
			),
			arrow(right - 76, height / 2, right - 30, height / 2),
			drawn,
		],
	);
}

/** The row that the most documents share. */
function sharedRow() {
	return rowsOf("best-fit-decreasing").reduce((most, row) =>
		row.length > most.length ? row : most,
	);
}
