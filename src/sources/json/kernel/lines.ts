import { FAILED, fail } from "./failure";
import { beginRow, endRow } from "./fields";
import { maxRows, rowBytes, rows } from "./memory";
import { dropText, keepText, textLength } from "./text";
import { passSpace, passValue } from "./value";

const NEWLINE: u32 = 0x0a;
const OPEN_BRACE: u32 = 0x7b;

/** Why a scan stopped. From here on what `STOPS` in ../scanner.ts says. */
const AT_END: i32 = 0;
const ROWS_ARE_FULL: i32 = 1;
const NOT_JSON: i32 = 2;
const NOT_AN_OBJECT: i32 = 3;

let count: u32 = 0;
let stoppedAt: usize = 0;
let lines: u32 = 0;

/** Rows that were written. */
export function rowCount(): u32 {
	return count;
}

/** Where the line begins that the scan stopped at. */
export function stopLine(): usize {
	return stoppedAt;
}

/** How many lines before that one were scanned. */
export function linesScanned(): u32 {
	return lines;
}

/**
 * Scans whole lines, of which the last has its newline too; each that is not blank gives
 * a row. Texts go to where the last scan of the same lines left off.
 */
export function scan(start: usize, end: usize): i32 {
	count = 0;
	lines = 0;
	let row = rows;
	let line = start;
	for (; line < end; lines++) {
		line = passByteOrderMark(line);
		stoppedAt = line;
		const first = passSpace(line);
		if (<u32>load<u8>(first) === NEWLINE) {
			line = first + 1;
			continue;
		}
		if (count === maxRows) return ROWS_ARE_FULL;
		beginRow(row, line, lines);
		const isObject = <u32>load<u8>(first) === OPEN_BRACE;
		let at = passValue(first, row);
		if (at !== FAILED && <u32>load<u8>(at) !== NEWLINE) at = fail(at);
		if (at === FAILED || !isObject) {
			dropText();
			return at === FAILED ? NOT_JSON : NOT_AN_OBJECT;
		}
		keepText();
		endRow(row, textLength());
		row += rowBytes;
		count++;
		line = at + 1;
	}
	stoppedAt = line;
	return AT_END;
}

/** Some programs write one at the beginning of files, which others put one after the other. */
function passByteOrderMark(at: usize): usize {
	return (load<u32>(at) & 0xffffff) === 0xbfbbef ? at + 3 : at;
}
