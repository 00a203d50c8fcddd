// One word, or one stretch of text that is a word: it goes to the queue, in pieces
// if it is long.

import { MODEL_BPE } from "../layout";
import { MAX_WORD, tagOf } from "./cache";
import { nextCut } from "./cuts";
import { encodeNow } from "./encode-now";
import { joins, model, words } from "./memory";
import { mergeNow } from "./merge";
import { put } from "./output";
import { enqueue, flush } from "./queue";
import { findToken } from "./vocabulary";

/** Encodes a word, which ends at a border of characters. */
// @inline
export function encodeWord(start: usize, end: usize): void {
	const length = end - start;
	if (length <= MAX_WORD) enqueue(start, tagOf(length, false));
	else encodeLong(start, end);
}

function encodeLong(start: usize, end: usize): void {
	if (joins === 0) {
		flush();
		encodeNow(start, end);
		return;
	}
	if (words !== 0) {
		const id = findToken(start, end - start);
		if (id >= 0) {
			flush();
			put(id);
			return;
		}
	}
	for (let from = start; from < end; ) {
		const cut = nextCut(from, end);
		const length = cut - from;
		if (length <= MAX_WORD) enqueue(from, tagOf(length, words !== 0));
		else {
			flush();
			if (model === MODEL_BPE) mergeNow(from, cut);
			else encodeNow(from, cut);
		}
		from = cut;
	}
}
