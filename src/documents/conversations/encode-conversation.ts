import { Int32Buffer } from "../../core/buffers.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";

/**
 * Appends the tokens of a text, and for each of them whether it lies in a span, as a whole or
 * in part, as transformers' masks have it. No token is added.
 * @param spans Pairs of UTF-16 offsets, in order and apart from each other.
 * @param mask Gets a 1 or a 0 for each token.
 * @throws DataError `token-out-of-range`
 */
export function encodeWithSpans(
	tokenizer: Tokenizer,
	text: string,
	spans: ArrayLike<number>,
	out: Int32Buffer,
	mask: { push(value: number): void },
): void {
	const start = out.length;
	tokenizer.encodeInto(text, out);
	const ids = out.array.subarray(start, out.length);
	const parts = encodeParts(tokenizer, text, spans);
	if (same(parts.ids, ids)) {
		// No token lies across the border of a span.
		for (const [i, end] of parts.ends.entries())
			for (let k = parts.ends[i - 1] ?? 0; k < end; k++) mask.push(i & 1);
		return;
	}
	const borders = tokenBorders(tokenizer, text, ids, spans);
	for (let k = 0, span = 0; k < ids.length; k++) {
		while (span < borders.length && borders[span + 1] <= k) span += 2;
		mask.push(Number(span < borders.length && borders[span] <= k));
	}
}

/** The tokens of what is between spans and in them, by turns, each encoded by itself. */
function encodeParts(
	tokenizer: Tokenizer,
	text: string,
	spans: ArrayLike<number>,
): { ids: Int32Array; ends: number[] } {
	const ids = new Int32Buffer(text.length / 2 + 16);
	const ends: number[] = [];
	for (let i = 0; i <= spans.length; i++) {
		tokenizer.encodeInto(text.slice(spans[i - 1] ?? 0, spans[i]), ids);
		ends.push(ids.length);
	}
	return { ids: ids.view(), ends };
}

const same = (a: Int32Array, b: Int32Array) =>
	a.length === b.length && a.every((id, i) => id === b[i]);

/** For each span the first token that has a part in it, and the first after it that has none. */
function tokenBorders(
	tokenizer: Tokenizer,
	text: string,
	ids: Int32Array,
	spans: ArrayLike<number>,
): number[] {
	const isFaithful = tokenizer.decode(ids) === text;
	return Array.from(spans, (place: number, i): number => {
		const [count, isWhole] = isFaithful ? byDecoding(place) : byEncoding(place);
		return isWhole || i % 2 === 0 ? count : count + 1;
	});

	/** How many tokens end at or before a place, and whether the last of them ends there. */
	function byDecoding(place: number): [number, boolean] {
		let low = 0;
		let high = ids.length;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (endOf(middle) <= place) low = middle;
			else high = middle - 1;
		}
		return [low, endOf(low) === place];
	}

	/** Where the text of the first tokens ends; within a character, half way through it. */
	function endOf(count: number): number {
		const decoded = tokenizer.decode(ids.subarray(0, count));
		return text.startsWith(decoded)
			? decoded.length
			: decoded.replace(/\ufffd+$/, "").length + 0.5;
	}

	/** The same for tokenizers that do not give back each text as it was. */
	function byEncoding(place: number): [number, boolean] {
		const before = tokenizer.encode(text.slice(0, place));
		let count = 0;
		while (count < before.length && before[count] === ids[count]) count++;
		return [count, count === before.length];
	}
}
