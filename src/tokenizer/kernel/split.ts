// Splitting a text into words by automata, several one after the other where the
// tokenizer says so: what one finds, the next splits further. What lies between
// two matches is a word too, unless the split drops it.

import {
	LEVEL_CLASSES,
	LEVEL_DROPS_GAPS,
	LEVEL_FIRST,
	LEVEL_LOOPING,
	LEVEL_MATCHING,
	LEVEL_PAGES,
	LEVEL_STARTS,
	ROW_AT_END,
	ROW_CLASSES,
} from "../layout";
import { levelAt, levels } from "./memory";
import { codePointAt, lengthOf } from "./utf8";
import { encodeWord } from "./word";

/** Whether the last match came to the end of a text that goes on. */
let ranOut: bool = false;

/**
 * Splits and encodes from `start`; `end` is the text's end when `isClosed`.
 * Returns where it got to: the end, or the word that what follows decides.
 */
export function encodeSplit(
	level: i32,
	start: usize,
	end: usize,
	isClosed: bool,
): usize {
	if (level === levels) {
		if (!isClosed) return start;
		encodeWord(start, end);
		return end;
	}
	const at = levelAt(level);
	const first: usize = load<u32>(at, LEVEL_FIRST);
	const matching: usize = load<u32>(at, LEVEL_MATCHING);
	const looping: usize = load<u32>(at, LEVEL_LOOPING);
	const pages: usize = load<u32>(at, LEVEL_PAGES);
	const classes: usize = load<u32>(at, LEVEL_CLASSES);
	const starts: usize = load<u32>(at, LEVEL_STARTS);
	const dropsGaps = load<u32>(at, LEVEL_DROPS_GAPS) !== 0;
	const isLast = level + 1 === levels;
	let gap = start;
	let from = start;
	while (from < end) {
		if (load<u8>(starts + load<u8>(from)) === 0) {
			from++;
			continue;
		}
		const stop = matchAt(
			first,
			matching,
			looping,
			pages,
			classes,
			from,
			end,
			isClosed,
		);
		if (stop === 0) {
			if (ranOut) return gap;
			from += lengthOf(load<u8>(from));
			continue;
		}
		if (gap < from && !dropsGaps) {
			if (isLast) encodeWord(gap, from);
			else encodeSplit(level + 1, gap, from, true);
		}
		if (isLast) encodeWord(from, stop);
		else encodeSplit(level + 1, from, stop, true);
		from = gap = stop;
	}
	if (gap < end) {
		if (!isClosed) return gap;
		if (!dropsGaps) {
			if (isLast) encodeWord(gap, end);
			else encodeSplit(level + 1, gap, end, true);
		}
	}
	return end;
}

/** The end of the match that begins at `start`, or 0 when none does. */
// @inline
function matchAt(
	first: usize,
	matching: usize,
	looping: usize,
	pages: usize,
	classes: usize,
	start: usize,
	end: usize,
	isClosed: bool,
): usize {
	ranOut = false;
	let at = start;
	let row = first;
	let last: usize = 0;
	while (at < end) {
		// A row from `matching` on says that a match ended before this character;
		// the lowest bit, that nothing more can match.
		const byte: u32 = load<u8>(at);
		if (byte < 0x80) {
			row = load<u32>(row + ((<usize>byte) << 2));
			last = row >= matching ? at : last;
			if ((row & 1) !== 0) return last;
			at++;
			if (row >= looping) {
				// Through a run of a to z, sixteen at once; reading past the end is safe.
				const letters = i8x16.lt_u(
					i8x16.sub(v128.load(at), i8x16.splat(0x61)),
					i8x16.splat(26),
				);
				const run = min<usize>(<usize>ctz(~i8x16.bitmask(letters)), end - at);
				at += run;
				last = run > 0 ? at - 1 : last;
			}
			continue;
		}
		const point = codePointAt(at, byte);
		const page: usize = load<u16>(pages + ((<usize>point >>> 8) << 1));
		const class_: usize = load<u8>(classes + (page << 8) + (point & 0xff));
		row = load<u32>(row + (class_ << 2), ROW_CLASSES);
		last = row >= matching ? at : last;
		if ((row & 1) !== 0) return last;
		at += lengthOf(byte);
	}
	if (!isClosed) {
		ranOut = true;
		return 0;
	}
	row = load<u32>(row, ROW_AT_END);
	return row >= matching ? end : last;
}
