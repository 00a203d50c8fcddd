import { cuSeqlens } from "../cu-seqlens.js";
import type { TokenRow } from "../row.js";
import type { ViewOptions } from "./view.js";

/** The arguments of `flash_attn_varlen_func` that say where sequences end. */
export function toFlashAttention(
	{ seqLengths }: TokenRow,
	{ rowLength }: ViewOptions = {},
) {
	const { cuSeqlens: borders, maxSeqlen } = cuSeqlens(seqLengths, rowLength);
	return {
		cu_seqlens_q: borders,
		cu_seqlens_k: borders.slice(),
		max_seqlen_q: maxSeqlen,
		max_seqlen_k: maxSeqlen,
		causal: true,
	};
}
