import type { ColumnBatch, Schema } from "../tables/columns.js";
import { indexTable } from "./index-rows.js";

/** The table format of the list of spans that a recipe has put into documents. */
export const injectedTable = indexTable;

/** The columns of that list: a row for each time that a span stands in a document. */
export const injectedSchema: Schema = [
	/** The id that rows and the index know the document by: `documentId`. */
	{ name: "doc_id", type: "int64" },
	/** The id of the span, or its number from 0. */
	{ name: "trap", type: "string" },
	/** The id of the document, as the index has it. */
	{ name: "document", type: "string" },
	/** Where it begins in the text, in characters (code points). */
	{ name: "offset", type: "int64" },
	/** The how many-th time that it stands there, from 1. */
	{ name: "repetition", type: "int32" },
];

export interface InjectedRow {
	docId: bigint;
	trap: string;
	document: string;
	offset: number;
	repetition: number;
}

export function injectedBatch(rows: readonly InjectedRow[]): ColumnBatch {
	return {
		rows: rows.length,
		columns: {
			doc_id: {
				type: "int64",
				values: BigInt64Array.from(rows, ({ docId }) => docId),
			},
			trap: { type: "string", values: rows.map(({ trap }) => trap) },
			document: { type: "string", values: rows.map((row) => row.document) },
			offset: {
				type: "int64",
				values: BigInt64Array.from(rows, ({ offset }) => BigInt(offset)),
			},
			repetition: {
				type: "int32",
				values: Int32Array.from(rows, ({ repetition }) => repetition),
			},
		},
	};
}
