import type { InjectedSpan } from "../recipes/step.js";
import type { Schema } from "../tables/columns.js";
import { parquet } from "../tables/parquet.js";
import type { OutputFile } from "./outputs.js";

/** The columns of the list of injected spans: see `InjectedSpan`. */
export const injectedSchema: Schema = [
	{ name: "trap", type: "string" },
	{ name: "document", type: "string" },
	{ name: "offset", type: "int64" },
	{ name: "repetition", type: "int32" },
];

/** Writes the list of injected spans, in parts that follow each other. */
export async function writeInjected(
	file: OutputFile,
	parts: Iterable<readonly InjectedSpan[]>,
): Promise<void> {
	const writer = parquet.write(file, injectedSchema, {
		compression: parquet.compressions[0],
		batchRows: 1 << 16,
		metadata: new Map(),
	});
	for (const spans of parts)
		await writer.write({
			rows: spans.length,
			columns: {
				trap: { type: "string", values: spans.map(({ trap }) => trap) },
				document: {
					type: "string",
					values: spans.map(({ document }) => document),
				},
				offset: {
					type: "int64",
					values: BigInt64Array.from(spans, ({ offset }) => BigInt(offset)),
				},
				repetition: {
					type: "int32",
					values: Int32Array.from(spans, ({ repetition }) => repetition),
				},
			},
		});
	await writer.close();
	await file.close();
}
