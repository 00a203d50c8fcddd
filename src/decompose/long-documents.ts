import { DataError, UsageError } from "../core/errors.js";
import { checkMaxLength } from "./max-length.js";
import { allocatePieces, type Pieces } from "./pieces.js";
import { balancedSplit, split } from "./split.js";

/**
 * What becomes of documents longer than a row, by name; shorter ones stay whole.
 * @throws UsageError `bad-length`; by `error` DataError `long-document`.
 */
export const longDocuments: Readonly<
	Record<string, (lengths: Int32Array, maxLength: number) => Pieces>
> = { split, "balanced-split": balancedSplit, truncate, drop, error };

export type LongDocuments = keyof typeof longDocuments & string;

/** @throws UsageError `unknown-long-documents` */
export function findLongDocuments(name: string) {
	if (!Object.hasOwn(longDocuments, name))
		throw new UsageError(
			"unknown-long-documents",
			`there is no way "${name}" to treat long documents; there are: ${Object.keys(longDocuments).join(", ")}.`,
		);
	return longDocuments[name];
}

/** Keeps the first `maxLength` tokens of each document. */
function truncate(lengths: Int32Array, maxLength: number): Pieces {
	return whole(lengths, maxLength, (length) => Math.min(length, maxLength));
}

/** Leaves out documents longer than `maxLength`. */
function drop(lengths: Int32Array, maxLength: number): Pieces {
	return whole(lengths, maxLength, (length) =>
		length > maxLength ? 0 : length,
	);
}

function error(lengths: Int32Array, maxLength: number): Pieces {
	return whole(lengths, maxLength, (length, document) => {
		if (length > maxLength)
			throw new DataError(
				"long-document",
				`document ${document} has ${length} tokens, and a row holds ${maxLength}: split, truncate or drop long documents, or make rows longer.`,
			);
		return length;
	});
}

/** At most one piece a document, from its first token on. */
function whole(
	lengths: Int32Array,
	maxLength: number,
	kept: (length: number, document: number) => number,
): Pieces {
	checkMaxLength(maxLength);
	const tokens = lengths.map(kept);
	const pieces = allocatePieces(tokens.reduce((n, t) => n + Number(t > 0), 0));
	let piece = 0;
	for (let document = 0; document < lengths.length; document++) {
		if (tokens[document] <= 0) continue;
		pieces.document[piece] = document;
		pieces.length[piece++] = tokens[document];
	}
	return pieces;
}
