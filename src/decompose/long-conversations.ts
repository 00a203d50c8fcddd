import { Int32Buffer } from "../core/buffers.js";
import { type IntLists, listAt } from "../core/int-lists.js";
import { registry } from "../core/registry.js";
import { drop, error } from "./at-most-one.js";
import type { Decomposer } from "./decomposer.js";
import { rowLength } from "./options.js";
import type { Pieces } from "./pieces.js";
import { segment } from "./segment.js";

const options = { maxLength: rowLength };

/** A part of a document: its first token, and the one after its last. */
type Part = readonly [start: number, end: number];

/**
 * Cuts documents longer than `maxLength` between turns: each sequence has as many as a
 * row holds. A turn that is longer than a row is left out.
 */
export const splitTurns: Decomposer<typeof options> = {
	meaning: "cut between turns; each row holds as many turns as fit",
	options,
	fillsRows: false,
	leavesGaps: true,
	dropReasons: { some: "too-long", none: "too-long" },
	lengths: ({ maxLength }) => [maxLength],
	cut: (lengths, { maxLength }, _random, cuts) =>
		partsOf(lengths, maxLength, cuts, function* (turns) {
			let start = 0;
			let end = 0;
			for (const [begin, until] of turns) {
				if (until - start <= maxLength) {
					end = until;
					continue;
				}
				if (end > start) yield [start, end];
				const isTooLong = until - begin > maxLength;
				start = isTooLong ? until : begin;
				end = until;
			}
			if (end > start) yield [start, end];
		}),
};

/** Keeps the last turns of documents longer than `maxLength`, as many as a row holds. */
export const truncateLeft: Decomposer<typeof options> = {
	...splitTurns,
	meaning: "only the last turns are kept, as many as a row holds",
	keepsLast: true,
	dropReasons: { some: "truncated", none: "too-long" },
	cut: (lengths, { maxLength }, _random, cuts) =>
		partsOf(lengths, maxLength, cuts, function* (turns) {
			const end = turns[turns.length - 1][1];
			const first = turns.find(([begin]) => end - begin <= maxLength);
			if (first !== undefined) yield [first[0], end];
		}),
};

/** Keeps the first turns of documents longer than `maxLength`, as many as a row holds. */
export const truncateRight: Decomposer<typeof options> = {
	...truncateLeft,
	meaning: "only the first turns are kept, as many as a row holds",
	keepsLast: false,
	cut: (lengths, { maxLength }, _random, cuts) =>
		partsOf(lengths, maxLength, cuts, function* (turns) {
			const last = turns.findLast(([, until]) => until <= maxLength);
			if (last !== undefined) yield [0, last[1]];
		}),
};

export const turnsEntries = {
	"split-turns": splitTurns,
	"truncate-left": truncateLeft,
	"truncate-right": truncateRight,
};

/** What becomes of conversations longer than a row, by the name that users give it: shorter ones stay whole. */
export const longConversations = registry("rule for long conversations", {
	split: rule("split-turns", splitTurns),
	drop: rule("drop", drop),
	"truncate-left": rule("truncate-left", truncateLeft),
	"truncate-right": rule("truncate-right", truncateRight),
	error: rule("error", error),
	segment: rule("segment", segment),
});

/** @param cut The name of the entry among all cuts. */
function rule<C extends string>(
	cut: C,
	{ meaning }: Pick<Decomposer, "meaning">,
): { cut: C; meaning: string } {
	return { cut, meaning };
}

/** Pieces of documents: whole where they fit, else the parts that `choose` makes of their turns. */
function partsOf(
	lengths: Int32Array,
	maxLength: number,
	cuts: IntLists | null,
	choose: (turns: readonly Part[]) => Iterable<Part>,
): Pieces {
	const documents = new Int32Buffer();
	const starts = new Int32Buffer();
	const tokens = new Int32Buffer();
	lengths.forEach((length, document) => {
		if (length === 0) return;
		const places = cuts === null ? [] : listAt(cuts, document);
		const parts: Iterable<Part> =
			length <= maxLength ? [[0, length]] : choose(turnsOf(places, length));
		for (const [start, end] of parts) {
			documents.push(document);
			starts.push(start);
			tokens.push(end - start);
		}
	});
	return {
		document: documents.view(),
		start: starts.view(),
		length: tokens.view(),
	};
}

/** What lies between the places where a document may be cut. */
function turnsOf(cuts: ArrayLike<number>, length: number): Part[] {
	const borders = [0, ...Array.from(cuts), length];
	return borders.slice(1).map((end, i) => [borders[i], end]);
}
