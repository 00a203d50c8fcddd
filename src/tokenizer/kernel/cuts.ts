// Where a long word may be cut: no merge reaches across a border whose two
// characters no token holds side by side. What lies between such borders is merged
// alone, and comes again more often than the word.

import { ANY_POINT, MODEL_BPE } from "../layout";
import { hashPair } from "./hash";
import { byCharacter, joins, joinsMask, model } from "./memory";
import { characterOf, SPACE } from "./symbols";
import { baseOf, tokenFrom } from "./trie";
import { codePointAt, lengthOf } from "./utf8";

/** The first place after `start` where the word may be cut, else its end. */
export function nextCut(start: usize, end: usize): usize {
	let first: u32 = load<u8>(start);
	let at = start + lengthOf(first);
	let before = characterOf(codePointAt(start, first));
	while (at < end) {
		first = load<u8>(at);
		const point = characterOf(codePointAt(at, first));
		const next = at + lengthOf(first);
		if (!mayJoin(before, point) && beginsAnew(at, next)) break;
		before = point;
		at = next;
	}
	return at;
}

/** Whether a character is no part of what is unknown before it: unknown ones are one token together. */
function beginsAnew(start: usize, end: usize): bool {
	return model === MODEL_BPE || tokenFrom(baseOf(0), start, end) >= 0;
}

/** Whether a merge may reach across two characters; true now and then when none does. */
export function mayJoin(left: u32, right: u32): bool {
	if (left === SPACE || right === SPACE) {
		left = characterOf(left);
		right = characterOf(right);
	}
	if (isJoined(left, right)) return true;
	return (
		model === MODEL_BPE &&
		!byCharacter &&
		(isJoined(ANY_POINT, right) || isJoined(left, ANY_POINT))
	);
}

function isJoined(left: u32, right: u32): bool {
	const bit = hashPair(left, right) & joinsMask;
	return ((load<u8>(joins + (bit >>> 3)) >>> (bit & 7)) & 1) !== 0;
}
