/**
 * Reads the places that a list of addresses tells, int32 each, so that they are in the
 * processor's cache when they are needed. With so little between the reads many of them
 * wait together; where each is part of more work, few do.
 * @param list From here to `end`; there is room for one int32 more.
 */
export function readAhead(list: usize, end: usize): void {
	let sum: u32 = 0;
	for (let at = list; at < end; at += 4) sum += load<u32>(load<u32>(at));
	// What is read has to be used, or it need not be read.
	store<u32>(end, sum);
}
