import { grouped, percent } from "../src/core/number-texts.js";
import { pad, widthOf } from "./width.js";

/** A line of a summary: its name, and what it says. */
export type Line = [name: string, text: string];

/** Lines of things alike, such as sources: where there are many, the largest are shown. */
export interface Listed {
	/** What stands before the first; the others have a name of their own, or none. */
	name?: string;
	/** Several of them, and what they are measured in: "sources", "tokens". */
	what: string;
	measure: string;
	entries: readonly { line: Line; size: number }[];
}

/** A line, or several that are alike. */
export type Part = Line | Listed;

const isListed = (part: Part): part is Listed => !Array.isArray(part);

/** What a summary is to fit: a usual terminal, with a line for the prompt. */
const SCREEN = { lines: 23, columns: 80 };

/** How many things of a list are tried to be shown, until all fits. */
const MOST = [Number.POSITIVE_INFINITY, 8, 5, 3, 2, 1];

/**
 * The lines of a summary, with as many of its lists as a screen has room for.
 * @param tails What stands at the end: all of it, and then less, to be taken where all does not fit.
 * @param rest What tells all, where not all is shown.
 */
export function fitLines(
	head: string,
	parts: readonly Part[],
	tails: readonly (readonly string[])[],
	rest: string,
): string[] {
	let lines: string[] = [];
	for (const tail of tails)
		for (const most of MOST) {
			const isCut = parts.some((part) => isLong(part, most));
			lines = [
				head,
				...parts.flatMap((part) => linesOf(part, most)).map(lineText),
				...(isCut ? [`  ${rest}`] : []),
				...tail,
			];
			if (fitsScreen(lines)) return lines;
		}
	return lines;
}

const lineText = ([name, text]: Line) => `  ${pad(name, 10)} ${text}`;

const isLong = (part: Part, most: number) =>
	isListed(part) && part.entries.length > most + 1;

function linesOf(part: Part, most: number): Line[] {
	if (!isListed(part)) return [part];
	const { name, what, measure, entries } = part;
	const isCut = isLong(part, most);
	const largest = new Set(
		entries.toSorted((a, b) => b.size - a.size).slice(0, most),
	);
	const shown = isCut ? entries.filter((entry) => largest.has(entry)) : entries;
	const left = entries.filter((entry) => !shown.includes(entry));
	const sizeOf = (some: Listed["entries"]) =>
		some.reduce((sum, { size }) => sum + size, 0);
	const share = sizeOf(left) / Math.max(1, sizeOf(entries));
	return [
		...shown.map(
			({ line: [own, text] }, i): Line => [(i === 0 && name) || own, text],
		),
		...(isCut
			? [
					[
						"",
						`and ${grouped(left.length)} more ${what}, ${percent(share)} of ${measure}`,
					] satisfies Line,
				]
			: []),
	];
}

export const fitsScreen = (lines: readonly string[]) =>
	rowsOf(lines) <= SCREEN.lines;

/** The rows of a screen that lines take. */
function rowsOf(lines: readonly string[]): number {
	return lines.reduce(
		(rows, line) =>
			rows + Math.max(1, Math.ceil(widthOf(line) / SCREEN.columns)),
		0,
	);
}

/** Reasons in one line, of which the first are the largest: "2 documents empty, 1 document long, and 3 more". */
export function someOf(
	reasons: readonly { text: string; size: number }[],
	most = 3,
): string {
	const sorted = reasons.toSorted((a, b) => b.size - a.size);
	const shown = (
		reasons.length > most + 1 ? sorted.slice(0, most) : reasons
	).map(({ text }) => text);
	const left = reasons.length - shown.length;
	return [...shown, ...(left > 0 ? [`and ${grouped(left)} more`] : [])].join(
		", ",
	);
}
