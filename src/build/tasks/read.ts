import { InterruptedError } from "../../core/errors.js";
import { consume, mapGenerator } from "../../core/generators.js";
import { createRandom } from "../../core/random.js";
import { indexBatch } from "../../dataset/index-rows.js";
import {
	addCounts,
	type CutCounts,
	emptyTotals,
	type Totals,
} from "../../dataset/totals.js";
import {
	type Tokenized,
	tokenizeDocuments,
} from "../../documents/tokenize-documents.js";
import { type ReadCounts, readSpans } from "../../sources/read-records.js";
import { storageAt } from "../../storage/storages.js";
import type { ColumnBatch } from "../../tables/columns.js";
import { cutWindow } from "../cut-window.js";
import { IndexFile } from "../index-file.js";
import { Output, type OutputCounts } from "../output.js";
import { inputFile, leavesPacks, type ReadTask } from "../plan.js";
import { sparse, writeRecord } from "../record.js";
import { SkippedFile } from "../skipped-file.js";
import { Stopwatch } from "../stopwatch.js";
import { type Window, windowsOf } from "../windows.js";
import type { TaskContext, TaskRunner } from "./task.js";

/**
 * Reads spans of the input and makes rows of them. A document's way: records, tokens,
 * windows, rows; each step takes what the one before gives, and returns what it counted.
 */
export const runRead: TaskRunner<ReadTask> = async (context, number, task) => {
	const { workspace, plan } = context;
	const { settings, planHash } = plan;
	const watch = new Stopwatch();
	const leaves = leavesPacks(plan);
	const output = new Output(workspace, plan, number, { watch, leaves });
	const index = new IndexFile(workspace, number);
	const skipped = new SkippedFile(workspace, number);
	try {
		const documents = watch.watch("read", documentsOf(context, task, skipped));
		const tokens = tokenizeDocuments(documents, {
			tokenizer: context.tokenizer(),
			bos: settings.bos,
			eos: settings.eos,
		});
		const told = mapGenerator(watch.watch("tokenize", tokens), (batch) => {
			const { ids, offsets } = batch.tokens;
			context.onProgress(batch.bytes, offsets.length - 1, ids.length);
			if (context.shouldStop())
				throw new InterruptedError("the build was asked to stop.");
			return batch;
		});
		const windows = windowsOf(told, number, settings.window);
		const rows = watch.watch("pack", rowsOf(windows, context, output));
		const counts = await consume(rows, (batch) =>
			watch.run("write", () => index.write(batch)),
		);
		const { shards, rooms, leftovers } = await output.finish();
		await writeRecord(workspace, {
			task: number,
			planHash,
			totals: totalsOf(counts),
			bytes: sumOf(counts.read.input, ({ bytes }) => bytes),
			lines: counts.read.input.map(({ numbers }) => numbers),
			rooms: rooms.map(sparse),
			shards,
			index: await index.finish(),
			skipped: await skipped.finish(),
			leftovers,
		});
	} catch (error) {
		await output.abort();
		await index.abort();
		await skipped.abort();
		throw error;
	}
	return watch.times;
};

function documentsOf(
	{ plan }: TaskContext,
	{ spans }: ReadTask,
	skipped: SkippedFile,
) {
	const { textField, idField } = plan.settings;
	return readSpans(
		spans.map(({ input, ...span }) => ({
			storage: storageAt(plan.inputs[input].path),
			file: inputFile(plan.inputs[input], plan.settings),
			span,
		})),
		{
			textField,
			idField,
			onBadRecord:
				plan.onError === "skip" ? (bad, span) => skipped.add(bad, span) : null,
		},
	);
}

/** What a task counted on a document's way. */
interface TaskCounts {
	read: Tokenized<ReadCounts[]>;
	cut: CutCounts;
	output: OutputCounts;
}

/** Writes windows as rows; gives the index's rows of their documents. */
async function* rowsOf(
	windows: AsyncGenerator<Window, TaskCounts["read"]>,
	{ plan: { settings } }: TaskContext,
	output: Output,
): AsyncGenerator<ColumnBatch, TaskCounts> {
	const { dropped, repeatedTokens, cutDocuments, buckets, order } =
		emptyTotals();
	const cut = { dropped, repeatedTokens, cutDocuments };
	const written = { buckets, order };
	let number = 0;
	const read = yield* mapGenerator(windows, async (window) => {
		const random = createRandom(settings.seed, window.task, number++);
		const { sequences, dropped, counts } = cutWindow(window, settings, random);
		addCounts(cut, counts);
		const rows = await output.write(sequences, random);
		addCounts(written, rows.counts);
		return indexBatch(window, rows.places, dropped);
	});
	return { read, cut, output: written };
}

function totalsOf({ read, cut, output }: TaskCounts): Totals {
	const { input, ...tokens } = read;
	const totals = addCounts(emptyTotals(), { ...tokens, ...cut, ...output });
	for (const { records, skipped } of input)
		addCounts(totals, { records, skippedRecords: skipped });
	return totals;
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
	return items.reduce((sum, item) => sum + value(item), 0);
}
