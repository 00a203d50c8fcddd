import type { IntListsBuilder } from "../../core/int-lists.js";

/** Adds what of some spans of a record's ids is in one of its documents, in units of that, of which an id has some. */
export function addWithin(
	spans: ArrayLike<number>,
	borders: Int32Array,
	document: number,
	unit: number,
	out: IntListsBuilder,
): void {
	const [start, end] = borders.subarray(document, document + 2);
	for (let i = 0; i < spans.length; i += 2) {
		const from = Math.max(spans[i], start);
		const to = Math.min(spans[i + 1], end);
		if (from >= to) continue;
		out.values.push(unit * (from - start));
		out.values.push(unit * (to - start));
	}
	out.endList();
}
