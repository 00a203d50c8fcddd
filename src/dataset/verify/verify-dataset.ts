import { addCounts } from "../../core/counts.js";
import { InterruptedError, SeqpackError } from "../../core/errors.js";
import { parseJson } from "../../core/json.js";
import { type Progress, progressOf } from "../../core/progress.js";
import { readAll } from "../../storage/storage.js";
import { storageAt } from "../../storage/storages.js";
import { usableCpus } from "../../storage/usable-cpus.js";
import { injectedSchema, injectedTable } from "../injected-rows.js";
import {
	type DatasetFile,
	filesOf,
	type Manifest,
	type ManifestInjected,
} from "../manifest.js";
import { openStore, type StoreManifest } from "../open-store.js";
import { readManifest } from "../read-manifest.js";
import { checkHistory } from "./check-history.js";
import { InjectedCheck } from "./check-injected.js";
import { checkBeside, checkLists, checkStrangers } from "./check-lists.js";
import { checkSources } from "./check-sources.js";
import {
	type StoreOfPacking,
	TaskCheck,
	type TaskFiles,
} from "./check-task.js";
import { checkTasks } from "./check-tasks.js";
import { checkTotals } from "./check-totals.js";
import { FoundSequences } from "./found-sequences.js";
import { ListedFiles } from "./listed-files.js";
import { Problems } from "./problems.js";
import type { VerifyOptions, VerifyResult } from "./result.js";
import { addTally, emptyTally, type Tally } from "./tally.js";

/**
 * Reads a whole dataset again and checks it against its manifest: every file's
 * checksum, every row's lengths and token ids, that the sequences of each document
 * cover it exactly once and lie where the index says, and that the totals balance. A
 * file that is not the one that the manifest lists is not read. Memory is bounded by
 * the sequences of one task of each thread, and those that tasks left over.
 * @throws UsageError, DataError when there is no manifest to check against.
 */
export async function verifyDataset(
	directory: string,
	options: VerifyOptions = {},
): Promise<VerifyResult> {
	const manifest = await readManifest(directory);
	return new Verification(directory, manifest, options).run();
}

/** What a task's check is told of a dataset: all but its lists of files. */
function withoutLists(manifest: Manifest): Manifest {
	const { lengths, ...rest } = manifest;
	return {
		...rest,
		...{ inputs: [], shards: [], index: [], beside: [] },
		...(lengths && { lengths: [] }),
	};
}

class Verification {
	readonly #directory: string;
	readonly #manifest: Manifest;
	readonly #options: VerifyOptions;
	readonly #problems: Problems;
	readonly #tally: Tally;
	readonly #files: ListedFiles;
	readonly #progress: Progress;
	/** Whether all that there is was read. */
	#isWhole = true;

