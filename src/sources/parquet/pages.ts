import { crc32 } from "node:zlib";
import { parquetHeader } from "hyparquet/src/column.js";
import type { PageHeader } from "hyparquet/src/types.js";
import { damageOf } from "../../core/errors.js";
import type { ReadableFile } from "../../storage/storage.js";
import { LONGEST_TEXT } from "../bytes/utf8.js";
import { readerOf } from "./byte-arrays.js";
import { faults } from "./faults.js";

/** Statistics can make a header long. */
const LONGEST_HEADER = 1 << 24;

export interface Page {
	header: PageHeader;
	/** As stored. */
	bytes: Uint8Array;
}

/** Reads the pages of a column chunk one by one. */
export class Pages {
	readonly #file: ReadableFile;
	readonly #readSize: number;
	readonly #end: number;
	/** Where the next byte to be read from the file is. */
	#position: number;
	/** Read, and not yet used. */
	#held: Buffer = Buffer.alloc(0);

	/** @param readSize Bytes to read at a time. */
	constructor(
		file: ReadableFile,
		readSize: number,
		start: number,
		end: number,
	) {
		this.#file = file;
		this.#readSize = readSize;
		this.#position = start;
		this.#end = end;
	}

	/**
	 * The next page.
	 * @throws BadInput where there is none that can be read
	 */
	async next(): Promise<Page> {
		const header = await this.#header();
		const { compressed_page_size: size, uncompressed_page_size, crc } = header;
		if (!isSize(size) || !isSize(uncompressed_page_size))
			throw faults.corrupt("a page has no proper size");
		if (uncompressed_page_size > LONGEST_TEXT)
			throw faults.tooLong("a page", uncompressed_page_size);
		if (!(await this.#fill(size)))
			throw faults.corrupt("a page is longer than its column");
		const bytes = this.#take(size);
		if (crc !== undefined && crc32(bytes) !== Number(crc) >>> 0)
			throw faults.corrupt("the checksum of a page is wrong");
		return { header, bytes };
	}

	/** Whether anything of the chunk is left. */
	hasMore(): Promise<boolean> {
		return this.#fill(1);
	}

	/** A header does not say how long it is. */
	async #header(): Promise<PageHeader> {
		for (let wanted = 1; ; wanted = this.#held.length + 1) {
			const isMore = await this.#fill(wanted);
			const reader = readerOf(this.#held);
			try {
				const header = parquetHeader(reader);
				this.#take(reader.offset);
				return header;
			} catch (error) {
				if (!isMore || wanted > LONGEST_HEADER)
					throw faults.corrupt(damageOf(error));
			}
		}
	}

	/** Holds at least so many bytes; false where there are fewer. */
	async #fill(bytes: number): Promise<boolean> {
		const missing = bytes - this.#held.length;
		if (missing <= 0) return true;
		const left = this.#end - this.#position;
		const length = Math.min(left, Math.max(missing, this.#readSize));
		if (length > 0) {
			const read = await this.#file.read(this.#position, length);
			this.#position += read.length;
			this.#held =
				this.#held.length === 0 ? read : Buffer.concat([this.#held, read]);
		}
		return this.#held.length >= bytes;
	}

	#take(bytes: number): Buffer {
		const taken = this.#held.subarray(0, bytes);
		this.#held = this.#held.subarray(bytes);
		return taken;
	}
}

function isSize(value: unknown): boolean {
	return Number.isInteger(value) && (value as number) >= 0;
}
