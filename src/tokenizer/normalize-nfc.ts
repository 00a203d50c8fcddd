import { eachRange, marksOfUnicode9 } from "./unicode-tables.js";

/**
 * The code points that came after Unicode 9, are no marks, and compose or
 * decompose (Todhri, Tulu-Tigalari, Dives Akuru, Kirat Rai).
 */
const NEWER_LETTERS =
	"\\u{105c9}\\u{105d2}\\u{105da}\\u{105e4}\\u{11383}\\u{11385}\\u{1138e}\\u{11391}\\u{11938}\\u{16d63}\\u{16d67}-\\u{16d6a}";

let newer: RegExp | null = null;

/**
 * Normalization form C as the Rust library does it, whose tables are those of
 * Unicode 9: code points that came later stay as they are, and nothing is
 * reordered or composed across them.
 */
export function normalizeNfc(text: string): string {
	newer ??= newerThanUnicode9();
	if (!newer.test(text)) return text.normalize("NFC");
	return text
		.split(newer)
		.map((part, i) => (i % 2 === 0 ? part.normalize("NFC") : part))
		.join("");
}

/**
 * For each code point, 1 when a text that has it may change by normalizing: it
 * composes, decomposes or is reordered, in this Unicode or the library's.
 */
export function mayNormalize(): Uint8Array {
	const flags = new Uint8Array(0x110000);
	const pattern = new RegExp(`[\\p{M}\\u1160-\\u11ff${NEWER_LETTERS}]`, "v");
	for (let point = 0x80; point < 0x110000; point++) {
		if (point === 0xd800) point = 0xe000;
		// Planes 4 to 13 and 15 on have no characters that normalize.
		if (point === 0x40000) point = 0xe0000;
		if (point === 0xe1000) break;
		const text = String.fromCodePoint(point);
		if (pattern.test(text) || text.normalize("NFC") !== text) flags[point] = 1;
	}
	return flags;
}

/** Matches, as a group, a run of code points that Unicode 9 knew nothing of and that matter. */
function newerThanUnicode9(): RegExp {
	let marks = "";
	eachRange(marksOfUnicode9, (begin, end) => {
		marks += `\\u{${begin.toString(16)}}-\\u{${(end - 1).toString(16)}}`;
	});
	return new RegExp(`([[\\p{M}--[${marks}]]${NEWER_LETTERS}]+)`, "v");
}
