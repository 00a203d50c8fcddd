import { escapeControls } from "../../src/core/text.js";
import type { Terminal } from "../terminal.js";
import { widthOf } from "../width.js";

/** What figures are drawn for: how wide it is, and what it can show. */
export type View = Pick<
	Terminal,
	"columns" | "hasColour" | "hasUnicode" | "style"
>;

/** A text of the input or of a path, of which a terminal obeys nothing. */
export function shown(text: string): string {
	return escapeControls(text);
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
