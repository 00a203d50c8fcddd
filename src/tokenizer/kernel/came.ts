// Which words of a list have come in it before: bits of their hashes.

import { room } from "./memory";
import { CAME, CAME_BYTES } from "./room";
import { hashOfWord } from "./words";

/** Begins a list. */
export function forgetCame(): void {
	memory.fill(room + CAME, 0, CAME_BYTES);
}

/** Whether a word may have come since the list was begun; it has now. */
export function cameBefore(word: usize): bool {
	const hash = <usize>(hashOfWord(word) >>> 32);
	const at = room + CAME + (hash & (CAME_BYTES - 1));
	const bit = 1 << (<u32>(hash >>> 8) & 7);
	const bits: u32 = load<u8>(at);
	store<u8>(at, <u8>(bits | bit));
	return (bits & bit) !== 0;
}
