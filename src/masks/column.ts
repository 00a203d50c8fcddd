import type {
	Float32Buffer,
	Int32Buffer,
	Int64Buffer,
} from "../core/buffers.js";
import type { ColumnOptions } from "./column-options.js";
import type { LossWeighting } from "./loss-weights.js";
import type { TokenRow } from "./row.js";
import type { SequencePadding } from "./row-share.js";
import type { FactSettings } from "./sequence-facts.js";
import type { TreeRow } from "./tree.js";

/** What gathers the values of a column of each type. */
export interface ColumnBuffers {
	"list<int32>": Int32Buffer;
	"list<int64>": Int64Buffer;
	"list<float32>": Float32Buffer;
}
export type RowColumnType = keyof ColumnBuffers;

/** The settings that columns look at. */
export interface ColumnSettings extends FactSettings {
	/** Columns that are stored because they are asked for: names from `storedColumns`. */
	readonly columns: readonly string[];
	/** What sequences are padded to a multiple of for attention. */
	readonly padDocumentToMultiple: number;
	/** What the weights of labels make count the same; null: no weights. */
	readonly lossWeight: LossWeighting | null;
	/** Whether some tokens are not to be trained on. */
	readonly isMasked: boolean;
	/** Whether loss_mask, labels and loss_weight have each value with the token before. */
	readonly shift?: boolean | undefined;
	/** What columns are told that need to be; left out: nothing. */
	readonly columnOptions?: ColumnOptions | undefined;
	/** Whether rows say which tokens they hold, and have none: those are in a store. */
	readonly isIndex?: boolean | undefined;
}

/** A row as columns are made of it: not padded. */
export interface StoredRow extends TokenRow {
	/** Of each sequence; for columns that are made of them. */
	facts?: Readonly<Record<string, Int32Array>>;
	/** Where its sequences are nodes of trees of prefixes; left out: they are not. */
	tree?: TreeRow;
}

/** A column of packed rows: a list a row. */
export interface Column<T extends RowColumnType = RowColumnType> {
	readonly type: T;
	/**
	 * How many values a row has: one a token, one a sequence, one a sequence and one more, as many as its
	 * chunks need, or one a document of its trees.
	 */
	readonly entries: "token" | "sequence" | "border" | "chunk" | "path";
	/** One line, for the card of a dataset and the docs. */
	readonly meaning: string;
	/** Rows are made of it, and always have it. */
	readonly always?: true;
	/** The settings, any of which it is stored for; without one it is stored when its name is asked for. */
	readonly setting?: readonly (keyof ColumnSettings)[];
	/** Whether it is stored when its name is asked for, too. */
	readonly onRequest?: boolean;
	/** Whether it says what is right of rows of trees of prefixes, too. */
	readonly ofTrees?: true;
	/** Whether its values name tokens of the row, or are of those, so that rows may not be cut. */
	readonly ofWholeRows?: true;
	/** What it is told. */
	readonly needs?: keyof ColumnOptions | "strata";
	/** Of batches, with a value a token: what tokens have that a sequence is padded with before it is cut. */
	readonly padding?: SequencePadding;
	/** Appends the values of a row. */
	stored?(
		row: StoredRow,
		out: ColumnBuffers[T],
		settings: ColumnSettings,
	): void;
	/** The values of a row that is padded to `rowLength` tokens, as trainers take them. */
	batch?(
		row: StoredRow,
		rowLength: number,
		options: ColumnOptions,
	): ArrayLike<number>;
	/** Whether stored values can be right, where making them again does not tell. */
	check?(
		row: TokenRow,
		values: ArrayLike<number>,
		settings: ColumnSettings,
	): boolean;
}

export function int32Column(
	column: Omit<Column<"list<int32>">, "type">,
): Column {
	return { ...column, type: "list<int32>" } as Column<"list<int32>"> as Column;
}
