import { InterruptedError } from "../core/errors.js";
import { consume, timed } from "../core/generators.js";
import { indexSchemaOf } from "../dataset/index-rows.js";
import { emptyTotals, type Totals } from "../dataset/totals.js";
import {
	type TokenizedBatch,
	tokenizeDocuments,
} from "../documents/tokenize-documents.js";
import {
	type ReadCounts,
	readSpans,
	type SkippedRecord,
} from "../sources/read-records.js";
import type { InputFile } from "../sources/source.js";
import type { Storage } from "../storage/storage.js";
import { parquet } from "../tables/parquet.js";
import type { TableWriter } from "../tables/table.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { createOutput } from "./create-output.js";
import type { Output } from "./output.js";
import { indexPath, skippedPath } from "./paths.js";
import type { Plan } from "./plan.js";
import { sparse, type TaskRecord, writeRecord } from "./record.js";
import { runRemainderTask } from "./remainder-task.js";
import { StagedFile } from "./staged-file.js";
import { Window } from "./window.js";

/** What all tasks of a build share. */
export interface TaskContext {
	storage: Storage;
	plan: Plan;
	/** The inputs of the plan, with the paths to open them by. */
	files: readonly InputFile[];
	tokenizer: Tokenizer;
	out: string;
	onError: "stop" | "skip";
	/** Asked between megabytes of input. */
	shouldStop: () => boolean;
	/** Told of input bytes read, documents and tokens since the last call. */
	onProgress: (bytes: number, documents: number, tokens: number) => void;
}

/** Milliseconds of a task by stage. */
export interface StageTimes {
	read: number;
	tokenize: number;
	pack: number;
	write: number;
}

const INDEX_BATCH_ROWS = 1 << 16;

/**
 * Builds one task of a plan, or, numbered after those, packs what tasks left over:
 * reads its spans, and writes its shards, its part
 * of the index and, last, its record. What it writes depends on the plan and
 * the inputs alone; run again, it writes the same bytes.
 * @throws DataError for a bad record when errors stop the build;
 * InterruptedError when `shouldStop` says so. Nothing but whole files is left.
 */
export async function runTask(
	context: TaskContext,
	task: number,
): Promise<StageTimes> {
	if (task >= context.plan.tasks.length) return runRemainderTask(context, task);
	const run = new TaskRun(context, task);
	try {
		return await run.build();
	} catch (error) {
		await run.abort();
		throw error;
	}
}

class TaskRun {
	readonly #context: TaskContext;
	readonly #task: number;
	readonly #totals: Totals = emptyTotals();
	readonly #times: StageTimes = { read: 0, tokenize: 0, pack: 0, write: 0 };
	readonly #output: Output;
	readonly #window: Window;
	readonly #index: StagedFile;
	readonly #skipped: StagedFile;
	#indexWriter: TableWriter | null = null;

	constructor(context: TaskContext, task: number) {
		const { storage, out, plan } = context;
		this.#context = context;
		this.#task = task;
		const totals = this.#totals;
		this.#output = createOutput({ storage, out, plan, task, totals });
		this.#window = new Window(task, plan.settings, this.#totals);
		this.#index = new StagedFile(storage, out, indexPath(task));
		this.#skipped = new StagedFile(storage, out, skippedPath(task));
	}

	async build(): Promise<StageTimes> {
		const { plan, storage, out } = this.#context;
		const read = await this.#readSpans();
		if (!this.#window.isEmpty) await this.#flushWindow();
		const began = performance.now();
		const { shards, remainder, rooms } = await this.#output.finish();
		await this.#indexWriter?.close();
		const { documents } = this.#totals;
		const skipped = Object.values(this.#totals.skippedRecords);
		const record: TaskRecord = {
			task: this.#task,
			planHash: plan.planHash,
			totals: this.#totals,
			bytes: read.reduce((sum, { bytes }) => sum + bytes, 0),
			lines: read.map(({ numbers }) => numbers),
			rooms: sparse(rooms),
			shards,
			index: await this.#index.commit(documents),
			skipped: await this.#skipped.commit(skipped.reduce((a, b) => a + b, 0)),
			remainder,
		};
		await writeRecord(storage, out, record);
		this.#times.write += performance.now() - began;
		return this.#times;
	}

	async abort(): Promise<void> {
		await this.#output.abort();
		await this.#index.abort();
		await this.#skipped.abort();
	}

	/** Reads the task's spans into rows; gives the counts of each. */
	async #readSpans(): Promise<ReadCounts[]> {
		const { plan, files, storage, tokenizer, onError } = this.#context;
		const { textField, idField, bos, eos } = plan.settings;
		const spans = plan.tasks[this.#task].map(({ input, start, end }) => ({
			file: files[input],
			span: { start, end },
		}));
		const documents = readSpans(storage, spans, {
			textField,
			idField,
			onBadRecord: onError === "skip" ? this.#skip.bind(this) : null,
		});
		const encoder = { tokenizer, bos, eos };
		const batches = timed(tokenizeDocuments(timed(documents), encoder));
		const { returned, milliseconds } = await consume(batches, (batch) =>
			this.#takeIn(batch),
		);
		const { input, ...counts } = returned;
		this.#times.read = input.milliseconds;
		this.#times.tokenize = milliseconds - input.milliseconds;
		Object.assign(this.#totals, counts);
		for (const { records, skipped } of input.returned) {
			this.#totals.records += records;
			const { skippedRecords } = this.#totals;
			for (const [reason, count] of Object.entries(skipped))
				skippedRecords[reason] = (skippedRecords[reason] ?? 0) + count;
		}
		return input.returned;
	}

	async #takeIn(batch: TokenizedBatch): Promise<void> {
		const { shouldStop, onProgress } = this.#context;
		for (let at = 0; at < batch.ids.length; at++) {
			this.#window.add(batch, at);
			if (this.#window.isFull) await this.#flushWindow();
		}
		onProgress(batch.bytes, batch.ids.length, batch.tokens.ids.length);
		if (shouldStop())
			throw new InterruptedError("the build was asked to stop.");
	}

	async #flushWindow(): Promise<void> {
		const began = performance.now();
		const writing = this.#output.writeTime;
		const schema = indexSchemaOf(this.#context.plan.settings.layout);
		this.#indexWriter ??= parquet.write(await this.#index.open(), schema, {
			compression: "snappy",
			batchRows: INDEX_BATCH_ROWS,
			metadata: new Map(),
		});
		await this.#window.flush(this.#output, this.#indexWriter);
		const written = this.#output.writeTime - writing;
		this.#times.write += written;
		this.#times.pack += performance.now() - began - written;
	}

	async #skip(bad: SkippedRecord, span: number): Promise<void> {
		const { source, number: line, position, reason } = bad;
		const entry = { source, line, position, reason, span };
		const list = await this.#skipped.open();
		await list.write(Buffer.from(`${JSON.stringify(entry)}\n`));
	}
}
