import type { InjectedSpan } from "../recipes/step.js";
import type { ReadableFile } from "../storage/storage.js";
import { type ColumnBatch, columnOf, type Schema } from "../tables/columns.js";
import { parquet } from "../tables/parquet.js";
import type { OutputFile } from "./outputs.js";

/** A span that was put into a record, and where the record is written. */
export interface PlacedSpan extends InjectedSpan {
	/** The byte that the record begins at, of what its unit writes, uncompressed. */
	position: number;
}

/** The table format of the list of injected spans. */
export const injectedTable = parquet;

/** The columns of that list: see `InjectedSpan`; `source` is the name of the file of the record, `position` where it begins there. */
export const injectedSchema: Schema = [
	{ name: "trap", type: "string" },
	{ name: "document", type: "string" },
	{ name: "source", type: "string" },
	{ name: "position", type: "int64" },
	{ name: "offset", type: "int64" },
	{ name: "repetition", type: "int32" },
];

/** Spans in the records of a unit. */
export interface InjectedOfUnit {
	readonly spans: readonly PlacedSpan[];
	/** The name of the file of the records, and where in it those of the unit begin. */
	readonly source: string;
	readonly first: number;
}

/** Writes the list, unit by unit, and closes the file. */
export async function writeInjected(
	file: OutputFile,
	units: Iterable<InjectedOfUnit>,
): Promise<void> {
	const writer = injectedTable.write(file, injectedSchema, {
		compression: injectedTable.compressions[0],
		batchRows: 1 << 16,
		metadata: new Map(),
	});
	for (const unit of units) await writer.write(injectedBatch(unit));
	await writer.close();
	await file.close();
}

function injectedBatch({ spans, source, first }: InjectedOfUnit): ColumnBatch {
	const numbers = (of: (span: PlacedSpan) => number) =>
		BigInt64Array.from(spans, (span) => BigInt(of(span)));
	return {
		rows: spans.length,
		columns: {
			trap: { type: "string", values: spans.map(({ trap }) => trap) },
			document: {
				type: "string",
				values: spans.map(({ document }) => document),
			},
			source: { type: "string", values: spans.map(() => source) },
			position: {
				type: "int64",
				values: numbers(({ position }) => first + position),
			},
			offset: { type: "int64", values: numbers(({ offset }) => offset) },
			repetition: {
				type: "int32",
				values: Int32Array.from(spans, ({ repetition }) => repetition),
			},
		},
	};
}

/** A span as the list has it. */
export interface ListedSpan extends PlacedSpan {
	source: string;
}

/** The spans of a list, in their order. */
export async function* readInjected(
	file: ReadableFile,
	bytes: number,
): AsyncGenerator<ListedSpan> {
	for await (const batch of injectedTable.read(file, bytes, injectedSchema)) {
		const text = (name: string) => columnOf(batch, name, "string").values;
		const [traps, documents] = [text("trap"), text("document")];
		const sources = text("source");
		const positions = columnOf(batch, "position", "int64").values;
		const offsets = columnOf(batch, "offset", "int64").values;
		const repetitions = columnOf(batch, "repetition", "int32").values;
		for (let i = 0; i < batch.rows; i++)
			yield {
				trap: String(traps[i]),
				document: String(documents[i]),
				source: String(sources[i]),
				position: Number(positions[i]),
				offset: Number(offsets[i]),
				repetition: repetitions[i],
			};
	}
}
