import {
	type DataType,
	Field,
	Float64,
	Int32,
	Int64,
	List,
	Schema,
} from "apache-arrow";
import { rowFeatures } from "./features.js";

/** The columns that rows of packed records have of their own. */
export function rowFields(hasCosts: boolean): Field[] {
	return [
		listField("record_files", new Int32()),
		listField("record_numbers", new Int64()),
		listField("seq_lengths", new Int32()),
		...(hasCosts ? [new Field("row_cost", new Float64(), true)] : []),
	];
}

/** A column of rows: of each record of a row the value that it has in a column. */
function listField(
	name: string,
	type: DataType,
	metadata?: Map<string, string>,
): Field {
	// Called as pyarrow and datasets call it.
	const item = new Field("item", type, true, metadata);
	return new Field(name, new List(item), true);
}

/**
 * The columns of rows.
 * @param records The columns of the records, where they are passed through.
 */
export function rowSchema(records: Schema | null, hasCosts: boolean): Schema {
	const own = rowFields(hasCosts);
	if (records === null) return new Schema(own);
	const passed = records.fields.map(({ name, type, metadata }) =>
		listField(name, type, metadata),
	);
	return new Schema([...passed, ...own], rowFeatures(records, own));
}

/** What of the records' metadata, of the whole table, the rows do not have. */
export function lostMetadata(records: Schema, rows: Schema): string[] {
	return [...records.metadata.keys()].filter((key) => !rows.metadata.has(key));
}
