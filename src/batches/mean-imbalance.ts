import type { Batch } from "./batch.js";

/** How unequal the ranks' costs are, as a mean over steps. */
export interface Imbalance {
	steps: number;
	/** The largest cost of a rank over the mean of all: as rows are shared out, and as they would be in their order. */
	shared: number;
	inOrder: number;
}

/** Sums up the imbalance of batches. */
export class MeanImbalance {
	#steps = 0;
	#shared = 0;
	#inOrder = 0;

	add({ imbalance }: Batch): void {
		if (imbalance === null) return;
		this.#steps++;
		this.#shared += imbalance.shared;
		this.#inOrder += imbalance.inOrder;
	}

	/** Null where no batch tells it. */
	get mean(): Imbalance | null {
		const steps = this.#steps;
		if (steps === 0) return null;
		return {
			steps,
			shared: this.#shared / steps,
			inOrder: this.#inOrder / steps,
		};
	}
}
