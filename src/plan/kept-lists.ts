import { type IntLists, listAt } from "../core/int-lists.js";
import type { RowReader } from "./row-reader.js";

/** Numbers that are kept in memory, at most: 128 MiB of them. */
const MOST_KEPT = 1 << 25;

/**
 * Lists of whole numbers of rows that are read in random order. What is stored together with a
 * row is read with it, and kept as long as there is room; after that, rows are read one by one.
 */
export class KeptLists {
	readonly #most: number;
	readonly #kept = new Map<RowReader, Map<string, Map<number, IntLists>>>();
	#count = 0;

	/** @param most Numbers that are kept. */
	constructor(most = MOST_KEPT) {
		this.#most = most;
	}

	/**
	 * What a column says of the sequences of a row: a view.
	 * @throws NotYetRead
	 */
	read(rows: RowReader, row: number, column: string): Int32Array {
		const { first, count } = rows.batchOf(row);
		const batches = this.#batchesOf(rows, column);
		let lists = batches.get(first);
		if (lists === undefined) {
			if (this.#count + count > this.#most)
				return rows.readSequences(row, column);
			lists = rows.readBatch(row, column);
			this.#count += lists.offsets.length + lists.values.length;
			batches.set(first, lists);
		}
		return listAt(lists, row - first);
	}

	#batchesOf(rows: RowReader, column: string): Map<number, IntLists> {
		let columns = this.#kept.get(rows);
		if (columns === undefined) {
			columns = new Map();
			this.#kept.set(rows, columns);
		}
		let batches = columns.get(column);
		if (batches === undefined) {
			batches = new Map();
			columns.set(column, batches);
		}
		return batches;
	}
}
