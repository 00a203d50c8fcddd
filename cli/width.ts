import { stripVTControlCharacters } from "node:util";
import { eastAsianWidth } from "get-east-asian-width";

let segmenter: Intl.Segmenter | null = null;

/** What a reader takes for one character each. */
function graphemesOf(text: string): Iterable<Intl.SegmentData> {
	// Made where it is needed: it takes a while.
	segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
	return segmenter.segment(text);
}

/** What takes no column: what joins, marks or controls, and the later letters of a Hangul syllable. */
const unseen =
	/[\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Surrogate}\u1160-\u11ff\ud7b0-\ud7ff]/u;
/** Two columns wide, whatever its first code point is: a picture, or what is made one; a flag. */
const picture =
	/\p{Emoji_Presentation}|\p{Extended_Pictographic}\u{fe0f}|\u{fe0f}\u{20e3}|^\p{Regional_Indicator}{2}$/u;

/** The columns that a text takes in a terminal, without escape codes. */
export function widthOf(text: string): number {
	const plain = text.includes("\x1b") ? stripVTControlCharacters(text) : text;
	if (/^[ -~]*$/.test(plain)) return plain.length;
	let width = 0;
	for (const { segment } of graphemesOf(plain))
		width += widthOfGrapheme(segment);
	return width;
}

function widthOfGrapheme(grapheme: string): number {
	if (picture.test(grapheme)) return 2;
	let width = 0;
	for (const character of grapheme)
		if (!unseen.test(character))
			width += eastAsianWidth(character.codePointAt(0) as number);
	return width;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin what is looked for
const styleCodes = /(\x1b\[[\d;]*m)/;

/**
 * A text in so many columns, cut where it is longer, with an ellipsis. Codes of colours stay, so that
 * what was begun ends.
 */
export function truncate(
	text: string,
	columns: number,
	ellipsis = "…",
): string {
	if (widthOf(text) <= columns) return text;
	const most = columns - widthOf(ellipsis);
	if (most < 0) return "";
	let width = 0;
	let isFull = false;
	const parts = text.split(styleCodes).map((part, i) => {
		if (i % 2 === 1) return part;
		let kept = "";
		for (const { segment } of isFull ? [] : graphemesOf(part)) {
			width += widthOfGrapheme(segment);
			isFull = width > most;
			if (isFull) return kept + ellipsis;
			kept += segment;
		}
		return kept;
	});
	return parts.join("");
}

/** A text with spaces after it, or before it, to so many columns. */
export function pad(
	text: string,
	columns: number,
	side: "end" | "start" = "end",
): string {
	const spaces = " ".repeat(Math.max(0, columns - widthOf(text)));
	return side === "end" ? text + spaces : spaces + text;
}

/** A text in exactly so many columns. */
export function cell(text: string, columns: number, ellipsis?: string): string {
	return pad(truncate(text, columns, ellipsis), columns);
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * A bar of so many columns: what is full, in eighths of a column, and what is not.
 * @param share from 0 to 1
 */
export function bar(
	share: number,
	columns: number,
	hasUnicode = true,
): { full: string; rest: string } {
	const within = Number.isNaN(share) ? 0 : Math.min(1, Math.max(0, share));
	if (!hasUnicode) {
		const whole = Math.floor(within * columns);
		return { full: "#".repeat(whole), rest: ".".repeat(columns - whole) };
	}
	const eighths = Math.floor(within * columns * 8);
	const full = "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
	return { full, rest: " ".repeat(columns - full.length) };
}
