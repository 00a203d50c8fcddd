/** Counts labels of steps, those of lanes that are not level too. */
export class LabelsOfSteps {
	/** Steps whose labels were taken. */
	#taken = 0;
	/** Of the steps after those. */
	#labels = new Int32Array(1024);

	/**
	 * Adds the labels of a document whose first chunk a lane reads at a step. A label counts for
	 * the token before it, which is to predict it.
	 * @param trained First tokens of runs to train on, each followed by the one after its last; null: all but the document's first.
	 */
	add(
		firstStep: number,
		tokens: number,
		chunk: number,
		trained: ArrayLike<number> | null,
	): void {
		const chunks = Math.ceil(tokens / chunk);
		this.#reserve(firstStep + chunks);
		const runs = trained ?? [1, tokens];
		for (let run = 0; run + 1 < runs.length; run += 2) {
			const end = Math.min(runs[run + 1], tokens) - 1;
			for (let at = Math.max(0, runs[run] - 1); at < end; ) {
				const number = Math.floor(at / chunk);
				const next = Math.min(end, (number + 1) * chunk);
				this.#labels[firstStep + number - this.#taken] += next - at;
				at = next;
			}
		}
	}

	/** Those of all steps before one that were not taken yet; none may be added to them any more. */
	take(end: number): Int32Array {
		this.#reserve(end);
		const count = end - this.#taken;
		const taken = this.#labels.slice(0, count);
		this.#labels.copyWithin(0, count);
		this.#labels.fill(0, this.#labels.length - count);
		this.#taken = end;
		return taken;
	}

	#reserve(end: number): void {
		const needed = end - this.#taken;
		if (needed <= this.#labels.length) return;
		const grown = new Int32Array(Math.max(needed, 2 * this.#labels.length));
		grown.set(this.#labels);
		this.#labels = grown;
	}
}
