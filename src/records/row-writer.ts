import {
	type Data,
	type Field,
	Float64,
	Int32,
	Int64,
	type List,
	makeData,
	RecordBatch,
	type Schema,
	Struct,
} from "apache-arrow";
import { DataError, optionName } from "../core/errors.js";
import type { Packing } from "../pack/packing.js";
import type { PendingFile, Storage } from "../storage/storage.js";
import type { RecordWriter, TableFormat } from "../tables/table.js";
import { copyColumns } from "./copy-items.js";
import type { Items } from "./items.js";
import type { RecordsShard } from "./records-manifest.js";

/** What is written at a time ends with the row that reaches one of these. */
const BATCH_BYTES = 2 ** 24;
const BATCH_ROWS = 2 ** 13;
/** Bytes of columns, before they are compressed, of a file. */
const SHARD_BYTES = 2 ** 30;

export interface RowWriterOptions {
	storage: Storage;
	/** Where a file is written, by its path in the output. */
	placeOf(path: string): string;
	/** The path of a file in the output, by its number. */
	pathOf(number: number): string;
	format: TableFormat;
	compression: string;
	schema: Schema;
	/** The columns of the records; null where they are not passed through. */
	records: Schema | null;
	hasCosts: boolean;
	shardTokens: number;
	/** Rows of a step: a file has whole steps, so that those of one meet. */
	ranks: number;
}

/** Rows that follow one another in a window. */
interface Rows {
	items: Items;
	packing: Packing;
	packs: readonly number[];
}

/** Writes packs as rows, to one file after another. */
export class RowWriter {
	readonly shards: RecordsShard[] = [];
	readonly #options: RowWriterOptions;
	#open: {
		shard: Omit<RecordsShard, "bytes" | "sha256">;
		file: PendingFile;
		writer: RecordWriter;
		/** Of its columns in memory. */
		bytes: number;
	} | null = null;

	constructor(options: RowWriterOptions) {
		this.#options = options;
	}

	/** @param order The packs of the window that become rows, in the order of the rows. */
	async write(items: Items, packing: Packing, order: Int32Array) {
		let packs: number[] = [];
		let bytes = 0;
		const { ranks } = this.#options;
		for (const pack of order) {
			packs.push(pack);
			for (
				let at = packing.packOffsets[pack];
				at < packing.packOffsets[pack + 1];
				at++
			)
				bytes += items.columns[packing.order[at]]?.bytesEach ?? 0;
			const isFull = bytes >= BATCH_BYTES || packs.length >= BATCH_ROWS;
			const rows = (this.#open?.shard.rows ?? 0) + packs.length;
			if (!isFull || rows % ranks !== 0) continue;
			await this.#flush({ items, packing, packs }, bytes);
			packs = [];
			bytes = 0;
		}
		if (packs.length > 0) await this.#flush({ items, packing, packs }, bytes);
	}

	async finish(): Promise<void> {
		await this.#closeShard();
	}

	async abort(): Promise<void> {
		await this.#open?.file.abort();
	}

	async #flush(rows: Rows, bytes: number): Promise<void> {
		const { ranks, shardTokens } = this.#options;
		const { batch, records, tokens } = this.#batchOf(rows);
		this.#open ??= await this.#openShard();
		const open = this.#open;
		await open.writer.write(batch);
		open.shard.rows += batch.numRows;
		open.shard.records += records;
		open.shard.tokens += tokens;
		open.bytes += bytes;
		const isFull =
			open.shard.tokens >= shardTokens || open.bytes >= SHARD_BYTES;
		if (isFull && open.shard.rows % ranks === 0) await this.#closeShard();
	}

	async #openShard() {
		const { storage, placeOf, pathOf, format, compression, schema } =
			this.#options;
		const path = pathOf(this.shards.length);
		const file = await storage.create(placeOf(path));
		const writer = format.writeRecords(file, schema, compression);
		const shard = { path, rows: 0, records: 0, tokens: 0 };
		return { shard, file, writer, bytes: 0 };
	}

	async #closeShard(): Promise<void> {
		if (this.#open === null) return;
		const { shard, file, writer } = this.#open;
		await writer.close();
		const written = await file.commit();
		this.#open = null;
		this.shards.push({ ...shard, ...written });
	}

	#batchOf({ items, packing, packs }: Rows) {
		const { schema, records, hasCosts } = this.#options;
		const { order, packOffsets } = packing;
		const offsets = new Int32Array(packs.length + 1);
		for (const [row, pack] of packs.entries())
			offsets[row + 1] =
				offsets[row] + packOffsets[pack + 1] - packOffsets[pack];
		const chosen = new Int32Array(offsets[packs.length]);
		for (const [row, pack] of packs.entries())
			chosen.set(
				order.subarray(packOffsets[pack], packOffsets[pack + 1]),
				offsets[row],
			);
		const lengths = Int32Array.from(chosen, (i) => items.lengths[i]);
		const lists = [
			...(records === null ? [] : this.#columns(items, chosen, records)),
			numbers(
				new Int32(),
				Int32Array.from(chosen, (i) => items.files[i]),
			),
			numbers(
				new Int64(),
				BigInt64Array.from(chosen, (i) => BigInt(items.numbers[i])),
			),
			numbers(new Int32(), lengths),
		];
		const children = lists.map((child, i) =>
			listOf(schema.fields[i], child, offsets),
		);
		if (hasCosts) {
			const costs = new Float64Array(packs.length);
			for (let row = 0; row < packs.length; row++)
				for (let at = offsets[row]; at < offsets[row + 1]; at++)
					costs[row] += items.costs[chosen[at]];
			children.push(numbers(new Float64(), costs));
		}
		const data = makeData({
			type: new Struct(schema.fields),
			length: packs.length,
			nullCount: 0,
			children,
		});
		return {
			batch: new RecordBatch(schema, data),
			records: chosen.length,
			tokens: lengths.reduce((sum, length) => sum + length, 0),
		};
	}

	#columns(items: Items, chosen: Int32Array, records: Schema): Data[] {
		try {
			return copyColumns(items, chosen, records);
		} catch (error) {
			const [i] = chosen;
			throw new DataError(
				"bad-record",
				`records near number ${items.numbers[i] + 1} of input ${items.files[i] + 1} cannot be passed through: ${(error as Error).message}. Where rows are too large, give a smaller ${optionName("seqLen")} or ${optionName("maxSequences")}.`,
			);
		}
	}
}

function numbers(
	type: Int32 | Int64 | Float64,
	data: Int32Array | BigInt64Array | Float64Array,
): Data {
	const { length } = data;
	return makeData({
		type: type as Int32,
		length,
		nullCount: 0,
		data: data as Int32Array,
	});
}

function listOf({ type }: Field, child: Data, valueOffsets: Int32Array): Data {
	return makeData({
		type: type as List,
		length: valueOffsets.length - 1,
		nullCount: 0,
		valueOffsets,
		child,
	});
}
