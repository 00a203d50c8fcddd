import { lowerBoundOfCounts } from "../pack/lower-bound.js";
import { type AuditRow, contentOf } from "./row.js";

/** How full packed rows are, and could be. */
export interface PackedSummary {
	rows: number;
	/** Tokens of the longest row, padding included. */
	capacity: number;
	fill: number;
	/** Rows that the same sequences need at least. */
	bound: number;
	/** How full so many would be. */
	bestFill: number;
}

/** Counts the lengths of the sequences of rows: 8 bytes a token of the longest. */
export class PackedRows {
	#rows = 0;
	#tokens = 0;
	#capacity = 0;
	#isPacked = false;
	#counts = new Float64Array(1024);

	add(row: AuditRow): void {
		const { ids, borders } = row;
		this.#rows++;
		this.#tokens += contentOf(row);
		this.#capacity = Math.max(this.#capacity, ids.length);
		if (borders.length > 2 && !row.isGuessed) this.#isPacked = true;
		for (let s = 0; s + 1 < borders.length; s++) {
			const length = borders[s + 1] - borders[s];
			while (length >= this.#counts.length) {
				const grown = new Float64Array(2 * this.#counts.length);
				grown.set(this.#counts);
				this.#counts = grown;
			}
			this.#counts[length]++;
		}
	}

	/** Null where no row has several sequences. */
	summary(): PackedSummary | null {
		if (!this.#isPacked) return null;
		const capacity = this.#capacity;
		const counts = new Float64Array(capacity + 1);
		counts.set(this.#counts.subarray(0, capacity + 1));
		const bound = lowerBoundOfCounts(counts);
		const fillOf = (rows: number) => this.#tokens / (rows * capacity);
		const rows = this.#rows;
		return {
			rows,
			capacity,
			fill: fillOf(rows),
			bound,
			bestFill: fillOf(bound),
		};
	}
}
