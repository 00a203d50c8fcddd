import { type Schema as ArrowSchema, Message } from "apache-arrow";
import type { RandomAccessFile } from "../storage/storage.js";
import type { ColumnType, Schema } from "./columns.js";

/** What is wrong with a file whose lists are not where they should be, or not as long. */
export const DAMAGED = "a row of it is damaged";

/** Where a record batch's buffers are in its file. */
interface BatchPlace {
	rows: number;
	/** Bytes from this batch's first to the next one's. */
	bytes: number;
	/** Position of each buffer, from the batch's first byte. */
	buffers: Float64Array;
}

const LAYOUT: Record<ColumnType, number> = {
	int32: 2,
	int64: 2,
	string: 3,
	"list<int32>": 4,
	"list<int64>": 4,
	"list<float32>": 4,
};

/**
 * Finds values in an Arrow IPC stream without reading what is between. Messages are
 * read once; where all batches but the last are alike, as those of rows of one
 * length are, only the first and the last.
 */
export class ArrowRows {
	readonly rows: number;
	/** Makes the error to throw where the file is not what it should be. */
	readonly refused: (why: string) => Error;
	readonly #file: RandomAccessFile;
	readonly #batches: BatchPlace[] = [];
	readonly #positions: number[] = [];
	readonly #firstRows: number[] = [];
	/** Rows and bytes of the batches but the last, where they are alike. */
	readonly #uniform: { rows: number; start: number; count: number } | null;
	/** The first buffer of each column. */
	readonly #buffers = new Map<string, number>();

	/**
	 * @param batchRows Rows of each batch but the last, where all batches before it
	 * are known to have the same bytes; else 0.
	 * @throws what `refused` makes, when the file is not what it should be.
	 */
	constructor(
		file: RandomAccessFile,
		schema: Schema,
		rows: number,
		batchRows = 0,
		refused = (why: string) => new Error(why),
	) {
		this.#file = file;
		this.refused = refused;
		this.rows = rows;
		let buffers = 0;
		for (const { name, type } of schema) {
			this.#buffers.set(name, buffers);
			buffers += LAYOUT[type];
		}
		let position = this.#readSchema(schema);
		const full = batchRows === 0 ? 0 : Math.floor((rows - 1) / batchRows);
		this.#uniform =
			full > 1 ? { rows: batchRows, start: position, count: full } : null;
		let row = 0;
		while (row < rows) {
			const batch = this.#readBatch(position, buffers);
			this.#batches.push(batch);
			this.#positions.push(position);
			this.#firstRows.push(row);
			const alike = this.#uniform && row === 0 ? full : 1;
			if (alike > 1 && batch.rows !== batchRows)
				throw this.refused(
					`its first batch has ${batch.rows} rows of ${batchRows}`,
				);
			row += batch.rows * alike;
			position += batch.bytes * alike;
			if (position > file.size) throw this.refused("it ends within its rows");
		}
		if (row !== rows) throw this.refused(`it has ${row} rows of ${rows}`);
	}

	/**
	 * Reads `count` int32 of a column of lists, from value `from` of the row's batch on,
	 * to the bytes of `target` from its value `at` on.
	 */
	readValues(
		column: string,
		place: RowPlace,
		from: number,
		target: Uint8Array,
		at: number,
		count: number,
	): void {
		const buffer = (this.#buffers.get(column) ?? 0) + 3;
		const position = place.position + place.batch.buffers[buffer] + from * 4;
		this.#read(target, position, at * 4, count * 4);
	}

	/** Where a list of a column begins and ends in its batch's values. */
	readBounds(column: string, place: RowPlace, bounds: Int32Array): void {
		const buffer = (this.#buffers.get(column) ?? 0) + 1;
		const bytes = new Uint8Array(bounds.buffer, bounds.byteOffset, 8);
		this.#read(
			bytes,
			place.position + place.batch.buffers[buffer] + place.row * 4,
		);
		const [from, to] = bounds;
		if (from < 0 || to < from || to * 4 > place.batch.bytes)
			throw this.refused(DAMAGED);
	}

	/** Where each list of a column begins in the values of a row's batch: from its first row on. */
	readStarts(column: string, place: RowPlace, starts: Int32Array): void {
		const buffer = (this.#buffers.get(column) ?? 0) + 1;
		const { buffer: memory, byteOffset, byteLength } = starts;
		this.#read(
			new Uint8Array(memory, byteOffset, byteLength),
			place.position + place.batch.buffers[buffer],
		);
	}

	/** Reads the number of a column that is no list. */
	readNumber(
		column: string,
		place: RowPlace,
		target: Int32Array | BigInt64Array,
	): void {
		const buffer = (this.#buffers.get(column) ?? 0) + 1;
		const width = target.BYTES_PER_ELEMENT;
		this.#read(
			new Uint8Array(target.buffer, target.byteOffset, width),
			place.position + place.batch.buffers[buffer] + place.row * width,
		);
	}

	/** The batch of a row. `place` is written to and returned, so that none is made a row. */
	find(row: number, place: RowPlace): RowPlace {
		const uniform = this.#uniform;
		if (uniform !== null && row < uniform.rows * uniform.count) {
			const number = Math.floor(row / uniform.rows);
			place.batch = this.#batches[0];
			place.position = uniform.start + number * place.batch.bytes;
			place.row = row - number * uniform.rows;
			return place;
		}
		let low = 0;
		let high = this.#batches.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.#firstRows[middle] <= row) low = middle;
			else high = middle - 1;
		}
		place.batch = this.#batches[low];
		place.position = this.#positions[low];
		place.row = row - this.#firstRows[low];
		return place;
	}

	#read(
		target: Uint8Array,
		position: number,
		offset = 0,
		length = target.length,
	): void {
		if (this.#file.readInto(target, position, offset, length) !== length)
			throw this.refused("it ends within its rows");
	}

	#readSchema(schema: Schema): number {
		const { message, bytes } = this.#readMessage(0);
		const { fields } = message.header() as unknown as ArrowSchema;
		const names = fields.map(({ name }) => name).join(", ");
		const due = schema.map(({ name }) => name).join(", ");
		if (names !== due)
			throw this.refused(`its columns are ${names}, not ${due}`);
		return bytes;
	}

	#readBatch(position: number, buffers: number): BatchPlace {
		const { message, bytes } = this.#readMessage(position);
		if (!message.isRecordBatch())
			throw this.refused("it has a message that is no batch");
		const header = message.header();
		if (header.buffers.length !== buffers)
			throw this.refused(
				`a batch has ${header.buffers.length} buffers of ${buffers}`,
			);
		return {
			rows: Number(header.length),
			bytes: bytes + Number(message.bodyLength),
			buffers: Float64Array.from(
				header.buffers as unknown as { offset: number }[],
				({ offset }) => bytes + Number(offset),
			),
		};
	}

	#readMessage(position: number): { message: Message; bytes: number } {
		const head = new Int32Array(2);
		this.#read(new Uint8Array(head.buffer), position);
		if (head[0] !== -1 || head[1] <= 0)
			throw this.refused("it is no Arrow stream, or is cut off");
		const metadata = new Uint8Array(head[1]);
		this.#read(metadata, position + 8);
		return { message: Message.decode(metadata), bytes: 8 + head[1] };
	}
}

/** A row's batch, and its number there. */
export interface RowPlace {
	batch: BatchPlace;
	position: number;
	row: number;
}

/** A place to be given to `find`. */
export function newRowPlace(): RowPlace {
	return {
		batch: { rows: 0, bytes: 0, buffers: new Float64Array(0) },
		position: 0,
		row: 0,
	};
}
