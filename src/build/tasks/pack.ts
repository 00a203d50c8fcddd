import { addCounts } from "../../core/counts.js";
import { InterruptedError } from "../../core/errors.js";
import { consume, mapGenerator } from "../../core/generators.js";
import { indexBatch, indexSchemaOf } from "../../dataset/index-rows.js";
import { ledgerBatch, ledgerSchema } from "../../dataset/ledger-rows.js";
import { splitsOf } from "../../dataset/lengths.js";
import { hasCuts } from "../../dataset/settings.js";
import { emptyTotals } from "../../dataset/totals.js";
import { storageAt } from "../../storage/storages.js";
import { windowsOfLengths } from "../length-windows.js";
import { Output } from "../output.js";
import { NO_ROWS, sparse, writeRecord } from "../record.js";
import { Stopwatch } from "../stopwatch.js";
import {
	lengthsOfTask,
	type StoreBatch,
	tokensOfTask,
} from "../store-tokens.js";
import { indexFile } from "../task-table.js";
import { leavesPacks, type PackTask } from "../tasks-of-plan.js";
import { type Window, windowsOf } from "../windows.js";
import { type IndexRows, rowsOf } from "./read.js";
import type { TaskContext, TaskRunner } from "./task.js";

/**
 * Packs the documents of a task of a store, as the task that read them would have: of
 * an index on their lengths alone, else with their tokens.
 */
export const runPack: TaskRunner<PackTask> = async (context, number, task) => {
	const { workspace, plan } = context;
	const { settings } = plan;
	const { isIndex = false } = settings;
	const watch = new Stopwatch();
	const leaves = leavesPacks(plan);
	const output = new Output(workspace, plan, number, { watch, leaves });
	const index = indexFile(
		workspace,
		number,
		isIndex ? ledgerSchema : indexSchemaOf(settings),
	);
	const { name } = settings.sources[task.source];
	const described: IndexRows = isIndex
		? (window, _places, dropped) => ledgerBatch(number, window.first, dropped)
		: (...of) => indexBatch(...of, name);
	try {
		// Prefixes are found by comparing tokens.
		const windows =
			isIndex && settings.prefixTree === undefined
				? windowsOfLengths(
						watch.watch("read", lengthsOf(context, task)),
						number,
						settings.window,
					)
				: windowsOfTokens(context, number, task, watch);
		const rows = watch.watch(
			"pack",
			rowsOf(
				windows,
				settings,
				settings.sources[task.source],
				output,
				described,
				context.onProgress,
			),
		);
		const { cut, output: written } = await consume(rows, (batch) =>
			watch.run("write", () => index.write(batch)),
		);
		const { shards, rooms, leftovers } = await output.finish();
		const { documents, textBytes, textTokens, specialTokens } = task.lengths;
		const { noted, specialsInText } = task.lengths;
		await writeRecord(workspace, plan, number, {
			...NO_ROWS,
			totals: addCounts(
				addCounts(emptyTotals(), {
					records: documents,
					...{ documents, textBytes, textTokens, specialTokens, noted },
					...(specialsInText && { specialsInText }),
				}),
				{ ...cut, ...written },
			),
			bytes: task.lengths.bytes,
			rooms: rooms.map(sparse),
			shards,
			index: await index.finish(),
			leftovers,
		});
	} catch (error) {
		await output.abort();
		await index.abort();
		throw error;
	}
	return watch.times;
};

/** Where the store of a plan is. */
function storeOf({ plan: { store } }: TaskContext) {
	if (store === undefined) throw new Error("the plan has no store to pack");
	return { directory: store.path, storage: storageAt(store.path) };
}

/** Whether the documents of a task may be cut at some places alone. */
function isCut({ plan: { settings } }: TaskContext, { source }: PackTask) {
	return hasCuts(settings.sources[source]);
}

/** The lengths of a task's documents; stops where it is asked to. */
function lengthsOf(context: TaskContext, task: PackTask) {
	const { settings } = context.plan;
	const batches = lengthsOfTask(
		storeOf(context),
		task,
		settings,
		isCut(context, task),
	);
	let bytes = task.lengths.bytes;
	return mapGenerator(batches, (batch) => {
		let tokens = 0;
		for (const length of batch.lengths) tokens += length;
		tell(context, bytes, batch.lengths.length, tokens);
		bytes = 0;
		return batch;
	});
}

function windowsOfTokens(
	context: TaskContext,
	number: number,
	task: PackTask,
	watch: Stopwatch,
): AsyncGenerator<Window, void> {
	const { settings } = context.plan;
	const batches = tokensOfTask(
		storeOf(context),
		task,
		settings,
		isCut(context, task),
	);
	let current: StoreBatch | null = null;
	const told = mapGenerator(watch.watch("read", batches), (batch) => {
		current = batch;
		const { ids, offsets } = batch.tokens;
		tell(context, 0, offsets.length - 1, ids.length);
		return batch;
	});
	return windowsOf(
		told,
		number,
		settings.window,
		splitsOf(settings).length === 1
			? null
			: (_, document) => current?.splits?.[document] ?? 0,
		settings,
	);
}

function tell(
	{ onProgress, shouldStop }: TaskContext,
	bytes: number,
	documents: number,
	tokens: number,
): void {
	onProgress({ bytes, documents, tokens });
	if (shouldStop()) throw new InterruptedError("the build was asked to stop.");
}
