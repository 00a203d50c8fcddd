import { out, writeTo } from "./output";
import { rememberToken, rememberTokens } from "./words";

/** Remembers the tokens written last, and takes them back from the output. */
export function rememberFrom(word: usize, from: usize): void {
	const count = <u32>((out - from) >>> 2);
	writeTo(from);
	if (count === 1) rememberToken(word, load<i32>(from));
	else memory.copy(rememberTokens(word, count), from, (<usize>count) << 2);
}
