/** How a whole file of any format may be compressed. */
export interface Compression {
	/** What it adds to the name of a file. */
	extension: string;
	/** Whether a file that begins so is compressed in this way. */
	signature(head: Buffer): boolean;
	/** About how many times larger text is than its file. */
	ratio: number;
	/** Bytes to read at a time. */
	readSize: number;
	/** The reasons it has for input that cannot be used, each with what it means. */
	reasons: Readonly<Record<string, string>>;
	/**
	 * The bytes that the pieces of a file hold, in pieces of at most `size`.
	 * @throws BadInput when the file is cut short or damaged; all that could be read
	 * was given before.
	 */
	decompress(
		pieces: AsyncIterable<Buffer>,
		size: number,
	): AsyncGenerator<Buffer>;
}
