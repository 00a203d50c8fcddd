import { Int32Buffer } from "../../core/buffers.js";
import { addCounts } from "../../core/counts.js";
import { InterruptedError } from "../../core/errors.js";
import { consume, mapGenerator } from "../../core/generators.js";
import { createRandom } from "../../core/random.js";
import {
	type DroppedTokens,
	indexBatch,
	indexSchemaOf,
	type SequencePlaces,
} from "../../dataset/index-rows.js";
import type { InjectedRow } from "../../dataset/injected-rows.js";
import { layouts } from "../../dataset/layouts/layouts.js";
import { lengthsBatch, trainedRuns } from "../../dataset/lengths.js";
import type { Settings, SourceSettings } from "../../dataset/settings.js";
import { VALIDATION } from "../../dataset/splits.js";
import {
	type CutCounts,
	emptyTotals,
	type Totals,
} from "../../dataset/totals.js";
import {
	fractionAt,
	SAMPLE_AT,
	VALIDATION_AT,
} from "../../documents/document-hash.js";
import { splitsByLength } from "../../documents/strata/strata-settings.js";
import {
	type Tokenized,
	tokenizeDocuments,
} from "../../documents/tokenize-documents.js";
import type { ReadCounts } from "../../sources/read-records.js";
import { stratumOf } from "../../strata/stratify.js";
import type { ColumnBatch } from "../../tables/columns.js";
import { DocumentChoice, type DocumentTest } from "../choose-documents.js";
import { cutWindow } from "../cut-window.js";
import { DocumentCounts } from "../document-counts.js";
import { readList } from "../document-hashes.js";
import { encoderOf } from "../encoder.js";
import { InjectedList, injectedSpansOf } from "../injected-list.js";
import { openOutput } from "../open-output.js";
import type { OutputCounts, RowOutput } from "../output.js";
import { perStratumTest } from "../per-stratum.js";
import { firstTaskOf, type Plan } from "../plan.js";
import { readRecord, sparse, writeRecord } from "../record.js";
import { growthOf } from "../row-growth.js";
import { SkippedFile } from "../skipped-file.js";
import { Stopwatch } from "../stopwatch.js";
import { indexFile, lengthsFile, type TaskTable } from "../task-table.js";
import { leavesPacks, type ReadTask } from "../tasks-of-plan.js";
import { type SplitTest, type Window, windowsOf } from "../windows.js";
import type { Workspace } from "../workspace.js";
import { readingOf } from "./reading.js";
import type { TaskContext, TaskRunner } from "./task.js";
import { readThresholds } from "./threshold.js";

/**
 * Reads spans of the input and makes rows of them. A document's way: records, tokens,
 * windows, rows; each step takes what the one before gives, and returns what it counted.
 */
