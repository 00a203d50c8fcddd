import { MODEL_BPE } from "../layout";
import {
	index,
	indexMask,
	model,
	readHeader,
	singleWords,
	singleWordsMask,
	words,
} from "./memory";
import { checkRoom } from "./room";
import { fillWordFilter } from "./vocabulary";

/** Makes ready for the image at an address. */
export function configure(at: usize): void {
	checkRoom();
	readHeader(at);
	if (model === MODEL_BPE && words !== 0) fillWordFilter();
	writeFirst(index, (indexMask + 1) << 6);
	writeFirst(singleWords, (<usize>singleWordsMask + 1) << 6);
}

/**
 * Writes the zeros of a table before it is read. Linux answers a first read by a page of zeros
 * that all share; to replace it at the first write it stops the other cores, if they run
 * the same program. Of two workers' first 10 MB that was a quarter: docs/decisions/0005.
 */
function writeFirst(table: usize, bytes: usize): void {
	memory.fill(table, 0, bytes);
}
