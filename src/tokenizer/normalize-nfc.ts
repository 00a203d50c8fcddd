import { NFC_CHANGES, NFC_COMPOSES, NFC_STARTS } from "./layout.js";
import { toForm } from "./normalizers/forms.js";
import { eachRange, marksOfUnicode9 } from "./unicode-tables.js";

/**
 * The code points that came after Unicode 9, are no marks, and compose or
 * decompose (Todhri, Tulu-Tigalari, Dives Akuru, Kirat Rai).
 */
const NEWER_LETTERS =
	"\\u{105c9}\\u{105d2}\\u{105da}\\u{105e4}\\u{11383}\\u{11385}\\u{1138e}\\u{11391}\\u{11938}\\u{16d63}\\u{16d67}-\\u{16d6a}";

/** Classes from here on are those of marks. */
const FIRST_MARK = 2;

export const normalizeNfc = (text: string): string => toForm("NFC", text);

/**
 * A mark of each combining class but 0 (and 6, whose marks are newer than the
 * library's Unicode), in the order of the classes.
 */
const markOfClass = Array.from(
	"\u0334\u093c\u3099\u094d\u05b0\u05b1\u05b2\u05b3\u05b4\u05b5\u05b6\u05b7\u05b8\u05b9\u05bb\u05bc\u05bd\u05bf\u05c1\u05c2\ufb1e\u064b\u064c\u064d\u0618\u0619\u061a\u0651\u0652\u0670\u0711\u0c55\u0c56\u0e38\u0e48\u0eb8\u0ec8\u0f71\u0f72\u0f74\u0321\u1dce\u031b\u302a\u0316\u059a\u302e\u{1d16d}\u05ae\u0300\u0315\u035c\u035d\u0345",
);

/**
 * For each code point what tells, without normalizing, that a text stays as it is: the
 * quick check of Unicode's annex 15, made sharper by what may compose with what.
 */
export function nfcClasses(): Uint8Array {
	const classes = new Uint8Array(0x110000);
	const newerMark = newerThanUnicode9();
	const mark = /\p{M}/u;
	for (let point = 0x80; point < 0x110000; point++) {
		if (point === 0xd800) point = 0xe000;
		// Planes 4 to 13 and 15 on have no characters that normalize.
		if (point === 0x40000) point = 0xe0000;
		if (point === 0xe1000) break;
		const text = String.fromCodePoint(point);
		const decomposed = text.normalize("NFD");
		if (decomposed !== text) {
			if (text.normalize("NFC") === text) {
				classes[point] |= NFC_STARTS;
				const parts = Array.from(decomposed);
				const last = parts.pop() ?? "";
				classes[last.codePointAt(0) ?? 0] |= NFC_COMPOSES;
				for (const first of parts.join("").normalize("NFC"))
					classes[first.codePointAt(0) ?? 0] |= NFC_STARTS;
			} else classes[point] |= NFC_CHANGES;
		}
		if (point >= 0x300 && mark.test(text)) {
			const combining = combiningClass(text);
			if (combining > 0) classes[point] |= FIRST_MARK + combining - 1;
		}
		if (newerMark.test(text)) classes[point] |= NFC_CHANGES;
	}
	return classes;
}

/** 0 for a mark that stays where it is; else a number that grows with the class. */
function combiningClass(mark: string): number {
	let from = 0;
	let to = markOfClass.length;
	// A mark changes places with one of a lower class after it.
	while (from < to) {
		const middle = (from + to) >> 1;
		if (isSwapped(mark + markOfClass[middle])) from = middle + 1;
		else to = middle;
	}
	if (from > 0) return from + 1;
	return isSwapped(markOfClass[markOfClass.length - 1] + mark) ? 1 : 0;
}

function isSwapped(marks: string): boolean {
	return marks.normalize("NFD").codePointAt(0) !== marks.codePointAt(0);
}

/** Matches a code point that Unicode 9 knew nothing of and that matter. */
function newerThanUnicode9(): RegExp {
	let marks = "";
	eachRange(marksOfUnicode9, (begin, end) => {
		marks += `\\u{${begin.toString(16)}}-\\u{${(end - 1).toString(16)}}`;
	});
	return new RegExp(`[[\\p{M}--[${marks}]]${NEWER_LETTERS}]`, "v");
}
