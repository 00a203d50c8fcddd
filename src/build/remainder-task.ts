import { Int32Buffer } from "../core/buffers.js";
import { createRandom } from "../core/random.js";
import { TokenBatchBuilder } from "../core/token-batch.js";
import {
	numberOfDocument,
	type PackedWindow,
	taskOfDocument,
} from "../dataset/rows.js";
import { emptyTotals } from "../dataset/totals.js";
import { packDocuments } from "../pack/pack-documents.js";
import { columnOf } from "../tables/columns.js";
import { packOptionsOf } from "./pack-options.js";
import { tasksOfRemainder } from "./plan.js";
import { readRecord, sparse, writeRecord } from "./record.js";
import { readRemainder } from "./remainder.js";
import { RowWriter } from "./row-writer.js";
import { ShardSeries } from "./shard-series.js";
import type { StageTimes, TaskContext } from "./task.js";

/**
 * Packs what some tasks left over, all of which are done, into rows of its own
 * shards, and writes its record. What it writes depends on what those tasks wrote.
 */
export async function runRemainderTask(
	{ storage, out, plan }: TaskContext,
	task: number,
): Promise<StageTimes> {
	const { settings, planHash } = plan;
	const began = performance.now();
	const sequences = new TokenBatchBuilder(1 << 16);
	const tasks = new Int32Buffer();
	const numbers = new Int32Buffer();
	const starts = new Int32Buffer();
	const labelCounts = new Int32Buffer();
	const [first, end] = tasksOfRemainder(plan, task);
	for (let from = first; from < end; from++) {
		const record = await readRecord(storage, out, from, planHash);
		if (record === null)
			throw new Error(`task ${from} is not done, and its remainder is wanted`);
		if (record.remainder === null) continue;
		const batches = readRemainder(storage, out, record.remainder, settings);
		for await (const batch of batches) {
			const ids = columnOf(batch, "input_ids", "list<int32>").values;
			const seqLengths = columnOf(batch, "seq_lengths", "list<int32>");
			// The values may be longer than what the rows have of them.
			const lengths = seqLengths.values.subarray(
				0,
				seqLengths.offsets[batch.rows],
			);
			const docIds = columnOf(batch, "doc_ids", "list<int64>").values;
			const offsets = columnOf(batch, "doc_offsets", "list<int32>").values;
			const weights =
				settings.lossWeight === "document"
					? columnOf(batch, "loss_weight", "list<float32>").values
					: null;
			let at = 0;
			for (const [i, length] of lengths.entries()) {
				sequences.ids.append(ids.subarray(at, at + length));
				sequences.endList();
				tasks.push(taskOfDocument(docIds[i]));
				numbers.push(numberOfDocument(docIds[i]) | 0);
				starts.push(offsets[i]);
				labelCounts.push(
					weights === null || length === 1
						? 1
						: Math.round(1 / weights[at + 1]),
				);
				at += length;
			}
		}
	}
	const series = new ShardSeries(storage, out, task, settings);
	const totals = emptyTotals();
	const roomCounts = new Float64Array(settings.seqLen + 1);
	try {
		const documents = sequences.view();
		const lengths = documents.offsets
			.subarray(1)
			.map((until, i) => until - documents.offsets[i]);
		const window: PackedWindow = {
			documents,
			...packDocuments(lengths, settings.seqLen, packOptionsOf(settings)),
			doc: {
				task: tasks.view(),
				number: numbers.view(),
				start: starts.view(),
			},
			labelCounts: labelCounts.view(),
		};
		const packs = window.packing.packOffsets.length - 1;
		const all = Int32Array.from({ length: packs }, (_, pack) => pack);
		const output = new RowWriter(settings, series, totals, roomCounts);
		await output.write(window, all, createRandom(settings.seed, task, 0));
		await series.finish();
	} catch (error) {
		await series.abort();
		throw error;
	}
	await writeRecord(storage, out, {
		task,
		planHash,
		totals,
		lines: [],
		rooms: sparse(roomCounts),
		shards: series.shards,
		index: null,
		skipped: null,
		remainder: null,
	});
	const write = series.writeTime;
	return {
		read: 0,
		tokenize: 0,
		pack: performance.now() - began - write,
		write,
	};
}
