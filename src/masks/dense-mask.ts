import { checkMaskKind, type MaskKind, sees } from "./mask-kinds.js";
import { usedTokens } from "./row.js";

/**
 * The mask of a row in full, for tests and small models: entry
 * `query * rowLength + key` is 1 where the query sees the key. Tokens see their
 * own sequence only; padding sees itself, as a sequence of its own, causally.
 * @param rowLength Tokens of the row with padding; default without.
 * @param layer The layer, for masks that differ by layer.
 * @throws DataError `bad-row`; UsageError `bad-option`
 */
export function denseMask(
	seqLengths: Int32Array,
	rowLength?: number,
	mask: MaskKind = { kind: "causal" },
	layer = 0,
): Uint8Array {
	checkMaskKind(mask, seqLengths.length);
	const used = usedTokens(seqLengths, rowLength);
	const size = rowLength ?? used;
	const dense = new Uint8Array(size * size);
	const fill = (
		start: number,
		length: number,
		kind: MaskKind,
		sequence: number,
	) => {
		for (let query = 0; query < length; query++)
			for (let key = 0; key < length; key++)
				if (sees(kind, { query, key, sequence, layer }))
					dense[(start + query) * size + start + key] = 1;
	};
	let start = 0;
	seqLengths.forEach((length, sequence) => {
		fill(start, length, mask, sequence);
		start += length;
	});
	fill(start, size - start, { kind: "causal" }, seqLengths.length);
	return dense;
}
