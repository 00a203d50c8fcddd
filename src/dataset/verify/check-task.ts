import { Int32Buffer } from "../../core/buffers.js";
import { addCounts } from "../../core/counts.js";
import { strataOf } from "../../documents/strata/strata-settings.js";
import { columnOf } from "../../tables/columns.js";
import { datasetFormats, shardSchema } from "../formats.js";
import { indexSchema, indexTable } from "../index-rows.js";
import { Ledger, ledgerSchema } from "../ledger-rows.js";
import { readLengths } from "../lengths.js";
import type {
	Manifest,
	ManifestIndex,
	ManifestLengths,
	ManifestShard,
} from "../manifest.js";
import { bucketKey, groupText, isSameGroup } from "../row-groups.js";
import { rowSchema } from "../rows.js";
import type { Settings } from "../settings.js";
import { shardCounts } from "../totals.js";
import { IndexCheck } from "./check-index.js";
import { LengthsCheck, StoreLengths, withoutPlaces } from "./check-lengths.js";
import { ShardCheck } from "./check-shard.js";
import type { FoundSequences } from "./found-sequences.js";
import type { StoreTokens } from "./found-trees.js";
import { ListedFiles } from "./listed-files.js";
import type { Problems } from "./problems.js";
import { countsOfSource, type Tally } from "./tally.js";

/** What a manifest lists of a task. */
export interface TaskFiles {
	task: number;
	shards: ManifestShard[];
	index: ManifestIndex[];
	lengths: ManifestLengths[];
	/** Of a packing by index: what its store lists. */
	stored: Pick<TaskFiles, "shards" | "lengths">;
}

/** The store of a packing by index. */
export interface StoreOfPacking {
	directory: string;
	settings: Settings;
}

/** What checks the files of tasks, one task after the other. */
export class TaskCheck {
	readonly #manifest: Manifest;
	readonly #store: StoreOfPacking | null;
	readonly #problems: Problems;
	readonly #tally: Tally;
	readonly #files: ListedFiles;
	readonly #ofStore: ListedFiles | null;

	/**
	 * @param manifest Its lists of files may be empty.
	 * @param store Null where the dataset has none, or where it cannot be read.
	 */
	constructor(
		manifest: Manifest,
		store: StoreOfPacking | null,
		files: ListedFiles,
		tally: Tally,
		problems: Problems,
	) {
		this.#manifest = manifest;
		this.#store = store;
		this.#files = files;
		this.#ofStore = store && new ListedFiles(store.directory, problems);
		this.#tally = tally;
		this.#problems = problems;
	}

	/** Nothing that it has read is valid any more. */
	close(): void {
		this.#files.close();
		this.#ofStore?.close();
	}

