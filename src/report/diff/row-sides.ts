import type { FoundDocument } from "../trace/find-documents.js";
import { findDocuments } from "../trace/find-documents.js";
import type { ComparedRows } from "./compare-rows.js";
import type { RowDifference, RowSide, SegmentSide } from "./result.js";
import type { Side } from "./side.js";

/** Segments of a row that are told, at most. */
const MOST_SEGMENTS = 8;

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
	const first: RowDifference[] = [];
	for (const row of numbers) {
		const ofA = inA.includes(row) ? await readRow(a, row) : null;
		const ofB = inB.includes(row) ? await readRow(b, row) : null;
		first.push({ row, a: sideOf(ofA, ofB), b: sideOf(ofB, ofA) });
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

async function readRow(
	{ dataset, owner }: Side,
	number: number,
): Promise<ReadRow> {
	const row = await dataset.row(number);
	const lengths = (row.seq_lengths ?? new Int32Array(0)) as Int32Array;
	const documents = row.doc_ids as BigInt64Array | undefined;
	const offsets = row.doc_offsets as Int32Array | undefined;
	const found: Map<bigint, FoundDocument> =
		documents === undefined
			? new Map()
			: await findDocuments(owner, new Set(documents));
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
