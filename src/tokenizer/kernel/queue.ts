// Words on their way to tokens, in the order of the text.

import { room } from "./memory";
import { addNewWords } from "./new-words";
import { lookUp, setWord, WORD_BYTES, writeTokens } from "./words";

/** Words that are looked up together. */
const PLACES: usize = 512;
/** After the words in `room`: lists, each with room for one int32 more. */
const LIST_BYTES: usize = (PLACES << 2) + 16;
const UNKNOWN: usize = PLACES * WORD_BYTES;
const ADDRESSES: usize = UNKNOWN + LIST_BYTES;
/** Bytes of `room` that are used here. */
export const QUEUE_BYTES: usize = ADDRESSES + LIST_BYTES;

let length: usize = 0;

/** Takes a word of at most MAX_WORD bytes; 64 bytes after its start can be read. */
// @inline
export function enqueue(start: usize, tag: u32): void {
	setWord(room + length, start, tag);
	length += WORD_BYTES;
	if (length === PLACES * WORD_BYTES) flush();
}

/** Writes the tokens of all words that were taken. */
export function flush(): void {
	if (length === 0) return;
	const words = room;
	const end = words + length;
	const list = room + UNKNOWN;
	const addresses = room + ADDRESSES;
	const listEnd = lookUp(words, end, list, addresses);
	if (listEnd > list) addNewWords(list, listEnd, addresses);
	writeTokens(words, end);
	length = 0;
}