export const runRead: TaskRunner<ReadTask> = async (context, number, task) => {
	const { workspace, plan } = context;
	const { settings } = plan;
	const watch = new Stopwatch();
	const leaves = leavesPacks(plan);
	/** The task's number in the dataset. */
	const place = firstTaskOf(plan) + number;
	const output = openOutput(workspace, plan, place, { watch, leaves });
	const index = indexFile(workspace, place, indexSchemaOf(settings));
	const lengths = lengthsFile(workspace, place, settings);
	const skipped = new SkippedFile(workspace, number);
	const injectedList = InjectedList.ofTask(workspace, number);
	try {
		const before = await documentsBefore(workspace, plan, task);
		const choice = new DocumentChoice(
			await repeatsOf(workspace, task),
			(settings.sources[task.source].limit ?? Infinity) - before,
			{
				repeat: shareTest(settings.sources[task.source], task),
				perStratum: await perStratumTest(workspace, settings, task),
			},
		);
		const kept = new DocumentCounts(settings);
		const documents = readingOf(context, task, {
			hashes:
				settings.validation !== null ||
				task.share !== undefined ||
				task.threshold !== undefined,
			hasEnough: () => choice.hasEnough(),
			onBadRecord: (bad, span) => skipped.add(bad, span),
		});
		const chosen = mapGenerator(watch.watch("read", documents), (batch) =>
			kept.add(choice.choose(batch)),
		);
		const tokens = tokenizeDocuments(
			chosen,
			encoderOf(settings, settings.sources[task.source], context.tokenizer()),
		);
		const told = mapGenerator(watch.watch("tokenize", tokens), (batch) => {
			const { ids, offsets } = batch.tokens;
			const position = batch.positions.at(-1) ?? null;
			context.onProgress(
				{
					bytes: batch.bytes,
					documents: offsets.length - 1,
					tokens: ids.length,
				},
				{ task: number, source: batch.source, position },
			);
			if (context.shouldStop())
				throw new InterruptedError("the build was asked to stop.");
			return batch;
		});
		const windows = windowsOf(
			told,
			place,
			settings.window,
			await splitTest(workspace, plan, task),
			settings,
		);
		const { name } = settings.sources[task.source];
		const isStore = !layouts.find(settings.layout).packs;
		const measured = isStore
			? mapGenerator(windows, (window) =>
					watch.run("write", () => noteLengths(lengths, window)),
				)
			: windows;
		const injected = await injectedSpansOf(plan, task);
		const spans: InjectedRow[] = [];
		const described: IndexRows = (documents, places, dropped) => {
			for (const span of injected.in(documents, dropped)) spans.push(span);
			return indexBatch(documents, places, dropped, name);
		};
		const rows = watch.watch(
			"pack",
			rowsOf(
				measured,
				settings,
				settings.sources[task.source],
				output,
				described,
				context.onProgress,
			),
		);
		const counts = await consume(rows, (batch) =>
			watch.run("write", async () => {
				await index.write(batch);
				await injectedList.add(spans.splice(0));
			}),
		);
		const { shards, rooms, leftovers } = await output.finish();
		const table = isStore ? await lengths.finish(true) : null;
		const {
			input,
			repeatedTokens: __,
			longUnits: ___,
			...tokensRead
		} = counts.read;
		const totals = addCounts(totalsOf(counts), {
			leftOutRecords: choice.leftOut,
			...kept.totals(),
		});
		const { noted } = totals;
		await writeRecord(workspace, plan, number, {
			totals,
			bytes: sumOf(input, ({ bytes }) => bytes),
			lines: input.map(({ numbers }) => numbers),
			rooms: rooms.map(sparse),
			shards,
			index: await index.finish(),
			lengths: table === null ? null : { ...table, ...tokensRead, noted },
			skipped: await skipped.finish(),
			injected: await injectedList.finish(),
			leftovers,
			findings: null,
			documentsBefore: before,
		});
	} catch (error) {
		await output.abort();
		await index.abort();
		await lengths.abort();
		await skipped.abort();
		await injectedList.abort();
		throw error;
	}
	return watch.times;
};

/** Documents of the tasks before, where that decides how many this one takes. */
async function documentsBefore(
	workspace: Workspace,
	plan: Plan,
	{ after }: ReadTask,
): Promise<number> {
	if (after === undefined) return 0;
	const record = await readRecord(workspace, plan, after);
	if (record === null)
		throw new Error(`task ${after} is not done, and its count is wanted`);
	return record.documentsBefore + record.totals.documents;
}

/** Numbers of the task's documents that repeat others, in ascending order. */
async function repeatsOf(
	workspace: Workspace,
	{ repeats = { from: 0, to: 0, list: 0 } }: ReadTask,
): Promise<Int32Array> {
	const all = new Int32Buffer();
	for (let task = repeats.from; task < repeats.to; task++)
		all.append(await readList(workspace, task, repeats.list));
	return all.view().slice().sort();
}

/** What tells the documents of a copy that takes a share of them; null where it takes all. */
function shareTest(
	{ sample }: SourceSettings,
	{ share }: ReadTask,
): DocumentTest | null {
	if (share === undefined) return null;
	const most = share * (sample ?? 1);
	return ({ hashes }, document) =>
		hashes === null || fractionAt(hashes, document, SAMPLE_AT) < most;
}

