import { TemplateError } from "./template-error.js";

/**
 * What one rendering may do: a template comes from elsewhere, and may go round for ever. It is counted in
 * units of about 1 µs at most: a round of a loop, a call, a value that is written or compared, 16 items
 * of a list that is gone through, 64 characters of a text, 16 of one that is split, 4 that are gone
 * through one by one.
 */
const MOST_UNITS = 2_000_000;

/** UTF-16 units of a text that a template makes at most. */
export const LONGEST_TEXT = 1 << 28;

/** UTF-16 units of a text whose characters are gone through: V8 ends the process where a list gets twice as long. */
const MOST_CHARACTERS = 1 << 26;

let left = 0;

/** Begins a rendering. @param size Characters of what is rendered, which may be gone through often. */
export function beginBudget(size: number): void {
	left = MOST_UNITS + size;
}

/** @throws TemplateError where a rendering has done all that it may */
export function spend(units: number): void {
	left -= units;
	if (left < 0)
		throw new TemplateError(
			"it takes too many steps: its loops end late or never, or it makes very long texts",
		);
}

export function spendOnItems(count: number): void {
	spend(1 + Math.floor(count / 16));
}

/** Counts what splitting a text takes. */
export function spendOnSplitting(length: number): void {
	spend(1 + Math.floor(length / 16));
}

/** Counts what going through a text by its characters, or its matches, takes. @throws TemplateError also where it is too long */
export function spendOnCharacters(length: number): void {
	if (length > MOST_CHARACTERS)
		throw new TemplateError(
			`it goes through a text of more than ${MOST_CHARACTERS} characters one by one`,
		);
	spend(1 + Math.floor(length / 4));
}

/** @throws TemplateError also where a text is too long */
export function spendOnText(length: number): void {
	if (length > LONGEST_TEXT)
		throw new TemplateError(
			`it makes a text of more than ${LONGEST_TEXT} characters`,
		);
	spend(1 + Math.floor(length / 64));
}
