import { huggingFaceMetadata } from "../dataset/huggingface.js";
import type { ManifestShard } from "../dataset/manifest.js";
import {
	type PackedWindow,
	packedSchemaWith,
	RowBuffer,
} from "../dataset/rows.js";
import type { Settings } from "../dataset/settings.js";
import type { PendingFile, Storage } from "../storage/storage.js";
import type { TableWriter } from "../tables/table.js";
import { findTableFormat } from "../tables/tables.js";
import { shardPath, stagedPath } from "./paths.js";

/** Where shards go, and how many rows a batch and a shard have. */
export interface ShardPlace {
	directory: string;
	batchRows: number;
	shardRows: number;
}

interface OpenShard {
	path: string;
	file: PendingFile;
	writer: TableWriter;
	rows: number;
	sequences: number;
	tokens: number;
}

/**
 * The rows of a task, written to one shard after another. Row groups are
 * uniform: rows wait in a buffer, over the borders of windows, until a group is
 * full.
 */
export class ShardSeries {
	/** The shards that are written. */
	readonly shards: ManifestShard[] = [];
	/** Rows added so far; the next row's number in the task. */
	rows = 0;
	/** Milliseconds spent encoding and writing. */
	writeTime = 0;

	readonly #storage: Storage;
	readonly #out: string;
	readonly #task: number;
	readonly #settings: Settings;
	readonly #buffer: RowBuffer;
	#open: OpenShard | null = null;

	readonly #place: ShardPlace;

	constructor(
		storage: Storage,
		out: string,
		task: number,
		settings: Settings,
		place: ShardPlace = { directory: "data", ...settings },
	) {
		this.#storage = storage;
		this.#out = out;
		this.#task = task;
		this.#settings = settings;
		this.#place = place;
		this.#buffer = new RowBuffer(settings);
	}

	/** Adds a pack of the window as the next row; the caller awaits what it returns, if anything. */
	add(window: PackedWindow, pack: number): Promise<void> | undefined {
		this.#buffer.add(window, pack);
		this.rows++;
		return this.#buffer.rows === this.#place.batchRows
			? this.#flush()
			: undefined;
	}

	/** The place of the next row: its shard, by number, and its row there. */
	next(): { shard: number; row: number } {
		const { shardRows } = this.#place;
		return {
			shard: Math.floor(this.rows / shardRows),
			row: this.rows % shardRows,
		};
	}

	/** Writes what waits, and closes the last shard. */
	async finish(): Promise<void> {
		if (this.#buffer.rows > 0) await this.#flush();
		await this.#closeShard();
	}

	async abort(): Promise<void> {
		await this.#open?.file.abort();
	}

	async #flush(): Promise<void> {
		const began = performance.now();
		const batch = this.#buffer.batch();
		this.#open ??= await this.#openShard();
		const shard = this.#open;
		await shard.writer.write(batch);
		shard.rows += batch.rows;
		shard.tokens += this.#buffer.tokens;
		shard.sequences += this.#buffer.sequences;
		this.#buffer.clear();
		if (shard.rows >= this.#place.shardRows) await this.#closeShard();
		this.writeTime += performance.now() - began;
	}

	async #openShard(): Promise<OpenShard> {
		const { format: name, compression } = this.#settings;
		const { directory, batchRows } = this.#place;
		const format = findTableFormat(name);
		const number = this.shards.length;
		const path = shardPath(directory, this.#task, number, format.extension);
		const file = await this.#storage.create(`${this.#out}/${stagedPath(path)}`);
		const schema = packedSchemaWith(this.#settings);
		const writer = format.write(file, schema, {
			compression,
			batchRows,
			metadata: new Map([["huggingface", huggingFaceMetadata(schema)]]),
		});
		return { path, file, writer, rows: 0, sequences: 0, tokens: 0 };
	}

	async #closeShard(): Promise<void> {
		if (this.#open === null) return;
		const { path, file, writer, rows, sequences, tokens } = this.#open;
		await writer.close();
		const { bytes, sha256 } = await file.commit();
		this.shards.push({ path, rows, sequences, tokens, bytes, sha256 });
		this.#open = null;
	}
}
