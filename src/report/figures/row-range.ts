import { optionName, UsageError } from "../../core/errors.js";
import { quoted } from "../../core/text.js";

/** Rows that are shown at a time, at most. */
export const MOST_SHOWN = 256;

/** The rows that `A..B` or `A` stands for, as their first and the one after their last. @throws UsageError `bad-option` */
export function rowRange(text: string): [first: number, end: number] {
	const [, a, b = a] =
		/^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(text.trim()) ?? [];
	const [first, last] = [Number(a), Number(b)];
	if (a === undefined || last < first)
		throw new UsageError(
			"bad-option",
			`${optionName("rows")} is ${quoted(text)}: give the first and the last row, as 0..9.`,
		);
	if (last - first >= MOST_SHOWN)
		throw new UsageError(
			"bad-option",
			`${optionName("rows")} asks for ${last - first + 1} rows, and ${MOST_SHOWN} are shown at most: ask for fewer.`,
		);
	return [first, last + 1];
}

/** @throws UsageError `no-row` where there are no more than `rows` @param what What they are called. */
export function requireRow(
	path: string,
	row: number,
	rows: number,
	what = "row",
): void {
	if (row >= rows)
		throw new UsageError(
			"no-row",
			`${path} has no ${what} ${row}: it has ${rows}.`,
		);
}

/** @throws UsageError `no-document` @param taken What stands for a document. */
export function noDocument(path: string, asked: string, taken: string): never {
	throw new UsageError(
		"no-document",
		`${path} has no document ${quoted(asked)}: ${optionName("document")} takes ${taken}.`,
	);
}
