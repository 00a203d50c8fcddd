import { Int32Buffer } from "../core/buffers.js";
import { optionName, UsageError } from "../core/errors.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** What lengths are counted in. */
export const lengthUnits = ["words", "tokens", "characters"] as const;
export type LengthUnit = (typeof lengthUnits)[number];

/** Counts a text's length. */
export type LengthOf = (text: string) => number;

/** @throws UsageError `missing-option` where tokens are counted and there is no tokenizer */
export function lengthIn(
	unit: LengthUnit,
	tokenizer: Tokenizer | null,
): LengthOf {
	if (unit === "words") return words;
	if (unit === "characters") return characters;
	if (tokenizer === null)
		throw new UsageError(
			"missing-option",
			`${optionName("tokenizer")} is missing: the recipe counts tokens. Give a tokenizer.json, or count words.`,
		);
	const ids = new Int32Buffer();
	return (text) => {
		ids.length = 0;
		tokenizer.encodeInto(text, ids);
		return ids.length;
	};
}

/** Runs of what is no white space, as `len(text.split())` counts them. */
function words(text: string): number {
	let count = 0;
	let isIn = false;
	for (let i = 0; i < text.length; i++) {
		const isSpace = isSpaceCode(text.charCodeAt(i));
		if (!isSpace && !isIn) count++;
		isIn = !isSpace;
	}
	return count;
}

function isSpaceCode(code: number): boolean {
	if (code < 0x80)
		return (
			code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31)
		);
	return (
		code === 0x85 || (code !== 0xfeff && /\s/.test(String.fromCharCode(code)))
	);
}

const SURROGATES = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Code points: what Python counts as a text's length. */
export function characters(text: string): number {
	const pairs = text.match(SURROGATES);
	return pairs === null ? text.length : text.length - pairs.length;
}
