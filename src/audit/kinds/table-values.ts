import type { Vector } from "apache-arrow";
import { sourceFormats } from "../../sources/formats.js";
import { BadInput, type OpenTable } from "../../sources/source.js";
import { type AuditedFile, recordsOf } from "../kind.js";
import { withoutAdvice } from "../without-advice.js";

/** The values of a record in some columns; undefined where there is no such column. */
export interface RecordValues {
	/** From 1. */
	number: number;
	values: unknown[];
	/** The names of all columns. */
	columns(): string[];
}

/** The values of the records of a file, in the columns that are named. */
export async function* tableValues(
	audited: AuditedFile,
	names: readonly string[],
): AsyncGenerator<RecordValues> {
	const { file, storage, onUnusable } = audited;
	const { openTable } = sourceFormats.find(file.format);
	if (openTable === undefined) {
		yield* recordValues(audited, names);
		return;
	}
	let table: OpenTable | null = null;
	try {
		table = await openTable(storage, file);
		yield* arrowValues(table, names);
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		onUnusable(file.path, withoutAdvice(error.message));
	} finally {
		await table?.close();
	}
}

async function* recordValues(
	audited: AuditedFile,
	names: readonly string[],
): AsyncGenerator<RecordValues> {
	const paths = names.map((name) => [name]);
	const wanted = { text: null, id: ["id"], values: paths };
	for await (const batch of recordsOf(audited, wanted))
		for (const [i, number] of batch.numbers.entries())
			yield {
				number,
				values: batch.values.map((column) => column[i]),
				columns: () => batch.fieldNames(i),
			};
}

/** Lists are views of the memory of their batch, where they can be. */
async function* arrowValues(
	{ schema, batches }: OpenTable,
	names: readonly string[],
): AsyncGenerator<RecordValues> {
	const columns = () => schema.fields.map(({ name }) => name);
	let number = 0;
	for await (const batch of batches()) {
		const found = names.map((name) => batch.getChild(name));
		for (let i = 0; i < batch.numRows; i++) {
			number++;
			const values = found.map((column) =>
				column === null ? undefined : listOf(column.get(i)),
			);
			yield { number, values, columns };
		}
	}
}

/** A list as its numbers, where it is one. */
function listOf(value: unknown): unknown {
	const list = value as Vector | null;
	if (typeof list?.toArray !== "function") return value;
	return list.nullCount > 0 ? [...list] : list.toArray();
}
