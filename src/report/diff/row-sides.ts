import type { DatasetRow } from "../../dataset/open-dataset.js";
import type { FoundDocument } from "../trace/find-documents.js";
import { findDocuments } from "../trace/find-documents.js";
import type { ComparedRows } from "./compare-rows.js";
import type { RowDifference, RowSide, SegmentSide } from "./result.js";
import type { Side } from "./side.js";

/** Segments of a row that are told, at most. */
const MOST_SEGMENTS = 8;

/** Rows whose documents are looked for in the index together. */
const ROWS_AT_ONCE = 1024;

interface ReadRow {
	segments: SegmentSide[];
}

/** The first rows that one side alone has, by their numbers, with the segments that the other's row does not have. */
export async function firstRows(
	a: Side,
	b: Side,
	{ onlyA, onlyB }: ComparedRows,
	limit: number,
): Promise<RowDifference[]> {
	const inA = onlyA.listed.list;
	const inB = onlyB.listed.list;
	const numbers = [...new Set([...inA, ...inB])]
		.sort((x, y) => x - y)
		.slice(0, limit);
	const [ownA, ownB] = [new Set(inA), new Set(inB)];
	const first: RowDifference[] = [];
	for (let from = 0; from < numbers.length; from += ROWS_AT_ONCE) {
		const some = numbers.slice(from, from + ROWS_AT_ONCE);
		const ofA = await readRows(a, ownA, some);
		const ofB = await readRows(b, ownB, some);
		for (const [i, row] of some.entries())
			first.push({
				row,
				a: sideOf(ofA[i], ofB[i]),
				b: sideOf(ofB[i], ofA[i]),
			});
	}
	return first;
}

function sideOf(row: ReadRow | null, other: ReadRow | null): RowSide | null {
	if (row === null) return null;
	const known = new Set(other?.segments.map(keyOf));
	const differing = row.segments.filter(
		(segment) => !known.has(keyOf(segment)),
	);
	return {
		segments: row.segments.length,
		differing: {
			count: differing.length,
			list: differing.slice(0, MOST_SEGMENTS),
		},
	};
}

const keyOf = ({ document, offset, tokens }: SegmentSide) =>
	`${offset} ${tokens} ${document}`;

/** Of each row its segments; null of those that are not among a side's own. */
async function readRows(
	{ dataset, owner }: Side,
	own: ReadonlySet<number>,
	numbers: readonly number[],
): Promise<(ReadRow | null)[]> {
	const rows: (DatasetRow | null)[] = [];
	for (const number of numbers)
		rows.push(own.has(number) ? await dataset.row(number) : null);
	const ids = new Set(
		rows.flatMap((row) => [...((row?.doc_ids ?? []) as BigInt64Array)]),
	);
	// The index is read once for all of them.
	const found: Map<bigint, FoundDocument> =
		ids.size === 0 ? new Map() : await findDocuments(owner, ids);
	return rows.map((row) => row && segmentsOf(row, found));
}

function segmentsOf(
	row: DatasetRow,
	found: ReadonlyMap<bigint, FoundDocument>,
): ReadRow {
	const lengths = (row.seq_lengths ?? new Int32Array(0)) as Int32Array;
	const documents = row.doc_ids as BigInt64Array | undefined;
	const offsets = row.doc_offsets as Int32Array | undefined;
	return {
		segments: Array.from(lengths, (tokens, i) => ({
			document: nameOf(found.get(documents?.[i] ?? -1n)),
			offset: offsets?.[i] ?? 0,
			tokens,
		})),
	};
}

function nameOf(document: FoundDocument | undefined): string {
	if (document === undefined) return "";
	return document.id ?? `${document.source}, at ${document.position}`;
}
