import { Int32Buffer } from "../../core/buffers.js";
import { orderBy } from "../../core/order-by.js";
import {
	eachFact,
	type FactSettings,
	factNames,
} from "../../masks/sequence-facts.js";
import { FoundTrees } from "./found-trees.js";

/** What is noted of each sequence. */
const NOTED = [
	...["document", "start", "length", "shard", "row", "labels", "strata"],
] as (
	| "document"
	| "start"
	| "length"
	| "shard"
	| "row"
	| "labels"
	| "strata"
)[];

/** Numbers that there is room for at first: of most tasks, those of others' shards are few. */
const FIRST = 64;

/** Sequences as they cross a thread: values by what they say. */
export interface FoundArrays {
	noted: Record<string, Int32Array>;
	facts: Record<string, Int32Array>;
}

/** Sequences of a task's documents, as they were found in rows. */
export class FoundSequences {
	/** Number of the document in its task, and where in it the sequence begins. */
	readonly document = new Int32Buffer(FIRST);
	readonly start = new Int32Buffer(FIRST);
	readonly length = new Int32Buffer(FIRST);
	/** Its shard and row, -1 in rows of a repack task. */
	readonly shard = new Int32Buffer(FIRST);
	readonly row = new Int32Buffer(FIRST);
	/** Its labels, of a masked store and of an index of it; else none are kept. */
	readonly labels = new Int32Buffer(FIRST);

	/** The stratum that its row is of, where strata are kept apart; else none is kept. */
	readonly strata = new Int32Buffer(FIRST);
	/** Of each, where the rows have columns of them. */
	readonly facts: Record<string, Int32Buffer>;
	/** Of rows of trees of prefixes, in which what is found of a document is its path; else they are empty. */
	readonly trees = new FoundTrees();

	constructor(settings: FactSettings) {
		this.facts = eachFact(factNames(settings), () => new Int32Buffer(FIRST));
	}

	static fromArrays(
		settings: FactSettings,
		arrays: FoundArrays | null,
	): FoundSequences {
		const found = new FoundSequences(settings);
		if (arrays === null) return found;
		for (const what of NOTED) found[what].append(arrays.noted[what]);
		for (const [name, values] of Object.entries(arrays.facts))
			found.facts[name].append(values);
		return found;
	}

	/** All but trees, of which tasks leave none to others. */
	toArrays(): FoundArrays {
		const copies = (buffers: [string, Int32Buffer][]) =>
			Object.fromEntries(
				buffers.map(([name, buffer]) => [name, buffer.view().slice()]),
			);
		return {
			noted: copies(NOTED.map((what) => [what, this[what]])),
			facts: copies(Object.entries(this.facts)),
		};
	}

	/** Lets others use its memory: no view may be left. */
	free(): void {
		for (const what of NOTED) this[what].free();
		for (const values of Object.values(this.facts)) values.free();
	}

	get count(): number {
		return this.document.length;
	}

	/** Their numbers in the order of documents, then starts. */
	sorted(): Uint32Array {
		return orderBy([this.document.view(), this.start.view()]);
	}
}
