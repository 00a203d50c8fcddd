// One JSON value, and of it the wanted fields.

import { close, closeAll, depth, inObject, open } from "./brackets";
import { FAILED, fail } from "./failure";
import {
	beginField,
	endField,
	findField,
	forgetField,
	NONE,
	outerField,
} from "./fields";
import { textField, topField } from "./memory";
import { passScalar } from "./scalars";
import { hasEscape, passString, QUOTE } from "./strings";
import { copyString } from "./text";

const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const OPEN_BRACKET: u32 = 0x5b;
const CLOSE_BRACKET: u32 = 0x5d;
const OPEN_BRACE: u32 = 0x7b;
const CLOSE_BRACE: u32 = 0x7d;

/** The wanted field whose value is open, innermost, and how many brackets were open then. */
let openField: usize = NONE;
let fieldDepth: usize = 0;
/** The wanted field whose value comes next. */
let nextField: usize = NONE;

/** Passes a value and white space after it; what is wanted goes to a row. */
export function passValue(at: usize, row: usize): usize {
	closeAll();
	openField = NONE;
	fieldDepth = 0;
	nextField = topField;
	while (true) {
		const byte: u32 = load<u8>(at);
		if (nextField !== NONE) beginField(row, nextField, at);
		if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
			const isObject = byte === OPEN_BRACE;
			open(isObject);
			if (nextField !== NONE) {
				openField = nextField;
				fieldDepth = depth;
				nextField = NONE;
			}
			at = passSpace(at + 1);
			// The bracket that closes it is 2 more.
			if (<u32>load<u8>(at) !== byte + 2) {
				if (!isObject) continue;
				at = passName(at, row);
				if (at === FAILED) return FAILED;
				continue;
			}
		} else {
			if (byte === QUOTE) {
				const isText = nextField !== NONE && nextField === textField;
				at = isText ? copyString(at + 1) : passString(at + 1);
			} else at = passScalar(at, byte);
			if (at === FAILED) return FAILED;
			if (nextField !== NONE) {
				endField(row, nextField, at);
				nextField = NONE;
			}
			at = passSpace(at);
		}
		// After a value, or before the bracket that closes an empty one.
		while (true) {
			if (depth === 0) return at;
			const byte: u32 = load<u8>(at);
			if (byte === COMMA) {
				at = passSpace(at + 1);
				if (inObject) {
					at = passName(at, row);
					if (at === FAILED) return FAILED;
				}
				break;
			}
			if (byte !== (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) return fail(at);
			at++;
			if (depth === fieldDepth) {
				endField(row, openField, at);
				openField = outerField(openField);
				fieldDepth--;
			}
			close();
			at = passSpace(at);
		}
	}
}

/** Passes a name, its colon, and white space. */
function passName(at: usize, row: usize): usize {
	if (<u32>load<u8>(at) !== QUOTE) return fail(at);
	const start = at + 1;
	at = passString(start);
	if (at === FAILED) return FAILED;
	if (depth === fieldDepth) {
		nextField = findField(openField, start, at - 1, hasEscape);
		if (nextField !== NONE) forgetField(row, nextField);
	}
	at = passSpace(at);
	if (<u32>load<u8>(at) !== COLON) return fail(at);
	return passSpace(at + 1);
}

/** The address of the first byte that is neither space, tab nor carriage return. */
// @inline
export function passSpace(at: usize): usize {
	return <u32>load<u8>(at) > 0x20 ? at : passSpaces(at);
}

function passSpaces(at: usize): usize {
	while (true) {
		const byte: u32 = load<u8>(at);
		if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return at;
		at++;
	}
}
