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

/** The same of a node of a tree of prefixes: see `TreeRow`. */
export const nodeFactNames = [
	/** How many nodes of its row before it the node above it is; 0 for a root. */
	"node_back",
	/** Documents through it. */
	"node_multiplicity",
	/** Its labels, each as often as documents have it. */
	"node_labels",
] as const;

/** Values of nodes that `nodeFactNames` names. */
export type NodeFacts = Readonly<
	Record<(typeof nodeFactNames)[number], Int32Array>
>;

export type SequenceFactName = (typeof sequenceFactNames)[number];

/** Of some sequences: a value for each, by the fact's name. */
export type SequenceFacts = Readonly<
	Record<SequenceFactName, Int32Array> & Record<string, Int32Array>
>;

/** What of the settings says which facts there are. */
export interface FactSettings {
	/** Fields of records that are carried, by their columns' names; left out: none is. */
	readonly carry?: readonly string[] | undefined;
	/** What says that rows hold trees of prefixes; left out: they do not. */
	readonly prefixTree?: object | undefined;
}

/** The names of all facts. */
export function factNames({
	carry = [],
	prefixTree,
}: FactSettings): readonly string[] {
	return [
		...sequenceFactNames,
		...(prefixTree === undefined ? [] : nodeFactNames),
		...carry,
	];
}

/** A value for each fact. */
export function eachFact<T>(
	names: readonly string[],
	make: (name: string) => T,
): Record<SequenceFactName, T> & Record<string, T> {
	return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<
		SequenceFactName,
		T
	> &
		Record<string, T>;
}
