import { IntListsBuilder } from "../core/int-lists.js";
import type { MarkedTexts } from "./mark-tokens.js";

/** Builds the marks of texts, text by text. */
export class MarksBuilder {
	readonly #trained = new IntListsBuilder();
	readonly #turns = new IntListsBuilder();
	readonly #sides = new IntListsBuilder();
	readonly #said = new IntListsBuilder();

	/**
	 * Adds those of a text. Places are UTF-16 offsets, in ascending order.
	 * @param bytes Bytes of the text in UTF-8.
	 * @param trained Pairs of a begin and an end.
	 * @param turns Where its turns begin.
	 * @param sides Where its sides but the first begin.
	 * @param said Pairs of a begin and an end of what a record says.
	 */
	add(
		text: string,
		bytes: number,
		trained: Int32Array,
		turns: Int32Array,
		sides: Int32Array,
		said: Int32Array,
	): void {
		const isAscii = bytes === text.length;
		for (const [lists, places] of [
			[this.#trained, trained],
			[this.#turns, turns],
			[this.#sides, sides],
			[this.#said, said],
		] as const) {
			lists.values.append(isAscii ? places : bytePlaces(text, places));
			lists.endList();
		}
	}

	/** The marks so far: views, valid until the builder is written to again. */
	view(): MarkedTexts {
		return {
			trained: this.#trained.view(),
			turns: this.#turns.view(),
			sides: this.#sides.view(),
			said: this.#said.view(),
		};
	}
}

/** UTF-16 offsets as bytes of UTF-8, where a surrogate without its other half has three. */
function bytePlaces(text: string, places: Int32Array): Int32Array {
	const out = new Int32Array(places.length);
	let bytes = 0;
	let unit = 0;
	for (let i = 0; i < places.length; i++) {
		for (; unit < places[i]; unit++) {
			const code = text.charCodeAt(unit);
			if (code < 0x80) bytes += 1;
			else if (code < 0x800) bytes += 2;
			// The halves of a pair have two bytes each.
			else bytes += isPaired(text, unit, code) ? 2 : 3;
		}
		out[i] = bytes;
	}
	return out;
}

function isPaired(text: string, at: number, code: number): boolean {
	if ((code & 0xfc00) === 0xd800)
		return (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
	return (
		(code & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800
	);
}
