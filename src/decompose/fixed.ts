import { Int32Buffer } from "../core/buffers.js";
import { UsageError } from "../core/errors.js";
import type { DecomposeOptions } from "./decompose-options.js";
import { checkMaxLength } from "./max-length.js";
import type { Pieces } from "./pieces.js";

/**
 * Windows of `maxLength` tokens, each beginning `overlap` tokens (default 0) before the
 * end of the one before; what does not fill a window is left.
 */
export function fixed(
	lengths: Int32Array,
	{ maxLength, overlap = 0 }: DecomposeOptions,
): Pieces {
	checkMaxLength(maxLength);
	if (!Number.isInteger(overlap) || overlap < 0 || overlap >= maxLength)
		throw new UsageError(
			"bad-buckets",
			`windows of ${maxLength} tokens cannot overlap by ${overlap}: give a whole number from 0 to ${maxLength - 1}.`,
		);
	const documents = new Int32Buffer();
	const starts = new Int32Buffer();
	for (let document = 0; document < lengths.length; document++) {
		const last = lengths[document] - maxLength;
		for (let start = 0; start <= last; start += maxLength - overlap) {
			documents.push(document);
			starts.push(start);
		}
	}
	return {
		document: documents.view(),
		start: starts.view(),
		length: new Int32Array(documents.length).fill(maxLength),
	};
}
