/**
 * Cuts of a list into runs of which the largest sum is least; FlexSP cuts sequences into
 * micro-batches so, the longest first (2412.01523). Of equal cuts the last run is the longest.
 * Time O(parts n).
 */
export class EvenCuts {
	readonly #ends: Float64Array;
	/** Of each number of parts and of values the largest sum of a run, and where the last run begins. */
	readonly #largest: Float64Array[] = [];
	readonly #starts: Int32Array[] = [];

	/** @param values Above 0. */
	constructor(values: ArrayLike<number>) {
		const ends = new Float64Array(values.length + 1);
		for (let i = 0; i < values.length; i++) ends[i + 1] = ends[i] + values[i];
		this.#ends = ends;
	}

	/**
	 * @param parts From 1 to as many as there are values.
	 * @returns Borders: run i is values[borders[i] .. borders[i + 1]), none is empty.
	 */
	into(parts: number): Int32Array {
		while (this.#largest.length < parts) this.#addPart();
		const borders = new Int32Array(parts + 1);
		borders[parts] = this.#ends.length - 1;
		for (let part = parts - 1; part > 0; part--)
			borders[part] = this.#starts[part][borders[part + 1]];
		return borders;
	}

	#addPart() {
		const ends = this.#ends;
		const before = this.#largest.length;
		const largest = new Float64Array(ends.length).fill(Infinity);
		const starts = new Int32Array(ends.length);
		if (before === 0) largest.set(ends.subarray(1), 1);
		else {
			const soFar = this.#largest[before - 1];
			// The more the runs before take, the less the last one does: where they meet moves on.
			let start = before;
			for (let end = before + 1; end < ends.length; end++) {
				while (start + 1 < end && soFar[start] < ends[end] - ends[start])
					start++;
				const sumFrom = (at: number) =>
					Math.max(soFar[at], ends[end] - ends[at]);
				const isEarlier =
					start > before && sumFrom(start - 1) <= sumFrom(start);
				starts[end] = isEarlier ? start - 1 : start;
				largest[end] = sumFrom(starts[end]);
			}
		}
		this.#largest.push(largest);
		this.#starts.push(starts);
	}
}
