import { Int32Buffer } from "../core/buffers.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/**
 * Of places in a text, how many of its tokens end there or before. So a part of a text
 * has the tokens from the number of its begin to that of its end: a token that is partly
 * in what comes before belongs to it, one that is partly in what comes after does not.
 * @param text In UTF-8.
 * @param ids Its tokens.
 * @param places Bytes from the text's first, in ascending order.
 */
export function tokensBefore(
	tokenizer: Tokenizer,
	text: Uint8Array,
	ids: Int32Array,
	places: Int32Array,
): Int32Array {
	const ends = tokenizer.tokenEnds(text, ids);
	return ends === null
		? byPrefixes(tokenizer, text, ids, places)
		: places.map((place) => countUpTo(ends, place));
}

/** How many of some ascending numbers are at most `most`. */
function countUpTo(ascending: Int32Array, most: number): number {
	let low = 0;
	let high = ascending.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (ascending[middle] <= most) low = middle + 1;
		else high = middle;
	}
	return low;
}

/**
 * The same where a tokenizer does not tell where tokens end: what comes before a place is
 * tokenized alone, and its tokens count as far as they are those of the whole text.
 */
function byPrefixes(
	tokenizer: Tokenizer,
	text: Uint8Array,
	ids: Int32Array,
	places: Int32Array,
): Int32Array {
	const prefix = new Int32Buffer();
	return places.map((place) => {
		if (place >= text.length) return ids.length;
		prefix.length = 0;
		tokenizer.encodeUtf8Into(text.subarray(0, place), prefix);
		let same = 0;
		while (same < prefix.length && prefix.array[same] === ids[same]) same++;
		return same;
	});
}
