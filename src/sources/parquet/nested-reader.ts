import type { DecodedArray, SchemaTree } from "hyparquet";
import { assembleLists, assembleNested } from "hyparquet/src/assemble.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { type FieldPath, valueAt } from "../records/fields.js";
import { pageValue, type RowReader } from "./column-reader.js";
import { decoding, faults } from "./faults.js";
import type { LeafPages } from "./leaf-pages.js";

/** A column with nothing within it, and its place in the schema, from the root on. */
export interface Leaf {
	path: SchemaTree[];
	pages: LeafPages;
}

/** Most values of a column in a row group: all are in memory at once. */
const MOST_VALUES = 1 << 26;

/** Reads a column of lists or structs as JavaScript values: all rows of its row group at once. */
export class NestedReader implements RowReader {
	readonly #column: SchemaTree;
	readonly #field: FieldPath;
	readonly #leaves: readonly Leaf[];
	readonly #count: number;
	#rows: ArrayLike<unknown> = [];
	#row = 0;

	/**
	 * @param column The outermost column of the field.
	 * @param leaves All that are within it.
	 * @param rows Rows of the row group.
	 */
	constructor(
		column: SchemaTree,
		field: FieldPath,
		leaves: readonly Leaf[],
		rows: number,
	) {
		this.#column = column;
		this.#field = field;
		this.#leaves = leaves;
		this.#count = rows;
	}

	get ready(): number {
		return this.#rows.length - this.#row;
	}

	next(): unknown {
		const [name] = this.#field;
		return valueAt({ [name]: this.#rows[this.#row++] }, this.#field);
	}

	async load(): Promise<void> {
		const columns = new Map<string, DecodedArray>();
		for (const leaf of this.#leaves) {
			const values = await readLeaf(leaf, this.#count);
			columns.set(nameOf(leaf.path[leaf.path.length - 1]), values);
		}
		decoding(() => assembleNested(columns, this.#column, DEFAULT_PARSERS));
		this.#rows = columns.get(nameOf(this.#column)) ?? [];
		if (this.#rows.length !== this.#count)
			throw faults.corrupt("a column has other rows than its row group");
	}
}

/** As `assembleNested` names columns. */
function nameOf({ path }: SchemaTree): string {
	return path.join(".");
}

async function readLeaf(
	{ path, pages }: Leaf,
	rows: number,
): Promise<DecodedArray> {
	const repetition: number[] = [];
	const definition: number[] = [];
	const values: unknown[] = [];
	const isList = path.some(
		({ element }) => element.repetition_type === "REPEATED",
	);
	for (let seen = 0, begun = 0; begun < rows || isList; ) {
		// A list may go on after the page in which the last row begins.
		const page = begun < rows ? await pages.next() : await pages.nextIfAny();
		if (page === null) break;
		seen += page.count;
		if (seen > MOST_VALUES)
			throw faults.corrupt("a column has too many values");
		let value = 0;
		for (let i = 0; i < page.count; i++) {
			const level = page.definition?.[i] ?? pages.deepest;
			if (level === pages.deepest) values.push(pageValue(page, value++));
			definition.push(level);
			if (isList) repetition.push(page.repetition[i]);
			if (!isList || page.repetition[i] === 0) begun++;
		}
	}
	return decoding(() =>
		assembleLists(
			[],
			pages.deepest === 0 ? [] : definition,
			repetition,
			values,
			path,
		),
	);
}
