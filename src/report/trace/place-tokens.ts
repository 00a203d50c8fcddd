import { Int32Buffer } from "../../core/buffers.js";
import {
	ADDED_BOS,
	ADDED_EOS,
	type Encoder,
	encodeText,
} from "../../documents/encode-text.js";
import type { PlacedText } from "./text-places.js";

/** A part of a text that is tokenized apart. */
export interface TextSide {
	start: number;
	end: number;
	/** As `encodeUtf8Into` takes it. */
	said?: Int32Array | undefined;
}

/** Tokenizes a text as a build does, side by side; null where nobody tells where tokens end. */
export function placeTokens(
	text: Uint8Array,
	sides: readonly TextSide[],
	encoder: Encoder,
): PlacedText | null {
	const ids = new Int32Buffer();
	const starts = new Int32Buffer();
	const ends = new Int32Buffer();
	for (const { start, end, said } of sides) {
		const own = text.subarray(start, end);
		const before = ids.length;
		const added = encodeText(own, encoder, ids, said);
		const first = before + Number((added & ADDED_BOS) > 0);
		const last = ids.length - Number((added & ADDED_EOS) > 0);
		const places = encoder.tokenizer.tokenEnds(
			own,
			ids.view().slice(first, last),
		);
		if (places === null) return null;
		let at = start;
		const place = (until: number) => {
			starts.push(at);
			ends.push(until);
			at = until;
		};
		if (first > before) place(at);
		for (const each of places) place(start + each);
		if (last < ids.length) place(at);
	}
	return {
		text,
		ids: ids.view(),
		starts: starts.view(),
		ends: ends.view(),
	};
}

/**
 * The text that the first tokens of a document say, where tokenizing it gives these tokens again;
 * null where it does not.
 */
export function textOfTokens(
	ids: Int32Array,
	encoder: Encoder,
): PlacedText | null {
	const { tokenizer, bos, eos } = encoder;
	const begins = bos !== null && ids[0] === bos ? 1 : 0;
	const last = ids.length - 1;
	const ending = eos !== null && last >= begins && ids[last] === eos ? 1 : 0;
	// The last may end within a character, which only tokens after them end.
	for (let less = 0; less < (ending === 1 ? 1 : MOST_WITHIN); less++) {
		const known = ids.subarray(0, ids.length - less);
		const own = known.subarray(begins, known.length - ending);
		if (own.length === 0) return null;
		const text = new TextEncoder().encode(tokenizer.decode(own));
		const sides = [{ start: 0, end: text.length }];
		const placed = placeTokens(text, sides, encoder);
		if (placed === null) return null;
		if (beginsWith(placed.ids, known))
			return less === 0 ? placed : firstOf(placed, known.length);
	}
	return null;
}

/** Tokens within a character of four bytes, at most. */
const MOST_WITHIN = 4;

function firstOf({ text, ...of }: PlacedText, count: number): PlacedText {
	return {
		text,
		ids: of.ids.subarray(0, count),
		starts: of.starts.subarray(0, count),
		ends: of.ends.subarray(0, count),
	};
}

/** Whether a list begins with another. */
export function beginsWith(
	all: Int32Array,
	some: Int32Array,
	from = 0,
): boolean {
	return (
		from + some.length <= all.length &&
		some.every((id, i) => all[from + i] === id)
	);
}
