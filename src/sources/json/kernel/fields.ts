// The wanted fields, as ../scanner.ts writes them: a tree by names within names. Of each
// field, u32: the field that it lies in, its number (-1: only one within it is wanted),
// the first number of it and all within it, the number after the last of these, how many
// lie right within it; then of each of these: the address of its name, the length of that, and
// the field. Names are in UTF-8, where a surrogate alone is as if it were a character.

import { linesAt, rowBytes, textField } from "./memory";
import {
	BACKSLASH,
	escapeEnd,
	meaningOf,
	pointOfEscape,
	putPoint,
} from "./strings";
import { dropText } from "./text";

export const NONE: usize = 0;
const HEADER: usize = 20;
const CHILD: usize = 12;
/** Bytes of a row before its fields. */
const ROW_HEADER: usize = 12;

export function outerField(field: usize): usize {
	return load<u32>(field);
}

/** The field within another that has a name, as it stands between two quotes; else NONE. */
export function findField(
	outer: usize,
	start: usize,
	end: usize,
	hasEscape: bool,
): usize {
	const last = outer + HEADER + <usize>load<u32>(outer, 16) * CHILD;
	for (let child = outer + HEADER; child < last; child += CHILD) {
		const name: usize = load<u32>(child);
		const length: usize = load<u32>(child, 4);
		const isIt = hasEscape
			? isEqualUnescaped(start, end, name, length)
			: length === end - start && memory.compare(start, name, length) === 0;
		if (isIt) return load<u32>(child, 8);
	}
	return NONE;
}

function isEqualUnescaped(
	start: usize,
	end: usize,
	name: usize,
	length: usize,
): bool {
	const nameEnd = name + length;
	let at = start;
	while (at < end) {
		if (name >= nameEnd) return false;
		const byte: u32 = load<u8>(at);
		if (byte !== BACKSLASH) {
			if (byte !== <u32>load<u8>(name)) return false;
			name++;
			at++;
			continue;
		}
		const meaning = meaningOf(load<u8>(at, 1));
		let encoded: usize = 1;
		if (meaning !== 0) {
			store<u8>(CHARACTER, meaning);
			at += 2;
		} else {
			encoded = putPoint(CHARACTER, pointOfEscape(at)) - CHARACTER;
			at = escapeEnd;
		}
		if (name + encoded > nameEnd) return false;
		if (memory.compare(CHARACTER, name, encoded) !== 0) return false;
		name += encoded;
	}
	return name === nameEnd;
}

const CHARACTER: usize = memory.data(4);

/** Forgets what a row has of a field and of those within it: of fields of one name the last counts. */
export function forgetField(row: usize, field: usize): void {
	const first: usize = load<u32>(field, 8);
	const after: usize = load<u32>(field, 12);
	memory.fill(row + ROW_HEADER + (first << 3), 0, (after - first) << 3);
	if (textField !== NONE) {
		const text: usize = load<u32>(textField, 4);
		if (first <= text && text < after) dropText();
	}
}

/** Writes where a field's value begins. */
export function beginField(row: usize, field: usize, at: usize): void {
	const number = load<i32>(field, 4);
	if (number >= 0) store<u32>(fieldOfRow(row, number), <u32>(at - linesAt));
}

/** Writes where a field's value ends. */
export function endField(row: usize, field: usize, at: usize): void {
	const number = load<i32>(field, 4);
	if (number >= 0) store<u32>(fieldOfRow(row, number), <u32>(at - linesAt), 4);
}

function fieldOfRow(row: usize, number: i32): usize {
	return row + ROW_HEADER + ((<usize>number) << 3);
}

/** Begins a row. */
export function beginRow(row: usize, line: usize, number: u32): void {
	store<u32>(row, <u32>(line - linesAt));
	store<u32>(row, number, 4);
	memory.fill(row + ROW_HEADER, 0, rowBytes - ROW_HEADER);
}

/** Ends it. */
export function endRow(row: usize, textLength: usize): void {
	store<u32>(row, <u32>textLength, 8);
}
