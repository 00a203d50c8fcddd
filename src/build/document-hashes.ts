import { Int32Buffer } from "../core/buffers.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { HASH_BYTES } from "../documents/document-hash.js";
import { readFindings, writeFindings } from "./findings.js";
import type { Hashed, KeyRule } from "./key-rule.js";
import { smallestKeys } from "./smallest-keys.js";
import type { Workspace } from "./workspace.js";

/** Words of a hash that are kept: 128 bits, of which no two documents share all by chance. */
const WORDS = 4;

/** The hashes of a task's documents: what other tasks find repeats by, and whom to choose. */
export class DocumentHashes {
	readonly #words = new Int32Buffer();
	/** Of each group, the numbers that decide which documents of it are chosen. */
	readonly #keys: number[][];
	readonly #rule: KeyRule | null;

	/** @param rule Null: none are chosen by number. */
	constructor(rule: KeyRule | null) {
		this.#rule = rule;
		this.#keys = Array.from({ length: rule?.groups ?? 0 }, () => []);
	}

	/** @param batch In the order of the input. */
	add(batch: Hashed): void {
		const { hashes } = batch;
		const view = new DataView(hashes.buffer, hashes.byteOffset);
		for (let text = 0; text < hashes.length / HASH_BYTES; text++) {
			for (let word = 0; word < WORDS; word++)
				this.#words.push(view.getInt32(HASH_BYTES * text + 4 * word));
			const group = this.#rule?.groupOf(batch, text) ?? -1;
			if (group >= 0)
				this.#keys[group].push(this.#rule?.keyOf(batch, text) ?? 0);
		}
	}

	/**
	 * Writes what others need: the smallest of the keys, group by group; and the hashes, part
	 * by part, with the documents' numbers.
	 */
	async write(
		workspace: Workspace,
		task: number,
		parts: number,
	): Promise<DatasetFile> {
		const words = this.#words.view();
		const documents = words.length / WORDS;
		const partOf = (document: number) =>
			Math.floor(((words[WORDS * document] >>> 0) * parts) / 2 ** 32);
		const offsets = new Int32Array(parts + 1);
		if (parts > 0) for (let d = 0; d < documents; d++) offsets[partOf(d) + 1]++;
		for (let part = 0; part < parts; part++) offsets[part + 1] += offsets[part];
		const next = offsets.slice();
		const numbers = new Int32Array(offsets[parts]);
		const sorted = new Int32Array(WORDS * numbers.length);
		for (let d = 0; d < documents && parts > 0; d++) {
			const at = next[partOf(d)]++;
			numbers[at] = d;
			sorted.set(words.subarray(WORDS * d, WORDS * (d + 1)), WORDS * at);
		}
		const rule = this.#rule ?? { count: 0, areDistinct: true };
		const keys = this.#keys.map((own) => smallestKeys(own, rule));
		const counts = Float64Array.from(keys, ({ length }) => length);
		const hashes = Array.from({ length: parts }, (_, part) => {
			const [from, to] = [offsets[part], offsets[part + 1]];
			return [
				sorted.subarray(WORDS * from, WORDS * to),
				numbers.subarray(from, to),
			];
		});
		return writeFindings(workspace, task, [
			[Float64Array.of(keys.length), counts, ...keys],
			...hashes,
		]);
	}
}

/** The hashes of a task in one part, and its documents' numbers. */
export async function readHashes(
	workspace: Workspace,
	task: number,
	part: number,
): Promise<{ words: Int32Array; numbers: Int32Array }> {
	const found = new Int32Array(await readFindings(workspace, task, 1 + part));
	const words = (found.length / (WORDS + 1)) * WORDS;
	return { words: found.subarray(0, words), numbers: found.subarray(words) };
}

/** Of each group, the smallest keys of a task's documents, in ascending order. */
export async function readKeys(
	workspace: Workspace,
	task: number,
): Promise<Float64Array[]> {
	const found = new Float64Array(await readFindings(workspace, task, 0));
	let end = 1 + found[0];
	return Array.from(found.subarray(1, end), (count) => {
		end += count;
		return found.subarray(end - count, end);
	});
}

/** Hashes of documents, each once. */
export class HashSet {
	readonly #words = new Int32Buffer();
	/** Open addressing: the number of a hash among those held, and 1; 0 for none. */
	#table = new Int32Array(1 << 12);

	/** Adds a hash, unless it is there; tells whether it was. */
	has(words: Int32Array, at: number): boolean {
		const mask = this.#table.length - 1;
		const held = this.#words.array;
		let slot = words[at + 1] & mask;
		for (; this.#table[slot] !== 0; slot = (slot + 1) & mask) {
			const known = WORDS * (this.#table[slot] - 1);
			if (
				held[known] === words[at] &&
				held[known + 1] === words[at + 1] &&
				held[known + 2] === words[at + 2] &&
				held[known + 3] === words[at + 3]
			)
				return true;
		}
		for (let word = 0; word < WORDS; word++) this.#words.push(words[at + word]);
		const count = this.#words.length / WORDS;
		this.#table[slot] = count;
		if (2 * count > this.#table.length) this.#grow();
		return false;
	}

	#grow(): void {
		const table = new Int32Array(2 * this.#table.length);
		const mask = table.length - 1;
		for (let i = 0; i < this.#words.length / WORDS; i++) {
			let slot = this.#words.array[WORDS * i + 1] & mask;
			while (table[slot] !== 0) slot = (slot + 1) & mask;
			table[slot] = i + 1;
		}
		this.#table = table;
	}
}

/** Writes lists of numbers, one for each task that reads: list i is `numbers[offsets[i] .. offsets[i + 1])`. */
export function writeLists(
	workspace: Workspace,
	task: number,
	offsets: Int32Array,
	numbers: Int32Array,
): Promise<DatasetFile> {
	const lists = Array.from({ length: offsets.length - 1 }, (_, list) => [
		numbers.subarray(offsets[list], offsets[list + 1]),
	]);
	return writeFindings(workspace, task, lists);
}

/** One of the lists that a task has written. */
export async function readList(
	workspace: Workspace,
	task: number,
	list: number,
): Promise<Int32Array> {
	return new Int32Array(await readFindings(workspace, task, list));
}
