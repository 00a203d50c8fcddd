import { Int32Buffer } from "../../core/buffers.js";
import {
	eachFact,
	type FactSettings,
	factNames,
} from "../../masks/sequence-facts.js";

/** Sequences of a task's documents, as they were found in rows. */
export class FoundSequences {
	/** Number of the document in its task, and where in it the sequence begins. */
	readonly document = new Int32Buffer();
	readonly start = new Int32Buffer();
	readonly length = new Int32Buffer();
	/** Its shard and row, -1 in rows of a repack task. */
	readonly shard = new Int32Buffer();
	readonly row = new Int32Buffer();
	/** Its labels, of a masked store and of an index of it; else none are kept. */
	readonly labels = new Int32Buffer();

	/** The stratum that its row is of, where strata are kept apart; else none is kept. */
	readonly strata = new Int32Buffer();
	/** Of each, where the rows have columns of them. */
	readonly facts: Record<string, Int32Buffer>;

	constructor(settings: FactSettings) {
		this.facts = eachFact(factNames(settings), () => new Int32Buffer());
	}

	get count(): number {
		return this.document.length;
	}

	/** Their numbers in the order of documents, then starts. */
	sorted(): Uint32Array {
		const order = new Uint32Array(this.count);
		for (let i = 0; i < order.length; i++) order[i] = i;
		const document = this.document.array;
		const start = this.start.array;
		return order.sort(
			(a, b) =>
				(document[a] >>> 0) - (document[b] >>> 0) || start[a] - start[b],
		);
	}
}
