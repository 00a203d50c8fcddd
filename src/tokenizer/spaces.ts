/** The character that stands for a space in a vocabulary of characters. */
export const LOWER_BLOCK = "\u2581";

/** When a space is put before a stretch of text; bits that the kernel reads. */
export const PREFIX = {
	none: 0,
	/** Unless the text begins with a space. */
	unlessSpace: 1,
	always: 3,
	/** As `unlessSpace`, and only at the start of a document. */
	firstUnlessSpace: 5,
} as const;
