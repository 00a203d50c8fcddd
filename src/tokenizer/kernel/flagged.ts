// Whether a text stays as it is by normalization form C: Unicode's quick check (annex
// 15), by the classes of ../normalize-nfc.ts.

import { NFC_CHANGES, NFC_COMPOSES, NFC_MARK, NFC_STARTS } from "../layout";
import { findInSet } from "./byte-set";
import { nfcClasses, nfcLeads, nfcPages } from "./memory";
import { codePointAt, lengthOf } from "./utf8";

const STARTS: u32 = NFC_STARTS;

/**
 * Whether normalizing may change a text, of which `start` to `end` are looked at and
 * what is before has been, from `first` on.
 */
export function hasFlagged(first: usize, start: usize, end: usize): bool {
	let at = start;
	/** Where the last mark ended, its class, and whether its starter may compose. */
	let markEnd: usize = 0;
	let last: u32 = 0;
	let starts = false;
	while (at < end) {
		const byte: u32 = load<u8>(at);
		if (byte < 0x80 || load<u8>(nfcLeads + 32 + (byte & 0x3f)) === 0) {
			at = findInSet(at, end, nfcLeads);
			continue;
		}
		const class_ = classAt(at);
		if (class_ > STARTS) {
			if ((class_ & NFC_CHANGES) !== 0) return true;
			if (at !== markEnd) {
				// Back to the starter, then again from there.
				let starter = at;
				do {
					if (starter <= first) return true;
					starter--;
					while ((load<u8>(starter) & 0xc0) === 0x80) starter--;
				} while (classAt(starter) > STARTS);
				starts = classAt(starter) !== 0;
				last = 0;
				const next = starter + lengthOf(load<u8>(starter));
				if (next !== at) {
					markEnd = next;
					at = next;
					continue;
				}
			}
			if ((class_ & NFC_COMPOSES) !== 0 && starts) return true;
			const mark = class_ & NFC_MARK;
			if (mark > STARTS) {
				if (mark < last) return true;
				last = mark;
			} else {
				starts = mark === STARTS;
				last = 0;
			}
			markEnd = at + lengthOf(byte);
		}
		at += lengthOf(byte);
	}
	return false;
}

function classAt(at: usize): u32 {
	const first: u32 = load<u8>(at);
	// Most ASCII characters compose with some mark.
	if (first < 0x80) return STARTS;
	const point = codePointAt(at, first);
	const page: usize = load<u16>(nfcPages + ((<usize>point >>> 8) << 1));
	return load<u8>(nfcClasses + (page << 8) + (point & 0xff));
}
