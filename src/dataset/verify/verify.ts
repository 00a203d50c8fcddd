import { addCounts } from "../../core/counts.js";
import { SeqpackError } from "../../core/errors.js";
import { strataOf } from "../../documents/strata/strata-settings.js";
import {
	type ReadableFile,
	readAll,
	type Storage,
} from "../../storage/storage.js";
import { storageAt } from "../../storage/storages.js";
import { columnOf } from "../../tables/columns.js";
import { datasetFormats, shardSchema } from "../formats.js";
import { indexSchema, indexTable } from "../index-rows.js";
import { injectedSchema, injectedTable } from "../injected-rows.js";
import { Ledger, ledgerSchema } from "../ledger-rows.js";
import { readLengths } from "../lengths.js";
import {
	type DatasetFile,
	filesOf,
	type Manifest,
	type ManifestIndex,
	type ManifestInjected,
	type ManifestLengths,
	type ManifestShard,
} from "../manifest.js";
import { openStore } from "../open-store.js";
import { readManifest } from "../read-manifest.js";
import { bucketKey, groupText, isSameGroup } from "../row-groups.js";
import type { Settings } from "../settings.js";
import { emptyTotals, shardCounts } from "../totals.js";
import { checkStrangers, isAsListed } from "./check-files.js";
import { checkHistory } from "./check-history.js";
import { IndexCheck } from "./check-index.js";
import { InjectedCheck } from "./check-injected.js";
import { LengthsCheck, StoreLengths, withoutPlaces } from "./check-lengths.js";
import { ShardCheck } from "./check-shard.js";
import { checkSources, type RecountedSource } from "./check-sources.js";
import { checkTotals, type Recounted } from "./check-totals.js";
import { FoundSequences } from "./found-sequences.js";
import { Problems } from "./problems.js";

export interface VerifyResult {
	/** What is wrong, as sentences; empty when all is well. The first `mostProblems` only. */
	problems: string[];
	/** How many there are in all. */
	problemCount: number;
	/** What was read again. */
	files: number;
	rows: number;
	sequences: number;
	documents: number;
	tokens: number;
}

export interface VerifyOptions {
	/** Most problems to tell of; default 20. */
	mostProblems?: number;
	/** Told of files checked, of how many. */
	onProgress?: (files: number, totalFiles: number) => void;
}

/**
 * Reads a whole dataset again and checks it against its manifest: every file's
 * checksum, every row's lengths and token ids, that the sequences of each document
 * cover it exactly once and lie where the index says, and that the totals balance. A
 * file that is not the one that the manifest lists is not read. Memory is bounded by
 * the sequences of one task, and those that tasks left over.
 * @throws UsageError, DataError when there is no manifest to check against.
 */
export async function verify(
	directory: string,
	options: VerifyOptions = {},
): Promise<VerifyResult> {
	const manifest = await readManifest(directory);
	return new Verification(directory, manifest, options).run();
}