	constructor(directory: string, manifest: Manifest, options: VerifyOptions) {
		this.#directory = directory;
		this.#manifest = manifest;
		this.#options = options;
		this.#problems = new Problems(options.mostProblems ?? 20);
		this.#tally = emptyTally(manifest.settings);
		const files = filesOf(manifest);
		this.#progress = progressOf("verifying", "file", {
			total: files.length,
			totalBytes: files.reduce((sum, file) => sum + file.bytes, 0),
		});
		options.onProgress?.({ ...this.#progress });
		this.#files = new ListedFiles(directory, this.#problems, this.#onFile);
	}

	async run(): Promise<VerifyResult> {
		const { skipped, injected, beside } = this.#manifest;
		checkLists(this.#manifest, this.#problems);
		await this.#checkTasks();
		if (skipped !== null) await this.#checkSkipped(skipped);
		if (injected !== undefined) await this.#checkInjected(injected);
		for (const file of beside) await this.#files.check(file);
		checkBeside(this.#manifest, this.#problems);
		checkHistory(this.#manifest, this.#problems);
		await checkStrangers(this.#directory, this.#manifest, this.#problems);
		// Of what was not read nothing can be said.
		if (this.#isWhole && this.#files.unread.size === 0) {
			const { counted, rooms, sources } = this.#tally;
			checkTotals(this.#manifest, counted, rooms, this.#problems);
			checkSources(this.#manifest, sources, this.#problems);
		}
		return this.#result();
	}

	/** Checks the shards of repack tasks, which hold rows of others, and then the other tasks one by one. */
	async #checkTasks(): Promise<void> {
		const { shards, tasks, settings } = this.#manifest;
		const store = await this.#openStore();
		const ofStore: StoreOfPacking | null = store && {
			directory: store.directory,
			settings: store.manifest.settings,
		};
		const manifest = withoutLists(this.#manifest);
		const here = new TaskCheck(
			...([manifest, ofStore, this.#files] as const),
			...([this.#tally, this.#problems] as const),
		);
		/** What the shards of repack tasks hold of each task. */
		const leftovers = new Map<number, FoundSequences>();
		const leftoversOf = (task: number) => {
			if (!(task >= 0 && task < tasks.read)) return null;
			const found = leftovers.get(task) ?? new FoundSequences(settings);
			leftovers.set(task, found);
			return found;
		};
		for (const shard of shards)
			if (shard.task >= tasks.read) await here.checkShard(shard, leftoversOf);
		const { isWhole } = here;
		here.close();
		const files = tasksOf(this.#manifest, store?.manifest ?? null, leftovers);
		await checkTasks(
			{
				directory: this.#directory,
				manifest,
				store: ofStore,
				mostProblems: this.#problems.most,
				isWhole,
			},
			files.map((task) => ({
				files: task,
				found: () => {
					const found = leftovers.get(task.task);
					leftovers.delete(task.task);
					return found ?? null;
				},
			})),
			this.#threads(files.length),
			{
				onFile: this.#onFile,
				onTask: ({ problems, tally, isWhole }) => {
					this.#problems.append(problems);
					addTally(this.#tally, tally);
					for (const { tokens } of Object.values(tally.counted.buckets))
						this.#progress.tokens += tokens;
					this.#progress.documents += tally.counted.documents;
					this.#isWhole &&= isWhole;
				},
			},
		);
		this.#isWhole &&= isWhole;
	}

	/** As many threads as are asked for, or as are worth their start. */
	#threads(tasks: number): number {
		const { workers } = this.#options;
		const bytes = this.#manifest.shards.reduce(
			(sum, file) => sum + file.bytes,
			0,
		);
		const worth = Math.floor(bytes / BYTES_OF_THREAD);
		const most = Math.min(workers ?? Math.min(usableCpus(), worth), tasks);
		return most > 1 ? most : 0;
	}

	/** Finds the store whose tokens a packing means; another one is a problem. */
	async #openStore() {
		const { store } = this.#manifest;
		if (store === undefined) return null;
		try {
			return await openStore(this.#directory, store);
		} catch (error) {
			if (!(error instanceof SeqpackError)) throw error;
			this.#problems.add(error.message.replace(/\.$/, ""));
			this.#isWhole = false;
			return null;
		}
	}

	async #checkSkipped(file: Manifest["skipped"] & DatasetFile): Promise<void> {
		const { skippedRecords } = this.#tally.counted;
		let rows = 0;
		await this.#files.check(file, async () => {
			const path = `${this.#directory}/${file.path}`;
			const list = await readAll(storageAt(path), path);
			for (const line of list.toString("utf8").split("\n")) {
				if (line === "") continue;
				const { reason } = parseJson(line);
				addCounts(skippedRecords, { [String(reason)]: 1 });
				rows++;
			}
		});
		if (rows !== file.rows && !this.#files.unread.has(file.path))
			this.#problems.add(
				`${file.path} has ${rows} rows; the manifest says ${file.rows}`,
			);
	}

	async #checkInjected(file: ManifestInjected): Promise<void> {
		const check = new InjectedCheck(this.#manifest, file, this.#problems);
		await this.#files.check(file, async (readable, bytes) => {
			const { read } = injectedTable;
			for await (const batch of read(readable, bytes, injectedSchema))
				check.check(batch);
			check.finish();
		});
	}

	readonly #onFile = (bytes: number): void => {
		if (this.#options.signal?.aborted)
			throw new InterruptedError("verifying was stopped.");
		this.#progress.done++;
		this.#progress.bytes += bytes;
		this.#options.onProgress?.({ ...this.#progress });
	};

	#result(): VerifyResult {
		const { counted } = this.#tally;
		const rows = Object.values(counted.buckets);
		const sum = (key: "rows" | "sequences" | "tokens") =>
			rows.reduce((total, counts) => total + counts[key], 0);
		return {
			kind: "dataset",
			problems: this.#problems.sentences,
			problemCount: this.#problems.count,
			files: this.#progress.done,
			rows: sum("rows"),
			sequences: sum("sequences"),
			documents: counted.documents,
			tokens: sum("tokens"),
		};
	}
}

/** Bytes of shards that a thread is to have at least where nobody says how many there are. */
const BYTES_OF_THREAD = 1 << 26;

/** The files of each task that has read the input, in the order of the tasks. */
function tasksOf(
	manifest: Manifest,
	store: StoreManifest | null,
	leftovers: ReadonlyMap<number, unknown>,
): TaskFiles[] {
	const tasks = new Map<number, TaskFiles>();
	const of = (task: number): TaskFiles => {
		const known = tasks.get(task) ?? {
			...{ task, shards: [], index: [], lengths: [] },
			stored: { shards: [], lengths: [] },
		};
		tasks.set(task, known);
		return known;
	};
	for (const shard of manifest.shards)
		if (!(shard.task >= manifest.tasks.read)) of(shard.task).shards.push(shard);
	for (const file of manifest.index) of(file.task).index.push(file);
	for (const file of manifest.lengths ?? []) of(file.task).lengths.push(file);
	for (const task of leftovers.keys()) of(task);
	if (store !== null) {
		for (const file of store.lengths ?? [])
			of(file.task).stored.lengths.push(file);
		for (const shard of store.shards)
			tasks.get(shard.task)?.stored.shards.push(shard);
	}
	return [...tasks.values()].sort((a, b) => a.task - b.task);
}
