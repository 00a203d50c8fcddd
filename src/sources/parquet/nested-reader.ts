import { type FileMetaData, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { ReadableFile } from "../../storage/storage.js";
import { type FieldPath, valueAt } from "../fields.js";
import type { RowReader } from "./column-reader.js";
import { faults } from "./faults.js";

/**
 * Reads a column of lists or structs as JavaScript values, by hyparquet: all rows of
 * its row group at once.
 */
export class NestedReader implements RowReader {
	readonly #file: ReadableFile;
	readonly #size: number;
	readonly #metadata: FileMetaData;
	readonly #field: FieldPath;
	readonly #start: number;
	readonly #end: number;
	#rows: Record<string, unknown>[] = [];
	#row = 0;

	/** @param start The row group's first row in the file; `end` is after its last. */
	constructor(
		file: ReadableFile,
		size: number,
		metadata: FileMetaData,
		field: FieldPath,
		start: number,
		end: number,
	) {
		this.#file = file;
		this.#size = size;
		this.#metadata = metadata;
		this.#field = field;
		this.#start = start;
		this.#end = end;
	}

	get ready(): number {
		return this.#rows.length - this.#row;
	}

	next(): unknown {
		return valueAt(this.#rows[this.#row++], this.#field);
	}

	async load(): Promise<void> {
		let failure: unknown = null;
		const slice = async (start: number, end = this.#size) => {
			try {
				return copyOf(await this.#file.read(start, end - start));
			} catch (error) {
				failure = error;
				throw error;
			}
		};
		try {
			this.#rows = await parquetReadObjects({
				file: { byteLength: this.#size, slice },
				metadata: this.#metadata,
				compressors,
				columns: [this.#field[0]],
				rowStart: this.#start,
				rowEnd: this.#end,
			});
		} catch (error) {
			throw failure ?? faults.corrupt((error as Error).message);
		}
		if (this.ready === 0) throw faults.corrupt("it has no rows");
	}
}

function copyOf(bytes: Buffer): ArrayBuffer {
	return Uint8Array.from(bytes).buffer;
}
