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
	const own = ids.subarray(begins, ids.length - ending);
	const text = new TextEncoder().encode(tokenizer.decode(own));
	const placed = placeTokens(text, [{ start: 0, end: text.length }], encoder);
	return placed !== null && beginsWith(placed.ids, ids) ? placed : null;
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
