import { Int32Buffer } from "../core/buffers.js";

/** When a segment is closed: before a unit that would take it over its tokens, or after it. */
export const closings = ["before", "after"] as const;
export type Closing = (typeof closings)[number];

/** How units become segments. */
export interface FillRule {
	/** Tokens of a segment. */
	tokens: number;
	/** Tokens that a segment closed after its last unit has at most; default: any. */
	mostTokens?: number;
	/** Units of a segment, at most; default: any. */
	units?: number;
	close?: Closing;
	/** Units at the end of a segment that the next one begins with, where there is room for them; default 0. */
	overlap?: number;
}

/** Segments of one document: the tokens that each begins at, and how many it has. */
export interface Segments {
	start: Int32Array;
	length: Int32Array;
}

/**
 * Fills segments with units that follow one another, as many as fit. A unit that has more
 * tokens than a segment is cut there, and what is left of it goes on as a unit.
 * @param lengths Tokens of each unit.
 * @param tokens Tokens of a segment, at least 1.
 */
export function fillUnits(
	lengths: ArrayLike<number>,
	tokens: number,
	close: Closing = "before",
	more: Omit<FillRule, "tokens" | "close"> = {},
): Segments {
	const borders = new Int32Buffer(lengths.length + 1);
	let end = 0;
	for (let i = 0; i < lengths.length; i++) {
		if (i > 0) borders.push(end);
		end += lengths[i];
	}
	const out = { start: new Int32Buffer(16), length: new Int32Buffer(16) };
	fill(end, borders.view(), { tokens, close, ...more }, (start, end) => {
		out.start.push(start);
		out.length.push(end - start);
	});
	return { start: out.start.view(), length: out.length.view() };
}

/**
 * The same on places.
 * @param length Tokens of the document.
 * @param cuts The tokens that its units but the first begin at, ascending; null: each token is one.
 */
export function fill(
	length: number,
	cuts: ArrayLike<number> | null,
	rule: FillRule,
	take: (start: number, end: number) => void,
): void {
	if (length === 0) return;
	if (cuts === null) fillTokens(length, rule, take);
	else fillBorders(bordersOf(length, cuts, rule.tokens), rule, take);
}

/** Units that have more tokens than a segment, and are cut: see `fill`. */
export function longUnits(
	length: number,
	cuts: ArrayLike<number>,
	tokens: number,
): number {
	let count = 0;
	for (let i = 0, last = 0; i <= cuts.length; i++) {
		const end = i < cuts.length ? cuts[i] : length;
		if (end - last > tokens) count++;
		last = end;
	}
	return count;
}

function fillBorders(
	borders: Int32Array,
	{
		tokens,
		close = "before",
		mostTokens = Infinity,
		units: mostUnits = Infinity,
		overlap = 0,
	}: FillRule,
	take: (start: number, end: number) => void,
): void {
	const last = borders.length - 1;
	/** Whether a segment of the units from `from` up to `to` may have the next one, too. */
	const mayHave = (from: number, to: number) => {
		const held = borders[to] - borders[from];
		const withNext = borders[to + 1] - borders[from];
		return (
			to - from < mostUnits &&
			(close === "before"
				? withNext <= tokens
				: held <= tokens && withNext <= mostTokens)
		);
	};
	for (let from = 0, to = 0; to < last; ) {
		to++;
		while (to < last && mayHave(from, to)) to++;
		take(borders[from], borders[to]);
		const before = from;
		from = Math.max(to - overlap, before + 1);
		while (to < last && from < to && !mayHave(from, to)) from++;
	}
}

/** Where the parts of units begin and end that are not longer than a segment. */
function bordersOf(
	length: number,
	cuts: ArrayLike<number>,
	tokens: number,
): Int32Array {
	const borders = new Int32Buffer(cuts.length + 2);
	borders.push(0);
	for (let i = 0; i <= cuts.length; i++) {
		const end = i < cuts.length ? cuts[i] : length;
		let last = borders.array[borders.length - 1];
		for (; end - last > tokens; last += tokens) borders.push(last + tokens);
		if (end > last) borders.push(end);
	}
	return borders.view();
}

function fillTokens(
	length: number,
	{
		tokens,
		close = "before",
		mostTokens = Infinity,
		units = Infinity,
		overlap = 0,
	}: FillRule,
	take: (start: number, end: number) => void,
): void {
	const size = Math.min(
		close === "before" ? tokens : tokens + 1,
		mostTokens,
		units,
	);
	for (
		let start = 0, end = 0;
		end < length;
		start = end - Math.min(overlap, size - 1)
	) {
		end = Math.min(start + size, length);
		take(start, end);
	}
}
