/** The same numbers as int64, which PyTorch wants of ids, labels and positions. */
export function int64(values: ArrayLike<number>): BigInt64Array {
	const out = new BigInt64Array(values.length);
	for (let i = 0; i < values.length; i++) out[i] = BigInt(values[i]);
	return out;
}

/** The tokens, then padding up to the length of the row. */
export function padded(
	ids: Int32Array,
	rowLength: number,
	padId: number,
): Int32Array {
	const out = new Int32Array(rowLength).fill(padId);
	out.set(ids);
	return out;
}
