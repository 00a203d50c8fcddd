/** Lists of numbers: list i is `values[offsets[i] .. offsets[i + 1])`. */
export interface FloatLists {
	values: Float32Array;
	/** Borders of the lists in `values`: one more than there are lists. */
	offsets: Int32Array;
}

/** Lists as one. */
export function floatLists(lists: readonly Float32Array[]): FloatLists {
	const offsets = new Int32Array(lists.length + 1);
	for (const [i, { length }] of lists.entries())
		offsets[i + 1] = offsets[i] + length;
	const values = new Float32Array(offsets[lists.length]);
	for (const [i, list] of lists.entries()) values.set(list, offsets[i]);
	return { values, offsets };
}

/** The values of a list. */
export function floatsAt(
	{ values, offsets }: FloatLists,
	list: number,
): Float32Array {
	return values.subarray(offsets[list], offsets[list + 1]);
}

/** Some of the lists, in the order that they are named in: a copy. */
export function selectFloats(
	lists: FloatLists,
	wanted: readonly number[],
): FloatLists {
	return floatLists(wanted.map((list) => floatsAt(lists, list)));
}
