import type { ReadableFile } from "../storage/storage.js";
import type { Frames } from "./source.js";

/** How a whole file of any format may be compressed. */
export interface Compression {
	/** What it adds to the name of a file. */
	extension: string;
	/** About how many times larger text is than its file. */
	ratio: number;
	/** About how many bytes of a file come to nothing before all of them are read; left out: few. */
	blockSize?: number;
	/** Bytes to read at a time. */
	readSize: number;
	/** The reasons it has for input that cannot be used, each with what it means. */
	reasons: Readonly<Record<string, string>>;
	/** Whether a file that begins so is compressed like this. */
	signature(head: Buffer): boolean;
	/**
	 * The bytes that the pieces of a file hold, in pieces of at most `size`, which
	 * depend on the file alone and not on how it was read. What was compressed in
	 * several parts, back to back, is read to the end. The pieces may begin where
	 * `findFrames` says.
	 * @throws Damage when the file is cut short or damaged; all that could be read was
	 * given before.
	 */
	decompress(
		pieces: AsyncIterable<Buffer>,
		size: number,
	): AsyncGenerator<Buffer>;
	/**
	 * Where reading can begin, by small reads; null where these do not tell. A
	 * compression whose files can only be read from the beginning lacks it.
	 */
	findFrames?(file: ReadableFile, size: number): Promise<Frames | null>;
}
