/**
 * What is known of a sequence that its tokens do not tell: a number each. They go with it
 * wherever it goes before it is in a row.
 */
export const sequenceFactNames = [
	/** Labels of its document in all rows. */
	"document_labels",
	/** Its number among the sequences of its document, from 1, and how many these are. */
	"segment_number",
	"segment_count",
	/** The place of its document's stratum; -1 for none. */
	"stratum",
] as const;

export type SequenceFactName = (typeof sequenceFactNames)[number];

/** Of some sequences: a value for each. */
export type SequenceFacts = Readonly<Record<SequenceFactName, Int32Array>>;

/** The same values for all facts. */
export function eachFact<T>(
	make: (name: SequenceFactName) => T,
): Record<SequenceFactName, T> {
	return Object.fromEntries(
		sequenceFactNames.map((name) => [name, make(name)]),
	) as Record<SequenceFactName, T>;
}
