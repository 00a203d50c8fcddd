import { optionName } from "../../core/errors.js";
import { BadInput } from "../source.js";

/** What a file may decompress to in any case, in bytes. */
const ALWAYS = 2 ** 30;
/** Beyond that, how many times larger than what was read of the file it may be: more than text comes to. */
const MOST_TIMES = 500;

export const expansionReasons: Readonly<Record<string, string>> = {
	"expands-too-much": `a compressed file expands to more than 1 GiB, and to over ${MOST_TIMES} times its size`,
};

/**
 * The pieces that a compressed file decompresses to, as long as they are in proportion
 * to what was read of it.
 * @param read Bytes read so far.
 * @throws BadInput `expands-too-much`
 */
export async function* limitExpansion(
	pieces: AsyncIterable<Buffer>,
	read: () => number,
	always = ALWAYS,
): AsyncGenerator<Buffer> {
	let length = 0;
	for await (const piece of pieces) {
		length += piece.length;
		if (length > always && length > MOST_TIMES * read())
			throw new BadInput(
				"expands-too-much",
				`the file comes to over ${MOST_TIMES} times its size, more than ${always} bytes, as nothing does that people wrote. Leave it out, decompress it yourself if you trust it, or give ${optionName("onError", "skip")} to use the records before this place`,
			);
		yield piece;
	}
}
