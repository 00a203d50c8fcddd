import { byteOfCharacter } from "./byte-characters.js";
import { LOWER_BLOCK } from "./spaces.js";

/** Code points that count as one script. */
const BLOCK_BITS = 6;
const BLOCKS = (0x110000 >> BLOCK_BITS) + 1;
/** "\u0120", the byte of a space in a byte-level vocabulary. */
const SPACE = 0x120;

/** Sides of a merge that a token may be on, as bits. */
export const SIDES = { left: 1, right: 2 };
/** In which order they are numbered: left only, both, right only, none. */
const GROUP_OF_SIDES = [3, 0, 2, 1];
const GROUPS = 4;

export interface SymbolOrder {
	/** For each id its number. */
	symbolOf: Int32Array;
	/** For each number its id. */
	idOf: Int32Array;
	/** Numbers from 0 to here may be on the left of a merge. */
	leftEnd: number;
	/** Numbers from here to `rightEnd` may be on the right. */
	rightStart: number;
	rightEnd: number;
}

/**
 * Numbers tokens anew: those that may be on the left of a merge first, then those
 * on the right, so that a number tells which. Within that those of one script are side by
 * side: what a text of one language needs of a table by token lies dense.
 * @param strings The tokens by id.
 * @param sides For each id the sides of merges that it is on, see SIDES.
 */
export function orderSymbols(
	strings: readonly (string | undefined)[],
	sides: Uint8Array,
	symbols: "bytes" | "characters",
): SymbolOrder {
	const count = strings.length;
	const places = new Uint32Array(count);
	const starts = new Int32Array(GROUPS * BLOCKS + 1);
	const blockOf = symbols === "bytes" ? blockOfBytes : blockOfCharacters;
	for (let id = 0; id < count; id++) {
		const group = GROUP_OF_SIDES[sides[id]];
		const place = group * BLOCKS + blockOf(strings[id] ?? "");
		places[id] = place;
		starts[place + 1]++;
	}
	for (let i = 1; i < starts.length; i++) starts[i] += starts[i - 1];
	const ends = [1, 2, 3].map((group) => starts[group * BLOCKS]);
	const symbolOf = new Int32Array(count);
	const idOf = new Int32Array(count);
	for (let id = 0; id < count; id++) {
		const symbol = starts[places[id]]++;
		symbolOf[id] = symbol;
		idOf[symbol] = id;
	}
	const [rightStart, leftEnd, rightEnd] = ends;
	return { symbolOf, idOf, leftEnd, rightStart, rightEnd };
}

/** The block of a token's first character after a space. */
function blockOfCharacters(token: string): number {
	const at = token.length > 1 && token.startsWith(LOWER_BLOCK) ? 1 : 0;
	return ((token.codePointAt(at) ?? 0) >> BLOCK_BITS) + 1;
}

/** The same where a token's characters stand for bytes; 0 where one is cut off. */
function blockOfBytes(token: string): number {
	let at = token.length > 1 && token.charCodeAt(0) === SPACE ? 1 : 0;
	const first = byteOfCharacter(token.charCodeAt(at++));
	if (first < 0x80) return (Math.max(first, 0) >> BLOCK_BITS) + 1;
	if (first < 0xc0) return 0;
	const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	let point = first & (0xff >> (length + 1));
	for (let i = 1; i < length; i++) {
		const next =
			at < token.length ? byteOfCharacter(token.charCodeAt(at++)) : 0;
		point = (point << 6) | (next & 0x3f);
	}
	return Math.min(point, 0x10ffff) >> BLOCK_BITS;
}
