import type { Schema as ArrowSchema, Message } from "apache-arrow";
import { damageOf } from "../core/errors.js";
import type { RandomAccessFile } from "../storage/storage.js";
import { NotYetRead } from "../storage/when-read.js";
import { decodeMessage } from "./arrow-message.js";
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

/** How far a batch may begin from where it would if all rows had the same bytes. */
const NEAR = 16 << 10;

const LAYOUT: Record<ColumnType, number> = {
	int32: 2,
	int64: 2,
	float64: 2,
	string: 3,
	"list<int32>": 4,
	"list<int64>": 4,
	"list<float32>": 4,
};

/** Bytes of each number; of lists and texts, of where each begins. */
const WIDTH: Record<ColumnType, number> = {
	int32: 4,
	int64: 8,
	float64: 8,
	string: 4,
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
	#uniform: { rows: number; start: number; count: number } | null = null;
	readonly #batchRows: number;
	/** Where the next message begins; 0 before the schema is read. */
	#end = 0;
	/** Rows of the batches that were found. */
	#found = 0;
	readonly #schema: Schema;
	/** The first buffer of each column, and how many there are. */
	readonly #buffers = new Map<string, number>();
	readonly #bufferCount: number;

	/**
	 * @param batchRows Rows of each batch but the last, where all batches before it
	 * are known to have the same bytes; else 0.
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
		this.#schema = schema;
		this.#batchRows = batchRows;
		this.rows = rows;
		let buffers = 0;
		for (const { name, type } of schema) {
			this.#buffers.set(name, buffers);
			buffers += LAYOUT[type];
		}
		this.#bufferCount = buffers;
	}

	/**
	 * Finds the batches: to be called before anything is read. Called again after
	 * `NotYetRead`, it goes on where it was.
	 * @throws NotYetRead; what `refused` makes, when the file is not what it should be.
	 */
	open(): void {
		const { rows } = this;
		const full =
			this.#batchRows === 0 ? 0 : Math.floor((rows - 1) / this.#batchRows);
		if (this.#end === 0) {
			const start = this.#readSchema(this.#schema);
			this.#uniform =
				full > 1 ? { rows: this.#batchRows, start, count: full } : null;
			this.#end = start;
		}
		while (this.#found < rows) {
			const batch = this.#readNextBatch();
			const alike = this.#uniform && this.#found === 0 ? full : 1;
			if (alike > 1 && batch.rows !== this.#batchRows)
				throw this.refused(
					`its first batch has ${batch.rows} rows of ${this.#batchRows}`,
				);
			this.#batches.push(batch);
			this.#positions.push(this.#end);
			this.#firstRows.push(this.#found);
			this.#found += batch.rows * alike;
			this.#end += batch.bytes * alike;
			if (this.#end > this.#file.size)
				throw this.refused("it ends within its rows");
		}
		if (this.#found !== rows)
			throw this.refused(`it has ${this.#found} rows of ${rows}`);
	}

	#readNextBatch(): BatchPlace {
		try {
			return this.#readBatch(this.#end, this.#bufferCount);
		} catch (error) {
			if (error instanceof NotYetRead) this.#expectBatches();
			throw error;
		}
	}

	/** Tells about where the batches begin that are not found yet, as if all rows had the same bytes. */
	#expectBatches(): void {
		const batchRows = this.#batches[0]?.rows ?? 0;
		if (this.#uniform !== null || batchRows === 0) return;
		const left = this.#file.size - this.#end;
		const bytes = (left * batchRows) / (this.rows - this.#found);
		for (let at = this.#end + bytes; at < this.#file.size; at += bytes)
			this.#file.expect?.(Math.round(at) - NEAR, 2 * NEAR);
	}

	/**
	 * Reads `count` int32 of a column of lists, from value `from` of the row's batch on,
	 * to the bytes of `target` from its value `at` on.
	 * @param isAlone As `RandomAccessFile` has it.
	 */
	readValues(
		column: string,
		place: RowPlace,
		from: number,
		target: Uint8Array,
		at: number,
		count: number,
		isAlone = false,
	): void {
		const buffer = (this.#buffers.get(column) ?? 0) + 3;
		const position = place.position + place.batch.buffers[buffer] + from * 4;
		this.#read(target, position, at * 4, count * 4, isAlone);
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

	/**
	 * Reads the numbers of a column from a row on, as many as `target` has, all of the row's batch; of lists,
	 * where they begin in the batch's values.
	 */
	readNumbers(
		column: string,
		place: RowPlace,
		target: Int32Array | BigInt64Array | Float64Array,
	): void {
		const buffer = (this.#buffers.get(column) ?? 0) + 1;
		const { buffer: memory, byteOffset, byteLength } = target;
		this.#read(
			new Uint8Array(memory, byteOffset, byteLength),
			place.position +
				place.batch.buffers[buffer] +
				place.row * target.BYTES_PER_ELEMENT,
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
		isAlone = false,
	): void {
		const read = this.#file.readInto(target, position, offset, length, isAlone);
		if (read !== length) throw this.refused("it ends within its rows");
	}

	#readSchema(schema: Schema): number {
		const { message, bytes } = this.#readMessage(0);
		if (!message.isSchema())
			throw this.refused("it is no Arrow stream, or is cut off");
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
		const rows = Number(header.length);
		this.#requireRooms(rows, header.buffers as unknown as { length: number }[]);
		return {
			rows,
			bytes: bytes + Number(message.bodyLength),
			buffers: Float64Array.from(
				header.buffers as unknown as { offset: number }[],
				({ offset }) => bytes + Number(offset),
			),
		};
	}

	/** @throws What `refused` makes where a column's numbers, or where its lists begin, are fewer than the rows. */
	#requireRooms(rows: number, buffers: readonly { length: number }[]): void {
		for (const { name, type } of this.#schema) {
			const first = this.#buffers.get(name) ?? 0;
			const bytes = Number(buffers[first + 1].length);
			const isList = LAYOUT[type] > 2;
			const due = (rows + Number(isList)) * WIDTH[type];
			// Of no rows some write no beginnings.
			if (bytes < due && rows > 0) throw this.refused(DAMAGED);
		}
	}

	/** @param left Bytes of the file from the metadata on. */
	#decode(metadata: Uint8Array, left: number): Message {
		try {
			return decodeMessage(metadata, left - metadata.length);
		} catch (error) {
			throw this.refused(damageOf(error));
		}
	}

	#readMessage(position: number): { message: Message; bytes: number } {
		const head = new Int32Array(2);
		this.#read(new Uint8Array(head.buffer), position);
		const left = this.#file.size - position - 8;
		if (head[0] !== -1 || head[1] <= 0 || head[1] > left)
			throw this.refused("it is no Arrow stream, or is cut off");
		const metadata = new Uint8Array(head[1]);
		this.#read(metadata, position + 8);
		return { message: this.#decode(metadata, left), bytes: 8 + head[1] };
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
