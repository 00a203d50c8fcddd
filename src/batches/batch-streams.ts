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
		meaning: "an Arrow IPC stream, one record batch per batch",
		async *encode(batches) {
			const { planHash, batches: kind, padId, totals, groups } = batches.plan;
			const metadata = {
				plan: planHash,
				steps: totals.steps,
				firstStep: batches.firstStep,
				batches: batches.count,
				rank: batches.rank,
				worldSize: batches.worldSize,
				padId,
			};
			const encoder = new ArrowStreamEncoder(
				[
					...batchSchema(kind, batches.columns, groups !== undefined),
					{ name: LEFT, type: "int32" },
				],
				new Map(
					Object.entries(metadata).map(([name, value]) => [
						`seqpack.${name}`,
						String(value),
					]),
				),
			);
			for await (const batch of counted(batches)) yield* encoder.encode(batch);
			yield* encoder.end();
		},
	} as BatchStream,
	jsonl: {
		meaning: "JSON, one line per batch",
		async *encode(batches) {
			for await (const batch of counted(batches)) yield jsonLine(batch);
		},
	} as BatchStream,
});
export type BatchStreamName = NameOf<typeof batchStreams>;

/** How many batches follow in the stream: one that ends with another number than 0 was cut. */
const LEFT = "batches_left";

async function* counted(batches: Batches): AsyncGenerator<Batch> {
	let left = batches.count;
	for await (const batch of batches) {
		const values = new Int32Array(batch.rows).fill(--left);
		const columns = { ...batch.columns, [LEFT]: { type: "int32", values } };
		yield { ...batch, columns: columns as Batch["columns"] };
	}
}

/** A batch as a line of JSON; every column is a list with an entry for each row. */
export function jsonLine({ columns }: Batch): string {
	const values = Object.entries(columns).map(([name, column]) => {
		const entries = entriesOf(column);
		return [name, OF_BATCH.includes(name) ? entries[0] : entries];
	});
	return `${JSON.stringify(Object.fromEntries(values))}\n`;
}

/** Columns with one value for all rows. */
const OF_BATCH = [
	...["step", "stage", "length", LEFT],
	...["micro_batch", "micro_batches", "degree", "first_rank"],
];

function entriesOf(column: Column): unknown[] {
	if (column.type === "string") return column.values;
	const numbers = Array.from<number | bigint, number>(column.values, Number);
	if (!("offsets" in column)) return numbers;
	const { offsets } = column;
	return Array.from({ length: offsets.length - 1 }, (_, row) =>
		numbers.slice(offsets[row], offsets[row + 1]),
	);
}
