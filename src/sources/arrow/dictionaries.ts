import type { ReadableFile } from "../../storage/storage.js";
import { BatchBody } from "./body.js";
import { messageAt } from "./contents.js";
import { decoding, faults } from "./faults.js";
import { placeOfValues } from "./layout.js";
import type { Field, Schema } from "./metadata.js";
import { type Dictionaries, loadValues, type ValueAt } from "./values.js";

/** Values of a dictionary, and of what was added to it. */
interface Part {
	length: number;
	/** By whether values are wanted raw. */
	at: Record<"raw" | "whole", ValueAt>;
}

/** The dictionaries that columns of a file point into. */
export class LoadedDictionaries implements Dictionaries {
	readonly #file: ReadableFile;
	readonly #size: number;
	readonly #version: number;
	readonly #wanted = new Map<number, Field>();
	readonly #parts = new Map<number, Part[]>();
	#loaded = 0;

	/** @param wanted The columns whose dictionaries will be asked for. */
	constructor(
		file: ReadableFile,
		size: number,
		{ version }: Schema,
		wanted: readonly Field[],
	) {
		this.#file = file;
		this.#size = size;
		this.#version = version;
		const want = (field: Field) => {
			if (field.dictionary !== null)
				this.#wanted.set(field.dictionary.id, field);
			field.children.forEach(want);
		};
		wanted.forEach(want);
	}

	/**
	 * Loads what messages of dictionaries say, in their order; never one twice.
	 * @throws BadInput
	 */
	async load(positions: readonly number[]): Promise<void> {
		if (this.#wanted.size === 0) return;
		for (; this.#loaded < positions.length; this.#loaded++)
			await this.#loadOne(positions[this.#loaded]);
	}

	valuesOf(id: number, raw: boolean): (index: number) => unknown {
		const parts = this.#parts.get(id);
		if (parts === undefined) throw faults.corrupt("a dictionary is missing");
		const way = raw ? "raw" : "whole";
		return (index) => {
			let rest = index;
			if (rest >= 0)
				for (const { length, at } of parts) {
					if (rest < length) return at[way](rest);
					rest -= length;
				}
			throw faults.corrupt("an index is beyond its dictionary");
		};
	}

	async #loadOne(position: number): Promise<void> {
		const found = await messageAt(this.#file, position, this.#size);
		if (!("dictionary" in found.message))
			throw faults.corrupt("a dictionary is gone");
		const { id, isDelta, batch } = found.message.dictionary;
		const field = this.#wanted.get(id);
		if (field === undefined) return;
		const place = decoding(() => placeOfValues(field, this.#version, batch));
		const body = await BatchBody.open(this.#file, batch, found.body);
		const load = (raw: boolean) =>
			loadValues(body, place, batch.rows, raw, this);
		const part: Part = {
			length: batch.rows,
			at: { raw: await load(true), whole: await load(false) },
		};
		this.#parts.set(
			id,
			isDelta ? [...(this.#parts.get(id) ?? []), part] : [part],
		);
	}
}
