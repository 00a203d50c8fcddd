import { escapeControls } from "../../src/core/text.js";
import type { Terminal } from "../terminal.js";
import { widthOf } from "../width.js";

/** What figures are drawn for: how wide it is, and what it can show. */
export type View = Pick<
	Terminal,
	"columns" | "hasColour" | "hasUnicode" | "style"
>;

/** A value in which a terminal obeys nothing of any text. */
export function shown<T>(value: T): T {
	if (typeof value === "string") return escapeControls(value) as T;
	if (Array.isArray(value)) return value.map(shown) as T;
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, of]) => [key, shown(of)]),
	) as T;
}

export function heading(view: View, text: string): string {
	return view.style("bold", text);
}

/** Words in lines of so many columns; the lines after the first begin with spaces. */
export function wrapped(text: string, columns: number, indent = 0): string[] {
	const lines: string[] = [];
	const [first, ...words] = text.trimStart().split(" ");
	let line = text.slice(0, text.length - text.trimStart().length) + first;
	for (const word of words) {
		const next = `${line} ${word}`;
		if (widthOf(next) > columns) {
			lines.push(line);
			line = " ".repeat(indent) + word;
		} else line = next;
	}
	return [...lines, line].flatMap((each) => chopped(each, columns));
}

/** A word that is longer than a line goes on in the next one. */
function chopped(line: string, columns: number): string[] {
	if (widthOf(line) <= columns) return [line];
	const lines: string[] = [];
	let part = "";
	for (const character of line) {
		if (widthOf(part + character) > columns) {
			lines.push(part);
			part = "";
		}
		part += character;
	}
	return [...lines, part];
}
