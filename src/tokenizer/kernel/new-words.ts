// Words that are not in the cache.

import { MODEL_BPE } from "../layout";
import { lengthOfTag } from "./cache";
import { cameBefore, forgetCame } from "./came";
import { encodeNow } from "./encode-now";
import { model } from "./memory";
import { mergeWords } from "./merge-words";
import { out } from "./output";
import { rememberFrom } from "./remember";
import { findAgain, startOf, tagOfWord } from "./words";

/**
 * Finds and remembers the tokens of a list of words, int32 each; it is written to, and as many
 * int32 and one at `addresses`.
 */
export function addNewWords(list: usize, end: usize, addresses: usize): void {
	if (model === MODEL_BPE) {
		mergeWords(list, end, addresses);
		return;
	}
	forgetCame();
	for (let at = list; at < end; at += 4) {
		const word: usize = load<u32>(at);
		if (cameBefore(word) && findAgain(word)) continue;
		const from = out;
		const start = startOf(word);
		encodeNow(start, start + lengthOfTag(tagOfWord(word)));
		rememberFrom(word, from);
	}
}
