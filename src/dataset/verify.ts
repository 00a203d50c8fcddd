import { bucketOf } from "../decompose/whole.js";
import { sha256OfFile } from "../storage/hash.js";
import type { ReadableFile, Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { columnOf } from "../tables/columns.js";
import { parquet } from "../tables/parquet.js";
import { findTableFormat } from "../tables/tables.js";
import { bucketOfPath } from "./bucket-name.js";
import { checkMaskColumns } from "./check-mask-columns.js";
import { filesOfDataset } from "./files.js";
import { indexSchemaOf } from "./index-rows.js";
import { loadFromDiskPaths } from "./load-from-disk.js";
import type { Manifest, ManifestFile, ManifestShard } from "./manifest.js";
import { MetSequences } from "./met-sequences.js";
import { openDataset } from "./open.js";
import { numberOfDocument, packedSchemaWith, taskOfDocument } from "./rows.js";
import { summarize } from "./summary.js";
import { addDropped, bucketTotals, emptyTotals, imbalances } from "./totals.js";

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
 * checksum and row count, every row's lengths and token ids, that the sequences
 * of each document cover it exactly once and lie where the index says, and that
 * the totals balance. Memory is bounded by the sequences of one task.
 * @throws UsageError, DataError when there is no manifest to check against.
 */
export async function verify(
	directory: string,
	options: VerifyOptions = {},
): Promise<VerifyResult> {
	const manifest = await openDataset(storageAt(directory), directory);
	return new Verification(directory, manifest, options).run();
}

class Verification {
	readonly #storage: Storage;
	readonly #directory: string;
	readonly #manifest: Manifest;
	readonly #mostProblems: number;
	readonly #onProgress: (files: number, totalFiles: number) => void;
	readonly #result: VerifyResult = {
		problems: [],
		problemCount: 0,
		files: 0,
		rows: 0,
		sequences: 0,
		documents: 0,
		tokens: 0,
	};
	/** Counted again from the files, to compare with the manifest's. */
	readonly #totals = emptyTotals();
	#tokensRead = 0;
	/** Sequences by the room that they take. */
	readonly #roomCounts: Float64Array;

	constructor(directory: string, manifest: Manifest, options: VerifyOptions) {
		this.#storage = storageAt(directory);
		this.#directory = directory;
		this.#manifest = manifest;
		this.#roomCounts = new Float64Array(manifest.settings.seqLen + 1);
		this.#mostProblems = options.mostProblems ?? 20;
		this.#onProgress = options.onProgress ?? (() => {});
	}

	async run(): Promise<VerifyResult> {
		const { shards, index, tasks, skipped } = this.#manifest;
		const { remainderTasks } = this.#manifest;
		const byTask = new Map<number, ManifestShard[]>();
		for (const shard of shards) {
			const task = numberAfter("train-", shard.path);
			byTask.set(task, [...(byTask.get(task) ?? []), shard]);
		}
		const indexOf = new Map(
			index.map((file) => [numberAfter("index/", file.path), file]),
		);
		/** What remainder tasks hold of each task. */
		const left = new Map<number, MetSequences>();
		for (let task = tasks; task < tasks + remainderTasks; task++)
			for (const shard of byTask.get(task) ?? [])
				await this.#checkShard(shard, -1, (of) => {
					if (of >= tasks) return null;
					const met = left.get(of) ?? new MetSequences();
					left.set(of, met);
					return met;
				});
		for (let task = 0; task < tasks; task++) {
			const met = left.get(task) ?? new MetSequences();
			left.delete(task);
			for (const shard of byTask.get(task) ?? [])
				await this.#checkShard(shard, numberOfShard(shard.path), (of) =>
					of === task ? met : null,
				);
			const file = indexOf.get(task);
			if (file !== undefined) await this.#checkIndex(file, met);
			else if (met.document.length > 0)
				this.#problem(`task ${task} has rows, but no index file`);
		}
		if (skipped !== null) await this.#checkFile(skipped);
		await this.#checkStrangers();
		this.#checkTotals();
		return this.#result;
	}

	#problem(sentence: string): void {
		const { problems } = this.#result;
		this.#result.problemCount++;
		if (problems.length < this.#mostProblems) problems.push(sentence);
	}

	/** Size and checksum; false when the file cannot be read at all. */
	async #checkFile(file: ManifestFile): Promise<boolean> {
		const { shards, index, skipped } = this.#manifest;
		const path = `${this.#directory}/${file.path}`;
		const total = shards.length + index.length + (skipped === null ? 0 : 1);
		this.#onProgress(++this.#result.files, total);
		if ((await this.#storage.stat(path))?.kind !== "file") {
			this.#problem(`${file.path} is missing`);
			return false;
		}
		const { bytes, sha256 } = await sha256OfFile(this.#storage, path);
		if (bytes !== file.bytes)
			this.#problem(
				`${file.path} has ${bytes} bytes; the manifest says ${file.bytes}`,
			);
		else if (sha256 !== file.sha256)
			this.#problem(`${file.path} has another SHA-256 than the manifest says`);
		return true;
	}

	/**
	 * @param number The shard's number in its task; -1 for shards of remainders, which
	 * the index does not tell apart.
	 * @param metOf The sequences of a task that the shard may hold some of.
	 */
	async #checkShard(
		shard: ManifestShard,
		number: number,
		metOf: (task: number) => MetSequences | null,
	): Promise<void> {
		if (!(await this.#checkFile(shard))) return;
		const before = { ...this.#result };
		const { format } = this.#manifest.settings;
		await this.#read(shard, async (file, bytes) => {
			const batches = findTableFormat(format).read(
				file,
				bytes,
				packedSchemaWith(this.#manifest.settings),
			);
			let firstRow = 0;
			for await (const batch of batches) {
				this.#checkRows(shard.path, batch, number, firstRow, metOf);
				firstRow += batch.rows;
			}
		});
		for (const [key, what] of [
			["rows", "rows"],
			["sequences", "sequences"],
			["tokens", "tokens"],
		] as const) {
			const found = this.#result[key] - before[key];
			if (found !== shard[key])
				this.#problem(
					`${shard.path} has ${found} ${what}; the manifest says ${shard[key]}`,
				);
		}
	}

	#checkRows(
		path: string,
		batch: Parameters<typeof columnOf>[0],
		shard: number,
		firstRow: number,
		metOf: (task: number) => MetSequences | null,
	): void {
		const ids = columnOf(batch, "input_ids", "list<int32>");
		const lengths = columnOf(batch, "seq_lengths", "list<int32>");
		const docIds = columnOf(batch, "doc_ids", "list<int64>");
		const docOffsets = columnOf(batch, "doc_offsets", "list<int32>");
		const { maxSequences, minSequence, padDocumentToMultiple, buckets } =
			this.#manifest.settings;
		const bucket = bucketOfPath(path);
		const capacities = buckets?.buckets.map(
			({ length }) => length + Number(buckets.plusOne),
		);
		const seqLen =
			bucket === null
				? this.#manifest.settings.seqLen
				: bucket + Number(buckets?.plusOne);
		const count = bucket === null ? null : bucketTotals(this.#totals, bucket);
		const { vocabSize } = this.#manifest.tokenizer;
		for (let r = 0; r < batch.rows; r++) {
			const row = firstRow + r;
			const place = `${path} row ${row}`;
			const tokens = ids.offsets[r + 1] - ids.offsets[r];
			const from = lengths.offsets[r];
			const to = lengths.offsets[r + 1];
			if (to - from > (maxSequences ?? to - from))
				this.#problem(
					`${place} has ${to - from} sequences, more than ${maxSequences}`,
				);
			if (tokens > seqLen)
				this.#problem(`${place} has ${tokens} tokens, more than ${seqLen}`);
			for (let i = ids.offsets[r]; i < ids.offsets[r + 1]; i++)
				if (ids.values[i] >>> 0 >= vocabSize) {
					this.#problem(
						`${place} has the token id ${ids.values[i]}, which is not in the vocabulary of ${vocabSize}`,
					);
					break;
				}
			for (const [name, { offsets }] of [
				["doc_ids", docIds],
				["doc_offsets", docOffsets],
			] as const)
				if (offsets[r + 1] - offsets[r] !== to - from)
					this.#problem(
						`${place} has ${to - from} seq_lengths and ${offsets[r + 1] - offsets[r]} ${name}`,
					);
			let sum = 0;
			let rooms = 0;
			for (let i = 0; i < to - from; i++) {
				const length = lengths.values[from + i];
				sum += length;
				if (length < minSequence)
					this.#problem(`${place} has a sequence of ${length} tokens`);
				if (count !== null) {
					count.sequences++;
					count.tokens += length;
					count.context += (length * (length - 1)) / 2;
				}
				if (capacities && capacities[bucketOf(length, capacities)] !== seqLen)
					this.#problem(
						`${place} has a sequence of ${length} tokens, which belongs in another bucket`,
					);
				const room =
					Math.ceil(length / padDocumentToMultiple) * padDocumentToMultiple;
				rooms += room;
				if (room >= 0 && room <= seqLen) this.#roomCounts[room]++;
				const id = docIds.values[docIds.offsets[r] + i] ?? -1n;
				const met = metOf(taskOfDocument(id));
				if (met === null) {
					this.#problem(
						`${place} has the document ${id}, which is of another task`,
					);
					continue;
				}
				met.document.push(numberOfDocument(id) | 0);
				met.start.push(docOffsets.values[docOffsets.offsets[r] + i] ?? -1);
				met.length.push(length);
				met.shard.push(shard);
				met.row.push(shard === -1 ? -1 : row);
				met.bucket.push(bucket ?? -1);
			}
			if (sum !== tokens)
				this.#problem(
					`${place} has ${tokens} tokens, but its seq_lengths add up to ${sum}`,
				);
			if (tokens <= seqLen && rooms > seqLen)
				this.#problem(
					`${place} has ${rooms} tokens once its sequences are padded to multiples of ${padDocumentToMultiple}, more than ${seqLen}`,
				);
			this.#result.tokens += tokens;
			this.#result.sequences += to - from;
		}
		this.#result.rows += batch.rows;
		if (count !== null) count.rows += batch.rows;
		checkMaskColumns(batch, this.#manifest.settings, (row, column) =>
			this.#problem(
				`${path} row ${firstRow + row}: its column ${column} is not what its seq_lengths make it`,
			),
		);
	}

	async #checkIndex(file: ManifestFile, met: MetSequences): Promise<void> {
		if (!(await this.#checkFile(file))) return;
		const { layout, buckets: bucketSettings } = this.#manifest.settings;
		const schema = indexSchemaOf(layout);
		const overlap = bucketSettings?.overlap ?? 0;
		const order = met.sorted();
		let next = 0;
		let documents = 0;
		await this.#read(file, async (readable, bytes) => {
			for await (const batch of parquet.read(readable, bytes, schema)) {
				const docIds = columnOf(batch, "doc_id", "int64").values;
				const tokens = columnOf(batch, "tokens", "int32").values;
				const dropped = columnOf(batch, "dropped_tokens", "int32").values;
				const reasons = columnOf(batch, "drop_reason", "string").values;
				const shards = columnOf(batch, "shards", "list<int32>");
				const rows = columnOf(batch, "rows", "list<int32>");
				const buckets =
					layout === "buckets"
						? columnOf(batch, "buckets", "list<int32>").values
						: null;
				for (let d = 0; d < batch.rows; d++, documents++) {
					const place = `document ${docIds[d]} of ${file.path}`;
					if (numberOfDocument(docIds[d]) !== documents)
						this.#problem(`${place} is not in its row, which is ${documents}`);
					let covered = 0;
					let places = shards.offsets[d];
					for (; met.document.array[order[next]] === (documents | 0); next++) {
						const sequence = order[next];
						const due = Math.max(0, covered - overlap);
						if (met.start.array[sequence] !== due)
							this.#problem(
								`${place}: a sequence begins at its token ${met.start.array[sequence]}, where ${due} was due`,
							);
						this.#totals.repeatedTokens += covered - due;
						covered = met.start.array[sequence] + met.length.array[sequence];
						if (
							shards.values[places] !== met.shard.array[sequence] ||
							rows.values[places] !== met.row.array[sequence] ||
							(buckets !== null &&
								buckets[places] !== met.bucket.array[sequence])
						)
							this.#problem(
								`${place}: its sequence at token ${met.start.array[sequence]} is not in the row that the index says`,
							);
						places++;
					}
					if (places !== shards.offsets[d + 1])
						this.#problem(
							`${place}: the index lists ${shards.offsets[d + 1] - shards.offsets[d]} sequences, and the rows hold ${places - shards.offsets[d]}`,
						);
					if (covered + dropped[d] !== tokens[d])
						this.#problem(
							`${place} has ${tokens[d]} tokens; ${covered} are in rows and ${dropped[d]} are counted as dropped`,
						);
					this.#tokensRead += tokens[d];
					const reason = reasons[d];
					if (reason !== null) addDropped(this.#totals, reason, 1, dropped[d]);
				}
			}
		});
		if (next !== order.length)
			this.#problem(
				`${order.length - next} sequences are of documents that ${file.path} does not have`,
			);
		if (documents !== file.rows)
			this.#problem(
				`${file.path} has ${documents} rows; the manifest says ${file.rows}`,
			);
		this.#result.documents += documents;
	}

	/** Opens a file for `action`; a file that cannot be read as what it should be is a problem, not an end. */
	async #read(
		{ path }: ManifestFile,
		action: (file: ReadableFile, bytes: number) => Promise<void>,
	): Promise<void> {
		const full = `${this.#directory}/${path}`;
		const bytes = (await this.#storage.stat(full))?.size ?? 0;
		const file = await this.#storage.open(full);
		try {
			await action(file, bytes);
		} catch (error) {
			this.#problem(`${path} cannot be read: ${(error as Error).message}`);
		} finally {
			await file.close();
		}
	}

	/** Files beside the dataset's own would be loaded with them. */
	async #checkStrangers(): Promise<void> {
		const { shards, index, skipped, settings } = this.#manifest;
		const known = new Set([...shards, ...index].map(({ path }) => path));
		if (settings.format === "arrow")
			for (const path of loadFromDiskPaths(this.#manifest)) known.add(path);
		if (skipped !== null) known.add(skipped.path);
		for (const path of await filesOfDataset(this.#storage, this.#directory))
			if (!known.has(path))
				this.#problem(`${path} is not in the manifest; trainers would read it`);
	}

	#checkTotals(): void {
		const { totals } = this.#manifest;
		for (const problem of imbalances(totals))
			this.#problem(`the manifest's totals do not balance: ${problem}`);
		const { rows, sequences, tokens, documents } = this.#result;
		const compare = (what: string, found: number, said: number) => {
			if (found !== said)
				this.#problem(
					`the files have ${found} ${what}; the manifest says ${said}`,
				);
		};
		compare("rows", rows, totals.rows);
		compare("sequences", sequences, totals.sequences);
		compare("tokens in rows", tokens, totals.rowTokens);
		compare("documents", documents, totals.documents);
		compare(
			"tokens read",
			this.#tokensRead,
			totals.textTokens + totals.specialTokens,
		);
		compare(
			"tokens in rows a second time",
			this.#totals.repeatedTokens,
			totals.repeatedTokens,
		);
		for (const length of new Set([
			...Object.keys(totals.buckets),
			...Object.keys(this.#totals.buckets),
		]))
			for (const what of ["rows", "sequences", "tokens", "context"] as const)
				compare(
					`${what} in the bucket of ${length}`,
					this.#totals.buckets[length]?.[what] ?? 0,
					totals.buckets[length]?.[what] ?? 0,
				);
		const { settings, summary } = this.#manifest;
		const said = summarize(totals, settings, this.#roomCounts);
		for (const key of ["lowerBoundRows", "rowsAtOnce"] as const)
			if (said[key] !== summary[key])
				this.#problem(
					`the summary's ${key} is ${summary[key]}; the rows' lengths come to ${said[key]}`,
				);
		const reasons = new Set([
			...Object.keys(totals.dropped),
			...Object.keys(this.#totals.dropped),
		]);
		for (const reason of reasons)
			compare(
				`tokens dropped as ${reason}`,
				this.#totals.dropped[reason]?.tokens ?? 0,
				totals.dropped[reason]?.tokens ?? 0,
			);
	}
}

/** The number of a shard in its task, and bucket. */
function numberOfShard(path: string): number {
	return Number(/-(\d+)\.\w+$/.exec(path)?.[1]);
}

function numberAfter(prefix: string, path: string): number {
	return Number.parseInt(path.slice(path.indexOf(prefix) + prefix.length), 10);
}
