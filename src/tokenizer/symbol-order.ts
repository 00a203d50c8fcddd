import { LOWER_BLOCK } from "./bpe-shape.js";
import { byteOfCharacter } from "./byte-characters.js";

/** Code points that count as one script. */
const BLOCK_BITS = 6;
const BLOCKS = (0x110000 >> BLOCK_BITS) + 1;
/** "\u0120", the byte of a space in a byte-level vocabulary. */
const SPACE = 0x120;

/**
 * Numbers tokens anew, so that those of one script are side by side: then what a text
 * of one language needs of a table by token lies dense.
 * @param strings The tokens by id.
 * @returns For each id its number, and for each number its id.
 */
export function orderByScript(
	strings: readonly (string | undefined)[],
	symbols: "bytes" | "characters",
): { symbolOf: Int32Array; idOf: Int32Array } {
	const count = strings.length;
	const blocks = new Uint16Array(count);
	const starts = new Int32Array(BLOCKS + 1);
	const blockOf = symbols === "bytes" ? blockOfBytes : blockOfCharacters;
	for (let id = 0; id < count; id++) {
		const block = blockOf(strings[id] ?? "");
		blocks[id] = block;
		starts[block + 1]++;
	}
	for (let i = 0; i < BLOCKS; i++) starts[i + 1] += starts[i];
	const symbolOf = new Int32Array(count);
	const idOf = new Int32Array(count);
	for (let id = 0; id < count; id++) {
		const symbol = starts[blocks[id]]++;
		symbolOf[id] = symbol;
		idOf[symbol] = id;
	}
	return { symbolOf, idOf };
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
