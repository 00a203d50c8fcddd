import { type NameOf, registry } from "../core/registry.js";
import { ArrowStreamEncoder } from "../tables/arrow-stream.js";
import type { Column } from "../tables/columns.js";
import { type Batch, batchSchema } from "./batch.js";
import type { Batches } from "./open-batches.js";

/** How batches are written one after the other, for another program to read. */
interface BatchStream {
	readonly meaning: string;
	/** The parts of the stream, in their order, batch by batch. */
	encode(batches: Batches): AsyncIterable<Uint8Array | string>;
}

/** Every form of a stream of batches by name. */
export const batchStreams = registry("format", {
	arrow: {
		meaning: "an Arrow IPC stream, a record batch for each batch",
		async *encode(batches) {
			const { planHash, batches: kind } = batches.plan;
			const encoder = new ArrowStreamEncoder(
				batchSchema(kind, batches.columns),
				new Map([["seqpack.plan", planHash]]),
			);
			for await (const batch of batches) yield* encoder.encode(batch);
			yield* encoder.end();
		},
	} as BatchStream,
	jsonl: {
		meaning: "JSON, a line for each batch",
		async *encode(batches) {
			for await (const batch of batches) yield jsonLine(batch);
		},
	} as BatchStream,
});
export type BatchStreamName = NameOf<typeof batchStreams>;

/** A batch as a line of JSON; every column is a list with an entry for each row. */
export function jsonLine({ step, stage, length, columns }: Batch): string {
	const { step: _, ...others } = columns;
	const lists = Object.entries(others).map(([name, column]) => [
		name,
		entriesOf(column),
	]);
	return `${JSON.stringify({ step, stage, length, ...Object.fromEntries(lists) })}\n`;
}

function entriesOf(column: Column): unknown[] {
	if (column.type === "string") return column.values;
	const numbers = Array.from<number | bigint, number>(column.values, Number);
	if (!("offsets" in column)) return numbers;
	const { offsets } = column;
	return Array.from({ length: offsets.length - 1 }, (_, row) =>
		numbers.slice(offsets[row], offsets[row + 1]),
	);
}
