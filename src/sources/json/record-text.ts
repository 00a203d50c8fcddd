import { endOfString, parseJson } from "../../core/json.js";
import { type FieldPath, valueAt } from "../records/fields.js";

/**
 * The id in a value of JSON: a number as the text has it, anything else as it is.
 * @param text What the value was parsed from.
 */
export function idAt(value: unknown, text: string, path: FieldPath): unknown {
	const id = valueAt(value, path);
	return typeof id === "number" ? numberTextAt(text, path) : id;
}

/**
 * A number as JSON text has it.
 * @param text A value that parses.
 * @param path A field of it that holds a number; none where it is the number.
 */
export function numberTextAt(text: string, path: FieldPath): string {
	let start = pastSpace(text, 0);
	for (const name of path) start = startOfMember(text, start, name);
	let end = start;
	while (/[-+.\w]/.test(text.charAt(end))) end++;
	return text.slice(start, end);
}

/** Where the value of an object's member begins: of the last, where several have the name. */
function startOfMember(text: string, object: number, name: string): number {
	let found = -1;
	let at = pastSpace(text, pastSpace(text, object) + 1);
	while (text[at] === '"') {
		const endOfKey = endOfString(text, at);
		const key = text.slice(at, endOfKey);
		const colon = pastSpace(text, endOfKey);
		const value = pastSpace(text, colon + 1);
		if (parseJson(key) === name) found = value;
		at = pastSpace(text, pastValue(text, value));
		if (text[at] === ",") at = pastSpace(text, at + 1);
	}
	return found;
}

function pastSpace(text: string, start: number): number {
	let at = start;
	while (/[ \t\r\n]/.test(text.charAt(at))) at++;
	return at;
}

function pastValue(text: string, start: number): number {
	const ends = /["{}[\],]/g;
	let depth = 0;
	for (ends.lastIndex = start; ; ) {
		const match = ends.exec(text);
		if (match === null) return text.length;
		const [mark] = match;
		if (mark === '"') {
			ends.lastIndex = endOfString(text, match.index);
			if (depth === 0) return ends.lastIndex;
		} else if (mark === "{" || mark === "[") depth++;
		else if (depth === 0) return match.index;
		else if (mark !== "," && --depth === 0) return ends.lastIndex;
	}
}
