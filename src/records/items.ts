import type { Data } from "apache-arrow";

/** Some records of an input, by columns. */
export interface RecordColumns {
	/** In the order of the columns. */
	columns: readonly Data[];
	/** Bytes of a record, about. */
	bytesEach: number;
}

/** Where a record's columns are, and which of their rows it is. */
export interface RecordPlace {
	columns: RecordColumns;
	row: number;
}

/** Records that are packed together; each in its order in all lists. */
export class Items {
	/** The number of its file, and its own there, from 0. */
	readonly files: number[] = [];
	readonly numbers: number[] = [];
	/** Its tokens, and what it costs; 0 where nothing says it. */
	readonly lengths: number[] = [];
	readonly costs: number[] = [];
	/** Where its columns are, and which of their rows it is; null where they are not wanted. */
	readonly columns: (RecordColumns | null)[] = [];
	readonly rows: number[] = [];
	/** Of all. */
	tokens = 0;
	bytes = 0;

	get count(): number {
		return this.lengths.length;
	}

	add(
		file: number,
		number: number,
		length: number,
		cost: number,
		place: RecordPlace | null,
	): void {
		this.files.push(file);
		this.numbers.push(number);
		this.lengths.push(length);
		this.costs.push(cost);
		this.columns.push(place?.columns ?? null);
		this.rows.push(place?.row ?? 0);
		this.tokens += length;
		this.bytes += place?.columns.bytesEach ?? 0;
	}
}
