import type { ByteCursor } from "../bytes/byte-cursor.js";
import { requireUtf8, tooLongField } from "../records/field-bytes.js";
import type { FieldPath, WantedFields } from "../records/fields.js";
import { BadInput } from "../source.js";
import { encodingOf, type MdsColumn } from "./columns.js";
import { corruptMds, truncatedMds } from "./head.js";

/** What is wanted of a sample. */
export interface MdsSample {
	/** The values by column; undefined where one is not wanted, or cannot be read. */
	record: Record<string, unknown>;
	/** The wanted text as UTF-8, where a whole column is it. */
	text: Buffer | undefined;
	/** The id as it is written, where its value does not show that. */
	id: unknown;
	/** Bytes of what was read. */
	bytes: number;
}

/** Reads samples: a uint32 for each column that has no fixed size, then the values. */
export class MdsSampleReader {
	readonly #cursor: ByteCursor;
	readonly #columns;
	readonly #id: FieldPath;
	readonly #headSize: number;

	constructor(
		cursor: ByteCursor,
		columns: readonly MdsColumn[],
		{ text, id, values }: WantedFields,
	) {
		const asValue = new Set([id, ...values].map(([name]) => name));
		this.#cursor = cursor;
		this.#id = id;
		this.#headSize = 4 * columns.filter(({ size }) => size === null).length;
		this.#columns = columns.map((column) => {
			const { name } = column;
			const encoding = encodingOf(column);
			const isText = text?.length === 1 && text[0] === name;
			const asBytes = isText && encoding?.texts === "itself";
			const decoded = asValue.has(name) || (text?.[0] === name && !asBytes);
			return { ...column, asBytes, encoding: decoded ? encoding : null };
		});
	}

	/**
	 * A sample of the bytes from `start` to `end`, or what is wrong with it.
	 * @throws BadInput where the shard cannot be read on
	 */
	async read(start: number, end: number): Promise<MdsSample | BadInput> {
		const cursor = this.#cursor;
		await this.#skip(start - cursor.position);
		const sizes = await this.#sizes(end - start);
		if (sizes === null)
			return corruptMds("the sizes in the sample do not come to its own");
		const record: Record<string, unknown> = Object.create(null);
		const [idColumn, ...withinId] = this.#id;
		let text: Buffer | undefined;
		let id: unknown;
		let bytes = 0;
		for (const [i, { name, asBytes, encoding }] of this.#columns.entries()) {
			record[name] = undefined;
			if (!asBytes && encoding === null) {
				await this.#skip(sizes[i]);
				continue;
			}
			const tooLong = tooLongField(name, sizes[i]);
			if (tooLong !== null) return tooLong;
			const value = await this.#take(sizes[i]);
			bytes += value.length;
			try {
				if (asBytes) {
					requireUtf8(name, value);
					text = value;
				}
				record[name] = encoding?.decode(value, name);
				if (name === idColumn)
					id = encoding?.idAt?.(value, record[name], withinId);
			} catch (error) {
				if (error instanceof BadInput) return error;
				throw error;
			}
		}
		return { record, text, id, bytes };
	}

	/** The size of each value; null where they do not come to the sample's. */
	async #sizes(length: number): Promise<number[] | null> {
		if (this.#headSize > length) return null;
		const head = await this.#take(this.#headSize);
		let at = 0;
		const sizes = this.#columns.map(({ size }) => {
			if (size !== null) return size;
			at += 4;
			return head.readUInt32LE(at - 4);
		});
		const sum = sizes.reduce((sum, size) => sum + size, this.#headSize);
		return sum === length ? sizes : null;
	}

	async #take(count: number): Promise<Buffer> {
		const cursor = this.#cursor;
		if (cursor.held < count && !(await cursor.fill(count)))
			throw truncatedMds("it ends inside a sample");
		return cursor.take(count);
	}

	async #skip(count: number): Promise<void> {
		const cursor = this.#cursor;
		if (cursor.held >= count) cursor.take(count);
		else if ((await cursor.skip(count)) < count)
			throw truncatedMds("it ends before its last sample");
	}
}
