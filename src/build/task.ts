import { DataError, InterruptedError } from "../core/errors.js";
import { indexSchemaOf } from "../dataset/index-rows.js";
import { emptyTotals, type Totals } from "../dataset/totals.js";
import { badRecordError, readSpan } from "../sources/read-documents.js";
import type {
	BadRecord,
	InputFile,
	ReadOptions,
	Span,
} from "../sources/source.js";
import type { Storage } from "../storage/storage.js";
import { parquet } from "../tables/parquet.js";
import type { TableWriter } from "../tables/table.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { createOutput } from "./create-output.js";
import type { Output } from "./output.js";
import { indexPath, skippedPath } from "./paths.js";
import type { Plan } from "./plan.js";
import {
	type SkippedRecord,
	sparse,
	type TaskRecord,
	writeRecord,
} from "./record.js";
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
	readonly #lines: number[] = [];
	readonly #times: StageTimes = { read: 0, tokenize: 0, pack: 0, write: 0 };
	readonly #output: Output;
	readonly #window: Window;
	readonly #index: StagedFile;
	readonly #skipped: StagedFile;
	#indexWriter: TableWriter | null = null;

	constructor(context: TaskContext, task: number) {
		const { storage, out, plan, tokenizer } = context;
		this.#context = context;
		this.#task = task;
		const totals = this.#totals;
		this.#output = createOutput({ storage, out, plan, task, totals });
		this.#window = new Window(task, plan.settings, tokenizer, this.#totals);
		this.#index = new StagedFile(storage, out, indexPath(task));
		this.#skipped = new StagedFile(storage, out, skippedPath(task));
	}

	async build(): Promise<StageTimes> {
		const { plan, files, storage, out } = this.#context;
		for (const { input, start, end } of plan.tasks[this.#task])
			await this.#readSpan(files[input], { start, end });
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
			lines: this.#lines,
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

	async #readSpan(file: InputFile, span: Span): Promise<void> {
		const { plan, storage, shouldStop, onProgress } = this.#context;
		await requireUnchanged(storage, file);
		const counts = { bytes: 0, records: 0, lines: 0 };
		const options: ReadOptions = {
			storage,
			counts,
			textField: plan.settings.textField,
			idField: plan.settings.idField,
			onBadRecord: (bad) => this.#badRecord(file, span, bad),
		};
		const times = this.#times;
		const totals = this.#totals;
		let bytes = 0;
		let began = performance.now();
		for await (const batch of readSpan(file, span, options)) {
			const read = performance.now();
			times.read += read - began;
			const documents = totals.documents;
			const tokens = totals.textTokens;
			let flushing = 0;
			for (let at = 0; at < batch.texts.length; at++) {
				this.#window.add(batch, at, file.source);
				if (this.#window.isFull) {
					const before = performance.now();
					await this.#flushWindow();
					flushing += performance.now() - before;
				}
			}
			times.tokenize += performance.now() - read - flushing;
			onProgress(
				counts.bytes - bytes,
				totals.documents - documents,
				totals.textTokens - tokens,
			);
			bytes = counts.bytes;
			if (shouldStop())
				throw new InterruptedError("the build was asked to stop.");
			began = performance.now();
		}
		totals.records += counts.records;
		this.#lines.push(counts.lines);
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

	async #badRecord(file: InputFile, span: Span, bad: BadRecord): Promise<void> {
		const { storage, onError } = this.#context;
		if (onError === "stop")
			throw await badRecordError(storage, file, span, bad);
		const { skippedRecords } = this.#totals;
		skippedRecords[bad.reason] = (skippedRecords[bad.reason] ?? 0) + 1;
		const { line, position, reason } = bad;
		const entry: SkippedRecord & { span: number } = {
			source: file.source,
			line,
			position,
			reason,
			span: this.#lines.length,
		};
		const list = await this.#skipped.open();
		await list.write(Buffer.from(`${JSON.stringify(entry)}\n`));
	}
}

async function requireUnchanged(
	storage: Storage,
	file: InputFile,
): Promise<void> {
	const now = await storage.stat(file.path);
	if (now?.size !== file.size)
		throw new DataError(
			"input-changed",
			`${file.path} changed while it was being built from: it had ${file.size} bytes and ${now === null ? "is gone" : `has ${now.size}`}. Build again with --overwrite once it no longer changes.`,
		);
}
