/**
 * Where the units of a text begin, in bytes, in ascending order: the first at 0, and each ends
 * where the next begins, so that they tile the text. A text without bytes has none.
 * @param text In UTF-8.
 */
export type UnitFinder = (text: Uint8Array) => Int32Array;

/** A kind of units, of which a segment of a document has some that follow one another. */
export interface UnitKind {
	/** One line, for help and docs. */
	readonly meaning: string;
	/** What is written after its name and a colon; without it nothing is. */
	readonly argument?: string;
	/**
	 * Makes the finder of its units, where a text alone says where they begin.
	 * @throws UsageError for an argument that cannot be
	 */
	finder?(argument: string): UnitFinder;
	/** Whether its units are the turns of conversations; those of others are of other texts. */
	readonly areTurns?: boolean;
	/** Whether each token is one. */
	readonly areTokens?: boolean;
	/** Whether they are runs of tokens of about one cost, which the field has that the argument names. */
	readonly haveCosts?: boolean;
	/** Whether a parser of the text's language finds them. */
	readonly needsParser?: boolean;
	/** How many a segment has where nothing is said; without it, as many as fit. */
	readonly usualUnits?: number;
}
