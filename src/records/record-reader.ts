import type { Data, Schema } from "apache-arrow";
import type { FoundInput } from "../sources/find/candidate.js";
import type { OpenTable, ReadableStorage } from "../sources/source.js";
import { bytesOf } from "./copy-items.js";
import { reading } from "./faults.js";
import type { RecordColumns, RecordPlace } from "./items.js";
import { openTableOf } from "./record-files.js";

/** Gives the columns of a file's records, which are asked for in their order. */
export class RecordReader {
	readonly #path: string;
	readonly #table: OpenTable;
	readonly #batches: ReturnType<OpenTable["batches"]>;
	/** The place in the file of each column that is wanted. */
	readonly #places: number[];
	#columns: RecordColumns = { columns: [], bytesEach: 0 };
	/** The records of the batch at hand. */
	#from = 0;
	#to = 0;

	private constructor(path: string, table: OpenTable, schema: Schema) {
		this.#path = path;
		this.#table = table;
		this.#batches = table.batches();
		this.#places = schema.fields.map(({ name }) =>
			table.schema.fields.findIndex((field) => field.name === name),
		);
	}

	/** @throws DataError */
	static async open(
		storage: ReadableStorage,
		file: FoundInput,
		schema: Schema,
	): Promise<RecordReader> {
		const table = await openTableOf(file, storage);
		return new RecordReader(file.path, table, schema);
	}

	/** Whether the record is in the batch that is at hand. */
	has(number: number): boolean {
		return number < this.#to;
	}

	/** Goes on to the batch of a record. @throws DataError */
	async goTo(number: number): Promise<void> {
		while (number >= this.#to) {
			const { value } = await reading(this.#path, () => this.#batches.next());
			if (!value) throw new Error(`${this.#path} has no record ${number}`);
			this.#from = this.#to;
			this.#to += value.numRows;
			const columns = this.#places.map(
				(place) => value.data.children[place] as Data,
			);
			this.#columns = { columns, bytesEach: bytesOf(columns) / value.numRows };
		}
	}

	/** Where a record of the batch at hand is. */
	at(number: number): RecordPlace {
		return { columns: this.#columns, row: number - this.#from };
	}

	async close(): Promise<void> {
		await this.#batches.return(undefined);
		await this.#table.close();
	}
}
