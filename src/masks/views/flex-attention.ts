import { cuSeqlens } from "../cu-seqlens.js";
import type { TokenRow } from "../row.js";
import { documentIds } from "../segments.js";
import type { ViewOptions } from "./view.js";

/**
 * What a document mask of PyTorch's FlexAttention reads: borders, and a number for
 * every position, padding included.
 */
export function toFlexAttention(
	{ seqLengths }: TokenRow,
	{ rowLength }: ViewOptions = {},
) {
	return {
		offsets: cuSeqlens(seqLengths, rowLength).cuSeqlens,
		document_id: documentIds(seqLengths, rowLength),
	};
}
