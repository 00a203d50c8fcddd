import { flagBits, flagPages } from "./memory";
import { codePointAt, lengthOf } from "./utf8";

/** Whether a text has a character that normalizing may change. */
export function hasFlagged(start: usize, end: usize): bool {
	let at = start;
	while (at < end) {
		// Sixteen bytes at once where all are ASCII; reading past the end is safe.
		if (i8x16.bitmask(v128.load(at)) === 0) {
			at += 16;
			continue;
		}
		const first: u32 = load<u8>(at);
		if (first < 0x80) {
			at++;
			continue;
		}
		const point = codePointAt(at, first);
		const page: usize = load<u16>(flagPages + ((<usize>point >>> 8) << 1));
		if (load<u8>(flagBits + (page << 8) + (point & 0xff)) !== 0) return true;
		at += lengthOf(first);
	}
	return false;
}
