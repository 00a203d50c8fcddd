import { Int32Buffer } from "./buffers.js";

/** Whole numbers by name: of each name one for each document, in their order. */
export type IntColumns = Readonly<Record<string, Int32Array>>;

/** The values of some documents, in the order that they are named in: a copy. */
export function selectColumns(
	columns: IntColumns,
	wanted: readonly number[],
): IntColumns {
	return mapColumns(columns, (values) =>
		Int32Array.from(wanted, (document) => values[document]),
	);
}

/** What each column comes to. */
export function mapColumns(
	columns: IntColumns,
	map: (values: Int32Array) => Int32Array,
): IntColumns {
	return Object.fromEntries(
		Object.entries(columns).map(([name, values]) => [name, map(values)]),
	);
}

/** Gathers columns, document by document; all that is added has the same names. */
export class IntColumnsBuilder {
	readonly #buffers = new Map<string, Int32Buffer>();

	/** Adds the values of some documents of others. */
	add(columns: IntColumns, from: number, to: number): void {
		for (const [name, values] of Object.entries(columns)) {
			const buffer = this.#buffers.get(name) ?? new Int32Buffer();
			this.#buffers.set(name, buffer);
			buffer.append(values.subarray(from, to));
		}
	}

	/** The columns so far: views, valid until the builder is written to again. */
	view(): IntColumns {
		return Object.fromEntries(
			Array.from(this.#buffers, ([name, buffer]) => [name, buffer.view()]),
		);
	}

	/** Empties the builder and keeps its memory. */
	clear(): void {
		for (const buffer of this.#buffers.values()) buffer.length = 0;
	}
}
