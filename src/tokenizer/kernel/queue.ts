// Words on their way to tokens, in the order of the text.

import { room } from "./memory";
import { addNewWords } from "./new-words";
import {
	QUEUE,
	QUEUE_ADDRESSES,
	QUEUE_UNKNOWN,
	QUEUE_WORDS,
	WORD_BYTES,
} from "./room";
import { lookUp, setWord, writeTokens } from "./words";

let length: usize = 0;

/** Takes a word of at most MAX_WORD bytes; 64 bytes after its start can be read. */
// @inline
export function enqueue(start: usize, tag: u32): void {
	setWord(room + QUEUE + length, start, tag);
	length += WORD_BYTES;
	if (length === QUEUE_WORDS * WORD_BYTES) flush();
}

/** Writes the tokens of all words that were taken. */
export function flush(): void {
	if (length === 0) return;
	const words = room + QUEUE;
	const end = words + length;
	const list = room + QUEUE_UNKNOWN;
	const addresses = room + QUEUE_ADDRESSES;
	const listEnd = lookUp(words, end, list, addresses);
	if (listEnd > list) addNewWords(list, listEnd, addresses);
	writeTokens(words, end);
	length = 0;
}
