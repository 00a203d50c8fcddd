import { datasetFormats, shardSchema } from "../dataset/formats.js";
import { huggingFaceMetadata } from "../dataset/huggingface.js";
import type { ShardOfTask } from "../dataset/manifest.js";
import { shardPath } from "../dataset/names.js";
import { type PackedWindow, RowBuffer } from "../dataset/rows.js";
import type { BucketSettings, Settings } from "../dataset/settings.js";
import type { ShardCounts } from "../dataset/totals.js";
import type { PendingFile } from "../storage/storage.js";
import type { TableWriter } from "../tables/table.js";
import { MOST_BATCH_TOKENS } from "./shard-sizes.js";
import type { Stopwatch } from "./stopwatch.js";
import type { Workspace } from "./workspace.js";

interface OpenShard extends ShardCounts {
	path: string;
	file: PendingFile;
	writer: TableWriter;
}

/**
 * The rows of one bucket of a task, written to one shard after another. Row groups are
 * uniform: rows wait in a buffer, over the borders of windows, until a group is
 * full. Where rows are of any length, those that are too much for a group end a shard.
 */
export class ShardSeries {
	/** The shards that are written. */
	readonly shards: ShardOfTask[] = [];
	/** Rows added so far; the next row's number in the task. */
	rows = 0;

	readonly #workspace: Workspace;
	readonly #settings: Settings;
	readonly #task: number;
	readonly #bucket: BucketSettings;
	readonly #watch: Stopwatch;
	readonly #nextShard: () => number;
	readonly #buffer: RowBuffer;
	/** Number of the shard that the last row is in, and the rows added to it. */
	#shard = -1;
	#rowsOfShard = 0;
	#open: OpenShard | null = null;

	/** @param nextShard The number of the next shard of the task. */
	constructor(
		workspace: Workspace,
		settings: Settings,
		task: number,
		bucket: BucketSettings,
		watch: Stopwatch,
		nextShard: () => number,
	) {
		this.#workspace = workspace;
		this.#settings = settings;
		this.#task = task;
		this.#bucket = bucket;
		this.#watch = watch;
		this.#nextShard = nextShard;
		this.#buffer = new RowBuffer(settings);
	}

	/** Adds a pack of the window as the next row; the caller awaits what it returns, if anything. */
	add(window: PackedWindow, pack: number): Promise<void> | undefined {
		this.#buffer.add(window, pack);
		this.rows++;
		this.#rowsOfShard++;
		const { batchRows, shardTokens } = this.#bucket;
		if (this.#buffer.rows === batchRows)
			return this.#watch.run("write", () => this.#flush());
		if (shardTokens === undefined || this.#buffer.tokens < MOST_BATCH_TOKENS)
			return undefined;
		return this.#watch.run("write", async () => {
			await this.#flush();
			await this.#closeShard();
		});
	}

	/** The place of the next row: its shard, by number, and its row there. */
	next(): { shard: number; row: number } {
		const row = this.#rowsOfShard;
		if (row === 0) this.#shard = this.#nextShard();
		return { shard: this.#shard, row };
	}

	/** Writes what waits, and closes the last shard. */
	async finish(): Promise<void> {
		await this.#watch.run("write", async () => {
			if (this.#buffer.rows > 0) await this.#flush();
			await this.#closeShard();
		});
		this.#buffer.free();
	}

	async abort(): Promise<void> {
		await this.#open?.file.abort();
	}

	async #flush(): Promise<void> {
		const batch = this.#buffer.batch();
		this.#open ??= await this.#openShard();
		const shard = this.#open;
		await shard.writer.write(batch);
		shard.rows += batch.rows;
		shard.tokens += this.#buffer.tokens;
		shard.sequences += this.#buffer.sequences;
		shard.labels += this.#buffer.labels;
		this.#buffer.clear();
		const { shardRows, shardTokens = Infinity } = this.#bucket;
		if (shard.rows >= shardRows || shard.tokens >= shardTokens)
			await this.#closeShard();
	}

	async #openShard(): Promise<OpenShard> {
		const { format: name, compression } = this.#settings;
		const { planHash } = this.#workspace;
		const { directory, batchRows } = this.#bucket;
		const format = datasetFormats.find(name);
		const path = shardPath(
			directory,
			this.#bucket,
			this.#task,
			this.#shard,
			planHash,
			format.extension,
		);
		const file = await this.#workspace.create(this.#workspace.waiting(path));
		const schema = shardSchema(this.#settings);
		const writer = format.write(file, schema, {
			compression,
			batchRows,
			metadata: new Map([["huggingface", huggingFaceMetadata(schema)]]),
		});
		return {
			...{ path, file, writer },
			...{ rows: 0, sequences: 0, tokens: 0, labels: 0 },
		};
	}

	async #closeShard(): Promise<void> {
		if (this.#open === null) return;
		const { path, file, writer, ...counts } = this.#open;
		await writer.close();
		const written = await file.commit();
		const { split, stratum } = this.#bucket;
		this.shards.push({
			path,
			task: this.#task,
			number: this.#shard,
			split,
			...(stratum !== undefined && { stratum }),
			bucket: this.#bucket.length,
			...counts,
			...written,
		});
		this.#open = null;
		this.#rowsOfShard = 0;
	}
}