class Verification {
	readonly #storage: Storage;
	readonly #directory: string;
	readonly #manifest: Manifest;
	readonly #problems: Problems;
	readonly #onProgress: NonNullable<VerifyOptions["onProgress"]>;
	readonly #counted: Recounted;
	readonly #rooms: Float64Array[];
	readonly #sources = new Map<string | null, RecountedSource>();
	/** The store of a packing by index. */
	#store: {
		storage: Storage;
		directory: string;
		lengths: ManifestLengths[];
		settings: Settings;
	} | null = null;
	#files = 0;
	/** Files that could not be read: what they hold is in no count. */
	readonly #unread = new Set<string>();

	constructor(
		directory: string,
		manifest: Manifest,
		{ mostProblems = 20, onProgress = () => {} }: VerifyOptions,
	) {
		this.#storage = storageAt(directory);
		this.#directory = directory;
		this.#manifest = manifest;
		this.#problems = new Problems(mostProblems);
		this.#onProgress = onProgress;
		const { documents, buckets, dropped, skippedRecords } = emptyTotals();
		this.#counted = {
			documents,
			buckets,
			dropped,
			skippedRecords,
			repeatedTokens: 0,
			cutDocuments: 0,
			tokensRead: 0,
		};
		this.#rooms = manifest.settings.buckets.map(
			({ capacity }) => new Float64Array(capacity + 1),
		);
	}

	async run(): Promise<VerifyResult> {
		const { shards, index, skipped, injected, beside, tasks } = this.#manifest;
		await this.#openStore();
		/** What the shards of repack tasks hold of each task. */
		const leftovers = new Map<number, FoundSequences>();
		const repacked = shards.filter(({ task }) => task >= tasks.read);
		for (const shard of repacked)
			await this.#checkShard(shard, (task) =>
				task < tasks.read
					? entry(leftovers, task, this.#manifest.settings)
					: null,
			);
		const isWhole = !repacked.some(({ path }) => this.#unread.has(path));
		const ofTask = groupByTask(shards.filter(({ task }) => task < tasks.read));
		for (const task of new Set([
			...ofTask.keys(),
			...index.map(({ task }) => task),
			...(this.#store?.lengths.map(({ task }) => task) ?? []),
			...leftovers.keys(),
		])) {
			const found =
				leftovers.get(task) ?? new FoundSequences(this.#manifest.settings);
			leftovers.delete(task);
			await this.#checkTask(task, ofTask.get(task) ?? [], found, isWhole);
		}
		if (skipped !== null) await this.#checkSkipped(skipped);
		if (injected !== undefined) await this.#checkInjected(injected);
		for (const file of beside) await this.#isAsListed(file);
		checkHistory(this.#manifest, this.#problems);
		await checkStrangers(
			this.#storage,
			this.#directory,
			this.#manifest,
			this.#problems,
		);
		// Of what was not read nothing can be said.
		if (this.#unread.size === 0) {
			checkTotals(this.#manifest, this.#counted, this.#rooms, this.#problems);
			checkSources(this.#manifest, this.#sources, this.#problems);
		}
		return this.#result();
	}

	#result(): VerifyResult {
		const rows = Object.values(this.#counted.buckets);
		const sum = (key: "rows" | "sequences" | "tokens") =>
			rows.reduce((total, counts) => total + counts[key], 0);
		return {
			problems: this.#problems.sentences,
			problemCount: this.#problems.count,
			files: this.#files,
			rows: sum("rows"),
			sequences: sum("sequences"),
			documents: this.#counted.documents,
			tokens: sum("tokens"),
		};
	}

	/** Finds the store whose tokens a packing means; another one is a problem. */
	async #openStore(): Promise<void> {
		const { store } = this.#manifest;
		if (store === undefined) return;
		try {
			const { directory, manifest } = await openStore(this.#directory, store);
			const { lengths = [], settings } = manifest;
			this.#store = {
				directory,
				storage: storageAt(directory),
				lengths,
				settings,
			};
		} catch (error) {
			if (!(error instanceof SeqpackError)) throw error;
			this.#problems.add(error.message.replace(/\.$/, ""));
			this.#unread.add(store.path);
		}
	}

	/** @param isWhole Whether all sequences that the task left over were found. */
	async #checkTask(
		task: number,
		shards: readonly ManifestShard[],
		found: FoundSequences,
		isWhole: boolean,
	): Promise<void> {
		for (const shard of shards)
			await this.#checkShard(shard, (of) => (of === task ? found : null));
		const files = this.#manifest.index.filter((file) => file.task === task);
		if (files.length > 1)
			this.#problems.add(`task ${task} has ${files.length} index files`);
		if (this.#manifest.store !== undefined) {
			if (isWhole && !shards.some(({ path }) => this.#unread.has(path)))
				await this.#checkDocuments(task, files[0] ?? null, found);
			return;
		}
		if (files.length === 0 && found.count > 0)
			this.#problems.add(`task ${task} has rows, but no index file`);
		if (files.length === 0) return;
		const canCheck =
			isWhole && !shards.some(({ path }) => this.#unread.has(path));
		const lengths = this.#manifest.lengths?.find((file) => file.task === task);
		const check = lengths && new LengthsCheck(lengths, this.#problems);
		const isChecked = await this.#checkIndex(
			files[0],
			canCheck ? found : null,
			(tokens) => check?.note(tokens),
		);
		if (lengths === undefined || check === undefined) {
			if (this.#manifest.lengths !== undefined)
				this.#problems.add(
					`task ${task} has documents, but no lengths of them`,
				);
			return;
		}
		if (!(await this.#isAsListed(lengths)) || !isChecked) return;
		check.checkRows(found, shards);
		await this.#read(lengths, async (file, bytes) => {
			const { settings } = this.#manifest;
			for await (const batch of readLengths(file, bytes, settings, false))
				check.check(batch);
		});
		check.finish();
	}

	/** Checks the documents of a task of a store against the rows of a packing, and what its ledger says. */
	async #checkDocuments(
		task: number,
		ledgerFile: ManifestIndex | null,
		found: FoundSequences,
	): Promise<void> {
		const store = this.#store;
		const file = store?.lengths.find((each) => each.task === task);
		const ledger = new Ledger();
		if (ledgerFile !== null) {
			if (!(await this.#isAsListed(ledgerFile))) return;
			await this.#read(ledgerFile, async (readable, bytes) => {
				for await (const batch of indexTable.read(
					readable,
					bytes,
					ledgerSchema,
				))
					ledger.add(batch);
			});
		}
		if (store === null) return;
		if (file === undefined) {
			this.#problems.add(
				`there are rows of task ${task}, which ${store.directory} does not have`,
			);
			return;
		}
		const { storage, directory, settings } = store;
		const isListed = await isAsListed(storage, directory, file, this.#problems);
		if (!isListed) {
			this.#unread.add(file.path);
			return;
		}
		const lengths = new StoreLengths();
		const read = async (readable: ReadableFile, bytes: number) => {
			for await (const batch of readLengths(readable, bytes, settings, false))
				lengths.add(batch);
		};
		await this.#read(file, read, { storage, directory });
		const check = new IndexCheck(this.#manifest, file, found, this.#problems, {
			labelsOf: lengths.labelsOf,
			stratumOf: lengths.stratumOf(strataOf(settings.strata)),
		});
		for (const tokens of lengths.tokens)
			check.checkDocuments(
				withoutPlaces(tokens, ledger.take(check.documents, tokens.length)),
			);
		if (ledger.left > 0)
			this.#problems.add(
				`${ledgerFile?.path} speaks of ${ledger.left} documents that ${file.path} does not have, or out of their order`,
			);
		this.#count(check, file);
	}

	/** Counts what a check has come to once all documents of a task are checked. */
	#count(check: IndexCheck, file: ManifestIndex): void {
		check.finish();
		const { documents, tokens: tokensRead, counts } = check;
		addCounts(this.#counted, { documents, tokensRead, ...counts });
		addCounts(this.#sourceOf(file), { documents, tokensRead });
	}

	/** @param sequencesOf The sequences of a task that it may hold some of; null where it may hold none. */
	async #checkShard(
		shard: ManifestShard,
		sequencesOf: (task: number) => FoundSequences | null,
	): Promise<void> {
		if (!(await this.#isAsListed(shard))) return;
		const { settings } = this.#manifest;
		const bucket = settings.buckets.findIndex(
			(each) => isSameGroup(each, shard) && each.length === shard.bucket,
		);
		if (bucket === -1) {
			this.#problems.add(
				`${shard.path} is of a bucket of ${shard.bucket} of ${groupText(shard)}, which the settings do not have`,
			);
			this.#unread.add(shard.path);
			return;
		}
		const check = new ShardCheck(
			this.#manifest,
			shard,
			bucket,
			this.#rooms[bucket],
			sequencesOf,
			this.#problems,
		);
		const { read } = datasetFormats.find(settings.format);
		await this.#read(shard, async (file, bytes) => {
			for await (const batch of read(file, bytes, shardSchema(settings)))
				check.check(batch);
		});
		for (const what of shardCounts)
			if (check.counts[what] !== shard[what])
				this.#problems.add(
					`${shard.path} has ${check.counts[what]} ${what}; the manifest says ${shard[what]}`,
				);
		addCounts(this.#counted.buckets, {
			[bucketKey(settings.buckets[bucket])]: check.counts,
		});
		const { rows, sequences, tokens, labels } = check.counts;
		addCounts(this.#sourceOf(shard), { rows, sequences, tokens, labels });
	}

	/** @param found Null where not all sequences of the task could be read. */
	async #checkIndex(
		file: ManifestIndex,
		found: FoundSequences | null,
		onTokens: (tokens: Int32Array) => void,
	): Promise<boolean> {
		if (!(await this.#isAsListed(file)) || found === null) return false;
		const check = new IndexCheck(this.#manifest, file, found, this.#problems);
		await this.#read(file, async (readable, bytes) => {
			for await (const batch of indexTable.read(readable, bytes, indexSchema)) {
				check.check(batch);
				onTokens(columnOf(batch, "tokens", "int32").values);
			}
		});
		this.#count(check, file);
		return true;
	}

	#sourceOf({ source }: ManifestShard | ManifestIndex): RecountedSource {
		const known = this.#sources.get(source);
		if (known !== undefined) return known;
		const counts = {
			...{ documents: 0, tokensRead: 0 },
			...{ rows: 0, sequences: 0, tokens: 0, labels: 0 },
		};
		this.#sources.set(source, counts);
		return counts;
	}

	async #checkSkipped(file: DatasetFile): Promise<void> {
		if (!(await this.#isAsListed(file))) return;
		const path = `${this.#directory}/${file.path}`;
		const list = (await readAll(this.#storage, path)).toString("utf8");
		for (const line of list.split("\n")) {
			if (line === "") continue;
			const { reason } = JSON.parse(line);
			addCounts(this.#counted.skippedRecords, { [String(reason)]: 1 });
		}
	}

	async #checkInjected(file: ManifestInjected): Promise<void> {
		if (!(await this.#isAsListed(file))) return;
		const check = new InjectedCheck(this.#manifest, file, this.#problems);
		await this.#read(file, async (readable, bytes) => {
			for await (const batch of injectedTable.read(
				readable,
				bytes,
				injectedSchema,
			))
				check.check(batch);
			check.finish();
		});
	}

	async #isAsListed(file: DatasetFile): Promise<boolean> {
		const total = filesOf(this.#manifest).length;
		this.#onProgress(++this.#files, total);
		const isListed = await isAsListed(
			this.#storage,
			this.#directory,
			file,
			this.#problems,
		);
		if (!isListed) this.#unread.add(file.path);
		return isListed;
	}

	/** Opens a file for `action`; a file that cannot be read as what it should be is a problem, not an end. */
	async #read(
		{ path, bytes }: DatasetFile,
		action: (file: ReadableFile, bytes: number) => Promise<void>,
		{ storage, directory } = {
			storage: this.#storage,
			directory: this.#directory,
		},
	): Promise<void> {
		const file = await storage.open(`${directory}/${path}`);
		try {
			await action(file, bytes);
		} catch (error) {
			this.#problems.add(`${path} cannot be read: ${(error as Error).message}`);
			this.#unread.add(path);
		} finally {
			await file.close();
		}
	}
}

function groupByTask(
	shards: readonly ManifestShard[],
): Map<number, ManifestShard[]> {
	const groups = new Map<number, ManifestShard[]>();
	for (const shard of shards) {
		const group = groups.get(shard.task);
		if (group === undefined) groups.set(shard.task, [shard]);
		else group.push(shard);
	}
	return groups;
}

function entry(
	leftovers: Map<number, FoundSequences>,
	task: number,
	settings: Manifest["settings"],
): FoundSequences {
	const found = leftovers.get(task) ?? new FoundSequences(settings);
	leftovers.set(task, found);
	return found;
}
