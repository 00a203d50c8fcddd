import { optionName } from "../../core/errors.js";
import { CarriedBytes } from "../bytes/carried-bytes.js";
import type { PlacedBytes } from "../bytes/placed-bytes.js";
import { hasByteOrderMark } from "../bytes/utf8.js";
import { BadInput } from "../source.js";

const TAB = 9;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** What an array that cannot be read to its end may have, each with what it means. */
export const arrayReasons = {
	"not-an-array": "a file of a JSON array does not begin with one",
	"truncated-json": "a file ends before the bracket that closes its JSON array",
	"after-array": "something follows the JSON array of a file",
};

/** What stands between two separators of an array. */
export interface ArrayElement {
	/** From the first byte that is not white space on; null: more than can be read. */
	bytes: Buffer | null;
	length: number;
	/** Offset of the first of the bytes; of the separator, where there are none. */
	position: number;
	/** Offset of the byte after the separator. */
	end: number;
}

/** Whether the first byte that is not white space opens an array. */
export function beginsWithArray(head: Buffer): boolean {
	const start = pastSpace(head, hasByteOrderMark(head) ? 3 : 0);
	return head[start] === OPEN_ARRAY;
}

/**
 * Finds the elements of the array that a file consists of. What an element is, is
 * for JSON.parse to say: here it goes to the next comma, or the closing bracket, that
 * is in no string and within no other brackets.
 */
export class ArrayScanner {
	#phase: "before" | "inside" | "after" = "before";
	#depth = 0;
	#inString = false;
	#escaped = false;
	#elements = 0;
	/** Where the element begins; -1 before its first byte. */
	#start = -1;
	#carried = new CarriedBytes();

	/**
	 * The elements that end in the next piece.
	 * @throws BadInput where the file has something else than one array
	 */
	*scan({ bytes, position }: PlacedBytes): Generator<ArrayElement> {
		let i = 0;
		if (this.#phase === "before") {
			i = pastSpace(bytes, 0);
			if (i === bytes.length) return;
			if (bytes[i] !== OPEN_ARRAY) throw notAnArray(bytes[i]);
			this.#phase = "inside";
			i++;
		}
		while (this.#phase === "inside") {
			const from = this.#start === -1 ? pastSpace(bytes, i) : i;
			const end = this.#endOfElement(bytes, from);
			if (end > from && this.#start === -1) this.#start = position + from;
			this.#carried.add(bytes.subarray(from, end));
			if (end === bytes.length) return;
			i = end + 1;
			if (bytes[end] === CLOSE_ARRAY) this.#phase = "after";
			const isEmptyArray = this.#phase === "after" && this.#elements === 0;
			if (this.#start === -1 && isEmptyArray) break;
			const start = this.#start === -1 ? position + end : this.#start;
			this.#start = -1;
			this.#elements++;
			yield { ...this.#carried.take(), position: start, end: position + i };
		}
		if (pastSpace(bytes, i) < bytes.length) throw afterArray();
	}

	/** @throws BadInput where the array has no end */
	finish(): void {
		if (this.#phase === "before") throw notAnArray(undefined);
		if (this.#phase === "inside") throw truncated();
	}

	/** The comma or bracket that ends the element, or the end of the bytes. */
	#endOfElement(bytes: Buffer, start: number): number {
		let depth = this.#depth;
		let i = this.#inString ? this.#pastString(bytes, start) : start;
		for (; i < bytes.length; i++) {
			const byte = bytes[i];
			// Most are white space and digits.
			if (byte < QUOTE) continue;
			if (byte === QUOTE) i = this.#pastString(bytes, i + 1) - 1;
			else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
			else if (depth === 0) {
				if (byte === COMMA || byte === CLOSE_ARRAY) break;
			} else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
		}
		this.#depth = depth;
		return i;
	}

	/** The place after the quotation mark that ends a string, or the end of the bytes. */
	#pastString(bytes: Buffer, start: number): number {
		let escaped = this.#escaped;
		let i = start;
		let inString = true;
		for (; inString && i < bytes.length; i++) {
			const byte = bytes[i];
			if (escaped) escaped = false;
			else if (byte === BACKSLASH) escaped = true;
			else if (byte === QUOTE) inString = false;
		}
		this.#escaped = escaped;
		this.#inString = inString;
		return i;
	}
}

function pastSpace(bytes: Buffer, start: number): number {
	for (let i = start; i < bytes.length; i++) {
		const byte = bytes[i];
		const isSpace =
			byte === SPACE ||
			byte === NEWLINE ||
			byte === CARRIAGE_RETURN ||
			byte === TAB;
		if (!isSpace) return i;
	}
	return bytes.length;
}

function notAnArray(byte: number | undefined): BadInput {
	const sentence =
		byte === OPEN_OBJECT
			? `the file begins with a JSON object, not with an array of objects. If it has an object a line, give ${optionName("inputFormat", "jsonl")}; if its objects go over several lines, or are in an array within it, write them a line each first (for example with jq -c . or jq -c ".data[]")`
			: `the file ${byte === undefined ? "is empty" : "does not begin with a bracket"}, and should hold a JSON array such as [{"text": "..."}]. Write it so, or as JSON Lines`;
	return new BadInput("not-an-array", sentence);
}

function truncated(): BadInput {
	return new BadInput(
		"truncated-json",
		`the file ends before this element and the array do: it was cut short, or a quotation mark or a bracket is never closed. Fetch or fix it, or give ${optionName("onError", "skip")} to use the elements before this place`,
	);
}

function afterArray(): BadInput {
	return new BadInput(
		"after-array",
		`something follows the bracket that closes the array. Write what a file holds as one array or as JSON Lines, or give ${optionName("onError", "skip")} to use the elements before this place`,
	);
}
