import { DataError, optionName } from "../core/errors.js";
import type { Decomposer } from "./decomposer.js";
import { rowLength } from "./options.js";
import { allocatePieces, type Pieces } from "./pieces.js";

const options = { maxLength: rowLength };

/** Keeps the first `maxLength` tokens of each document. */
export const truncate: Decomposer<typeof options> = {
	meaning: "only the first tokens are kept, as many as a row holds",
	options,
	fillsRows: false,
	dropReasons: { some: "truncated", none: "truncated" },
	lengths: ({ maxLength }) => [maxLength],
	cut: (lengths, { maxLength }) =>
		atMostOne(lengths, (length) => Math.min(length, maxLength)),
};

/** Leaves out documents longer than `maxLength`. */
export const drop: Decomposer<typeof options> = {
	...truncate,
	meaning: "left out",
	dropReasons: { some: "too-long", none: "too-long" },
	cut: (lengths, { maxLength }) =>
		atMostOne(lengths, (length) => (length > maxLength ? 0 : length)),
};

/**
 * Takes no document longer than `maxLength`.
 * @throws LongDocumentError
 */
export const error: Decomposer<typeof options> = {
	...truncate,
	meaning: "the build stops and names the document",
	dropReasons: null,
	cut: (lengths, { maxLength }) =>
		atMostOne(lengths, (length, document) => {
			if (length > maxLength)
				throw new LongDocumentError(document, length, maxLength);
			return length;
		}),
};

/** A document is longer than a row, and may not be. */
export class LongDocumentError extends DataError {
	/** Its index in the lengths given. */
	readonly document: number;
	readonly tokens: number;
	readonly maxLength: number;

	/** @param place What to call the document. */
	constructor(
		document: number,
		tokens: number,
		maxLength: number,
		place = `document ${document}`,
	) {
		super(
			"long-document",
			`${place} has ${tokens} tokens, and a sequence may have ${maxLength}: split, truncate or drop long documents (${optionName("longDocuments")}), or make rows and sequences longer.`,
		);
		this.document = document;
		this.tokens = tokens;
		this.maxLength = maxLength;
	}
}

/** At most one piece a document, from its first token on. */
function atMostOne(
	lengths: Int32Array,
	kept: (length: number, document: number) => number,
): Pieces {
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
