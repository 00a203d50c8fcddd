import { Int32Buffer } from "../core/buffers.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** A text and its tokens. */
export interface TextWithTokens {
	tokenizer: Tokenizer;
	/** In UTF-8. */
	text: Uint8Array;
	ids: Int32Array;
	/** Where special tokens were plain text, as `encodeUtf8Into` takes it. */
	said?: Int32Array | undefined;
}

/**
 * Of places in a text, how many of its tokens come before: those that end there or before.
 * @param places Bytes from the text's first.
 * @param countsWithin Of a place by its number, whether the token that it is within counts, too.
 */
export function tokensBefore(
	of: TextWithTokens,
	places: Int32Array,
	countsWithin: (place: number) => boolean = () => false,
): Int32Array {
	const { tokenizer, text, ids } = of;
	const ends = tokenizer.tokenEnds(text, ids);
	return places.map((place, i) => {
		const [count, isBorder] =
			ends === null ? byPrefix(of, place) : byEnds(ends, place);
		const isOneMore = !isBorder && countsWithin(i);
		return Math.min(ids.length, count + Number(isOneMore));
	});
}

/** How many tokens end at or before a place, and whether the last of them ends there. */
function byEnds(ends: Int32Array, place: number): [number, boolean] {
	let low = 0;
	let high = ends.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (ends[middle] <= place) low = middle + 1;
		else high = middle;
	}
	return [low, low === 0 ? place === 0 : ends[low - 1] === place];
}

/**
 * The same where a tokenizer does not tell where tokens end: what comes before the place is
 * tokenized alone, and its tokens count as far as they are those of the whole text.
 */
function byPrefix(
	{ tokenizer, text, ids, said }: TextWithTokens,
	place: number,
): [number, boolean] {
	if (place >= text.length) return [ids.length, true];
	const before = new Int32Buffer();
	tokenizer.encodeUtf8Into(text.subarray(0, place), before, said);
	let count = 0;
	while (count < before.length && before.array[count] === ids[count]) count++;
	return [count, count === before.length];
}
