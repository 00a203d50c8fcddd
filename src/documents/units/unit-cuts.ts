import { Int32Buffer } from "../../core/buffers.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";

/**
 * Appends the tokens that the units of a text but the first begin with: those before which it may
 * be cut. A token is of the unit in which it begins, but for white space: one of " The" whose
 * space ends a unit is of the next. So two units may begin in one token, which are one then.
 * @param text In UTF-8.
 * @param ids Its tokens.
 * @param starts Where its units begin, in bytes, ascending.
 * @param first The number of its first token in the document.
 */
export function unitCuts(
	tokenizer: Tokenizer,
	text: Uint8Array,
	ids: Int32Array,
	starts: Int32Array,
	first: number,
	out: Int32Buffer,
): void {
	const ends = tokenizer.tokenEnds(text, ids);
	const tokens =
		ends === null
			? tokensByParts(tokenizer, text, ids, starts)
			: tokensByEnds(text, ends, starts);
	let last = 0;
	for (const token of tokens) {
		if (token > last && token < ids.length) out.push(first + token);
		last = Math.max(last, token);
	}
}

function tokensByEnds(
	text: Uint8Array,
	ends: Int32Array,
	starts: Int32Array,
): Int32Array {
	let token = 0;
	return starts.map((start) => {
		while (token < ends.length && ends[token] <= start) token++;
		const begin = token === 0 ? 0 : ends[token - 1];
		return spacesBefore(text, start) <= begin ? token : token + 1;
	});
}

/** Where the white space begins that ends right before a place. */
function spacesBefore(text: Uint8Array, place: number): number {
	while (place > 0 && isSpace(text[place - 1])) place--;
	return place;
}

function isSpace(byte: number): boolean {
	return byte === 32 || (byte >= 9 && byte <= 13);
}

/**
 * The same where a tokenizer does not tell where tokens end: what comes before a unit and
 * its white space is tokenized alone, from the last place on where that came to the same tokens.
 */
function tokensByParts(
	tokenizer: Tokenizer,
	text: Uint8Array,
	ids: Int32Array,
	starts: Int32Array,
): Int32Array {
	const part = new Int32Buffer();
	/** A place before which all tokens are those of the text before it, and how many these are. */
	let known = 0;
	let tokens = 0;
	const countFrom = (from: number, before: number, to: number) => {
		part.length = 0;
		tokenizer.encodeUtf8Into(text.subarray(from, to), part);
		let count = 0;
		while (count < part.length && part.array[count] === ids[before + count])
			count++;
		return { count: before + count, isBorder: count === part.length };
	};
	/** Bytes of a token that is white space alone; of another, more than any text has. */
	const blankLength = (token: number) => {
		if (token >= ids.length) return Infinity;
		const space = tokenizer.decode([ids[token]]);
		// White space is ASCII here; a space may decode to nothing where it begins a text.
		return space.trim() === "" ? Math.max(1, space.length) : Infinity;
	};
	return starts.map((start) => {
		const place = spacesBefore(text, start);
		if (place === 0) return 0;
		let found = countFrom(known, tokens, place);
		if (!found.isBorder && known > 0) found = countFrom(0, 0, place);
		if (found.isBorder) {
			known = place;
			tokens = found.count;
		}
		// Else the token that the text before the white space ends in goes on after it.
		if (!found.isBorder) return Math.min(ids.length, found.count + 1);
		let { count } = found;
		// White space that is a token of its own stays where it ends a unit.
		for (let end = place; end < start; count++) {
			end += blankLength(count);
			if (end > start) break;
		}
		return count;
	});
}