/** What tells the split of documents; null where all are to be trained on. */
async function splitTest(
	workspace: Workspace,
	{ settings, inputs }: Plan,
	task: ReadTask,
): Promise<SplitTest | null> {
	const splits = [...new Set(settings.buckets.map(({ split }) => split))];
	if (splits.length === 1) return null;
	// What the output calls a file is unique within a source, and so within a task.
	const ofFiles = new Map(
		task.spans.map(({ input }) => [
			inputs[input].source,
			splits.indexOf(inputs[input].split),
		]),
	);
	const isHeldOut = await heldOutTest(workspace, settings, task);
	const validation = splits.indexOf(VALIDATION);
	const byLength = splitsByLength(settings.strata);
	const splitOfLength = byLength.map(({ name }) => splits.indexOf(name));
	return (batch, document) => {
		const { source, measured } = batch;
		const known =
			(byLength.length === 0
				? ofFiles.get(source)
				: splitOfLength[stratumOf(measured?.[document] ?? -1, byLength)]) ?? 0;
		return known === 0 && isHeldOut?.(batch, document) ? validation : known;
	};
}

/** What tells the documents that are held out by their hashes; null where none is. */
async function heldOutTest(
	workspace: Workspace,
	{ validation }: Settings,
	{ threshold }: ReadTask,
): Promise<DocumentTest | null> {
	if (validation === null) return null;
	const byKey =
		(holds: (key: number) => boolean): DocumentTest =>
		({ hashes }, document) =>
			hashes !== null && holds(fractionAt(hashes, document, VALIDATION_AT));
	if (validation < 1 || threshold === undefined)
		return byKey((key) => key < validation);
	const [{ key: largest }] = await readThresholds(workspace, threshold);
	return byKey((key) => largest === null || key <= largest);
}

/** Writes what packing needs to know of a window's documents, and passes it on. */
async function noteLengths(file: TaskTable, window: Window): Promise<Window> {
	const { tokens, sides } = window;
	const trained = tokens.lossMask ? trainedRuns(tokens, sides) : null;
	await file.write(lengthsBatch({ ...window, trained }));
	return window;
}

/** What a task counted on a document's way. */
export interface TaskCounts<R> {
	read: R;
	cut: CutCounts & Pick<Totals, "noted">;
	output: OutputCounts;
}

/** The index's rows of a window's documents. */
export type IndexRows = (
	window: Window,
	places: SequencePlaces,
	dropped: DroppedTokens,
) => ColumnBatch;

/** Writes windows as rows; gives the index's rows of their documents. */
export async function* rowsOf<R>(
	windows: AsyncGenerator<Window, R>,
	settings: Settings,
	source: SourceSettings,
	output: RowOutput,
	describe: IndexRows,
	onProgress: TaskContext["onProgress"],
): AsyncGenerator<ColumnBatch, TaskCounts<R>> {
	const { dropped, repeatedTokens, cutDocuments, noted, buckets, order } =
		emptyTotals();
	const cut = { dropped, repeatedTokens, cutDocuments, noted };
	const written: OutputCounts = { buckets, order };
	let number = 0;
	const read = yield* mapGenerator(windows, async (window) => {
		const random = createRandom(settings.seed, window.task, number++);
		const { sequences, dropped, counts, noted } = cutWindow(
			window,
			settings,
			source,
			random,
		);
		addCounts(cut, { ...counts, noted });
		const rows = await output.write(sequences, random);
		addCounts(written, rows.counts);
		onProgress(growthOf(settings, rows.counts.buckets));
		return describe(window, rows.places, dropped);
	});
	return { read, cut, output: written };
}

function totalsOf({
	read,
	cut,
	output,
}: TaskCounts<Tokenized<ReadCounts[]>>): Totals {
	const { input, longUnits, ...tokens } = read;
	const totals = addCounts(emptyTotals(), { ...cut, ...output });
	addCounts(totals, {
		...tokens,
		...(longUnits > 0 && { noted: { longUnits } }),
	});
	for (const { records, skipped, leftOut } of input)
		addCounts(totals, {
			records,
			skippedRecords: skipped,
			leftOutRecords: leftOut,
		});
	return totals;
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
	return items.reduce((sum, item) => sum + value(item), 0);
}
