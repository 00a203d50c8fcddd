import type { Storage, WrittenFile } from "../storage/storage.js";
import { arrow } from "../tables/arrow.js";
import type { Schema } from "../tables/columns.js";

/** What the columns of a file hold of a row: whole numbers. */
export type NumbersOf<Row> = Readonly<Record<string, (row: Row) => number>>;

/** A file of the storage, while it is written. */
type FileInWork = Awaited<ReturnType<Storage["create"]>>;

/** Writes an Arrow file of int32 and int64, one row after the other. */
export class NumberRowsWriter<Row> {
	readonly #columns;
	readonly #batchRows: number;
	readonly #writer;
	readonly #file;
	#rows = 0;
	#waiting = 0;

	private constructor(
		file: FileInWork,
		schema: Schema,
		batchRows: number,
		numbers: NumbersOf<Row>,
	) {
		this.#file = file;
		this.#batchRows = batchRows;
		this.#columns = schema.map(({ name, type }) => ({
			name,
			numberOf: numbers[name],
			values:
				type === "int64"
					? new BigInt64Array(batchRows)
					: new Int32Array(batchRows),
		}));
		this.#writer = arrow.write(file, schema, {
			compression: "none",
			batchRows,
			metadata: new Map(),
		});
	}

	/** @param numbers Of each column of the schema, what it holds of a row. */
	static async create<Row>(
		storage: Storage,
		path: string,
		schema: Schema,
		batchRows: number,
		numbers: NumbersOf<Row>,
	): Promise<NumberRowsWriter<Row>> {
		const file = await storage.create(path);
		return new NumberRowsWriter(file, schema, batchRows, numbers);
	}

	/** The caller awaits what it returns, if anything. */
	add(row: Row): Promise<void> | undefined {
		const i = this.#waiting++;
		for (const { values, numberOf } of this.#columns) {
			const number = numberOf(row);
			if (values instanceof Int32Array) values[i] = number;
			else values[i] = BigInt(number);
		}
		return this.#waiting === this.#batchRows ? this.#flush() : undefined;
	}

	async finish(): Promise<WrittenFile & { rows: number }> {
		if (this.#waiting > 0) await this.#flush();
		await this.#writer.close();
		return { rows: this.#rows, ...(await this.#file.commit()) };
	}

	async abort(): Promise<void> {
		await this.#file.abort();
	}

	async #flush(): Promise<void> {
		const rows = this.#waiting;
		const columns = this.#columns.map(({ name, values }) => [
			name,
			values instanceof Int32Array
				? { type: "int32" as const, values: values.subarray(0, rows) }
				: { type: "int64" as const, values: values.subarray(0, rows) },
		]);
		await this.#writer.write({ rows, columns: Object.fromEntries(columns) });
		this.#rows += rows;
		this.#waiting = 0;
	}
}