	/** Whether all that the tasks so far have was read. */
	get isWhole(): boolean {
		return (
			this.#files.unread.size === 0 &&
			(this.#ofStore === null || this.#ofStore.unread.size === 0)
		);
	}

	/**
	 * @param found What other tasks' shards have of its sequences; is added to.
	 * @param isWhole Whether that is all that there is.
	 */
	async check(
		files: TaskFiles,
		found: FoundSequences,
		isWhole: boolean,
	): Promise<void> {
		const { task, shards, index } = files;
		let isRead = isWhole;
		for (const shard of shards)
			if (!(await this.checkShard(shard, (of) => (of === task ? found : null))))
				isRead = false;
		if (index.length > 1)
			this.#problems.add(`task ${task} has ${index.length} index files`);
		if (this.#manifest.store !== undefined) {
			if (isRead) await this.#checkDocuments(files, found);
		} else if (index.length > 0) await this.#checkIndex(files, found, isRead);
		else if (found.count > 0)
			this.#problems.add(`task ${task} has rows, but no index file`);
	}

	/**
	 * @param sequencesOf The sequences of a task that it may hold some of; null where it may hold none.
	 * @returns Whether all of it was read.
	 */
	async checkShard(
		shard: ManifestShard,
		sequencesOf: (task: number) => FoundSequences | null,
	): Promise<boolean> {
		const { settings } = this.#manifest;
		const bucket = settings.buckets.findIndex(
			(each) => isSameGroup(each, shard) && each.length === shard.bucket,
		);
		if (bucket === -1) {
			this.#problems.add(
				`${shard.path} is of a bucket of ${shard.bucket} of ${groupText(shard)}, which the settings do not have`,
			);
			this.#files.unread.add(shard.path);
			await this.#files.check(shard);
			return false;
		}
		const check = new ShardCheck(
			this.#manifest,
			shard,
			bucket,
			this.#tally.rooms[bucket],
			sequencesOf,
			this.#problems,
		);
		const { read } = datasetFormats.find(settings.format);
		const schema = shardSchema(settings);
		const isRead = await this.#files.check(shard, async (file, bytes) => {
			for await (const batch of read(file, bytes, schema)) check.check(batch);
		});
		if (!isRead) return false;
		for (const what of shardCounts)
			if (check.counts[what] !== shard[what])
				this.#problems.add(
					`${shard.path} has ${check.counts[what]} ${what}; the manifest says ${shard[what]}`,
				);
		addCounts(this.#tally.counted.buckets, {
			[bucketKey(settings.buckets[bucket])]: check.counts,
		});
		const { rows, sequences, tokens, labels } = check.counts;
		addCounts(countsOfSource(this.#tally, shard.source), {
			...{ rows, sequences, tokens, labels },
		});
		return true;
	}

	/** @param isRead Whether all sequences of the task were found. */
	async #checkIndex(
		{ task, shards, index, lengths }: TaskFiles,
		found: FoundSequences,
		isRead: boolean,
	): Promise<void> {
		const { settings } = this.#manifest;
		const [file] = index;
		const isStore = this.#manifest.lengths !== undefined;
		const ofLengths =
			lengths[0] && new LengthsCheck(lengths[0], this.#problems);
		const check = isRead
			? new IndexCheck(this.#manifest, file, found, this.#problems)
			: null;
		const isChecked = await this.#files.check(file, async (readable, bytes) => {
			if (check === null) return;
			for await (const batch of indexTable.read(readable, bytes, indexSchema)) {
				check.check(batch);
				ofLengths?.note(columnOf(batch, "tokens", "int32").values);
			}
		});
		if (check !== null && isChecked) this.#count(check, file);
		if (lengths.length !== Number(isStore))
			this.#problems.add(
				lengths.length === 0
					? `task ${task} has documents, but no lengths of them`
					: `task ${task} has ${lengths.length} files of lengths`,
			);
		if (ofLengths === undefined) return;
		const compares = check !== null && isChecked;
		if (compares) ofLengths.checkRows(found, shards);
		const isListed = await this.#files.check(lengths[0], async (of, bytes) => {
			if (!compares) return;
			for await (const batch of readLengths(of, bytes, settings, false))
				ofLengths.check(batch);
		});
		if (compares && isListed) ofLengths.finish();
	}

	/** Checks the documents of a task of a store against the rows of a packing, and what its ledger says. */
	async #checkDocuments(
		{ task, index, stored }: TaskFiles,
		found: FoundSequences,
	): Promise<void> {
		const ledgerFile = index[0] ?? null;
		const ledger = new Ledger();
		const { read } = indexTable;
		if (
			ledgerFile !== null &&
			!(await this.#files.check(ledgerFile, async (readable, bytes) => {
				for await (const batch of read(readable, bytes, ledgerSchema))
					ledger.add(batch);
			}))
		)
			return;
		const [store, files] = [this.#store, this.#ofStore];
		if (store === null || files === null) return;
		const [file] = stored.lengths;
		if (file === undefined) {
			this.#problems.add(
				`there are rows of task ${task}, which ${store.directory} does not have`,
			);
			return;
		}
		const { settings } = store;
		const lengths = new StoreLengths();
		const isRead = await files.check(file, async (readable, bytes) => {
			for await (const batch of readLengths(readable, bytes, settings, false))
				lengths.add(batch);
		});
		if (!isRead) return;
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
		if (this.#manifest.settings.prefixTree === undefined) return;
		addCounts(this.#tally.counted, { trees: found.trees.counts });
		const tokens = await this.#readTokens(stored.shards, settings, files);
		if (tokens !== null) found.trees.check(tokens, this.#problems);
	}

	/** The tokens of a task of a store, all at once; null where they are not as they are listed. */
	async #readTokens(
		shards: readonly ManifestShard[],
		{ isMasked, carry, format }: Settings,
		files: ListedFiles,
	): Promise<StoreTokens | null> {
		const schema = rowSchema({ isMasked, carry });
		const { read } = datasetFormats.find(format);
		const ids = new Int32Buffer();
		const offsets = new Int32Buffer();
		const lossMask = isMasked ? new Int32Buffer() : null;
		offsets.push(0);
		for (const shard of shards) {
			const isRead = await files.check(shard, async (file, bytes) => {
				for await (const batch of read(file, bytes, schema)) {
					const tokens = columnOf(batch, "input_ids", "list<int32>");
					const before = ids.length;
					ids.append(tokens.values);
					for (const end of tokens.offsets.subarray(1))
						offsets.push(before + end);
					lossMask?.append(columnOf(batch, "loss_mask", "list<int32>").values);
				}
			});
			if (!isRead) return null;
		}
		return {
			ids: ids.view(),
			offsets: offsets.view(),
			lossMask: lossMask?.view() ?? null,
		};
	}

	/** Counts what a check has come to once all documents of a task are checked. */
	#count(check: IndexCheck, file: ManifestIndex): void {
		check.finish();
		const { documents, tokens: tokensRead, counts } = check;
		addCounts(this.#tally.counted, { documents, tokensRead, ...counts });
		addCounts(countsOfSource(this.#tally, file.source), {
			...{ documents, tokensRead },
		});
	}
}
