import { lengthOf } from "./utf8";

/**
 * Turns ascending offsets in UTF-16 units, a list of int32, into addresses of
 * the same places in the text's UTF-8 that begins at `start`; in place.
 */
export function toByteOffsets(start: usize, list: usize, count: i32): void {
	let at = start;
	let units: u32 = 0;
	const listEnd = list + ((<usize>count) << 2);
	for (let entry = list; entry < listEnd; entry += 4) {
		const wanted = load<u32>(entry);
		while (units < wanted) {
			const length = lengthOf(load<u8>(at));
			units += length === 4 ? 2 : 1;
			at += length;
		}
		store<u32>(entry, <u32>at);
	}
}
