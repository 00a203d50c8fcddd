import { faults } from "./faults.js";
import type { LeafPage, LeafPages } from "./leaf-pages.js";

/** Gives the values of a column of a row group, row by row. */
export interface RowReader {
	/** Rows that `next` can give before more must be loaded. */
	readonly ready: number;
	/** Decodes some more rows. @throws BadInput */
	load(): Promise<void>;
	/** The value of the next row; null where there is none. @throws BadInput */
	next(): unknown;
}

/** Reads a column that has one value a row, page by page. */
export class ColumnReader implements RowReader {
	readonly #pages: LeafPages;
	#rowsLeft: number;
	#page: LeafPage | null = null;
	/** Rows of the page that were given, and values of it. */
	#row = 0;
	#value = 0;

	/** @param rows Rows of the row group. */
	constructor(pages: LeafPages, rows: number) {
		this.#pages = pages;
		this.#rowsLeft = rows;
	}

	get ready(): number {
		return this.#page === null ? 0 : this.#page.count - this.#row;
	}

	async load(): Promise<void> {
		while (this.ready === 0) {
			this.#page = await this.#pages.next();
			this.#row = 0;
			this.#value = 0;
			const { count } = this.#page;
			if (count > this.#rowsLeft)
				throw faults.corrupt(
					`a page has ${count} rows, and its row group ${this.#rowsLeft} more`,
				);
			this.#rowsLeft -= count;
		}
	}

	next(): unknown {
		const page = this.#page;
		if (page === null) throw new Error("no rows are loaded");
		const row = this.#row++;
		const level = page.definition?.[row] ?? this.#pages.deepest;
		return level === this.#pages.deepest
			? pageValue(page, this.#value++)
			: null;
	}
}

/** A value of a page, of those that are no nulls. @throws BadInput */
export function pageValue(
	{ values, dictionary }: LeafPage,
	number: number,
): unknown {
	const value = values[number];
	if (dictionary === null) return value;
	const index = value as number;
	if (index < 0 || index >= dictionary.length)
		throw faults.corrupt("an index is beyond its dictionary");
	return dictionary[index];
}
