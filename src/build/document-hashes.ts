import { sum } from "../core/arithmetic.js";
import { Int32Buffer } from "../core/buffers.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { HASH_BYTES } from "../documents/document-hash.js";
import type { ReadableFile } from "../storage/storage.js";
import type { Hashed, KeyRule } from "./key-rule.js";
import { smallestKeys } from "./smallest-keys.js";
import type { Workspace } from "./workspace.js";

/** Words of a hash that are kept: 128 bits, of which no two documents share all by chance. */
const WORDS = 4;

/** Numbers are written as this machine has them, which is little-endian wherever Node runs. */
const bytesOfNumbers = (numbers: Int32Array | Float64Array) =>
	new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

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
	 * Writes what others need: the hashes, part by part, with the documents' numbers;
	 * and the smallest of the keys, group by group.
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
		const counts = Int32Array.from(keys, ({ length }) => length);
		const path = workspace.findings(task);
		const file = await workspace.create(path);
		try {
			const header = Int32Array.of(parts, counts.length);
			for (const part of [header, offsets, sorted, numbers, counts, ...keys])
				await file.write(bytesOfNumbers(part));
		} catch (error) {
			await file.abort();
			throw error;
		}
		return { path, ...(await file.commit()) };
	}
}

const HEADER_BYTES = 8;

/** The hashes of a task in one part, and its documents' numbers. */
export async function readHashes(
	workspace: Workspace,
	task: number,
	part: number,
): Promise<{ words: Int32Array; numbers: Int32Array }> {
	return withFile(workspace, workspace.findings(task), async (file) => {
		const [parts] = await int32s(file, 0, 2);
		const offsets = await int32s(file, HEADER_BYTES, parts + 1);
		const [from, to] = [offsets[part], offsets[part + 1]];
		const hashesAt = HEADER_BYTES + 4 * (parts + 1);
		const numbersAt = hashesAt + 4 * WORDS * offsets[parts];
		return {
			words: await int32s(
				file,
				hashesAt + 4 * WORDS * from,
				WORDS * (to - from),
			),
			numbers: await int32s(file, numbersAt + 4 * from, to - from),
		};
	});
}

/** Of each group, the smallest keys of a task's documents, in ascending order. */
export async function readKeys(
	workspace: Workspace,
	task: number,
): Promise<Float64Array[]> {
	return withFile(workspace, workspace.findings(task), async (file) => {
		const [parts, groups] = await int32s(file, 0, 2);
		const offsets = await int32s(file, HEADER_BYTES, parts + 1);
		const countsAt =
			HEADER_BYTES + 4 * (parts + 1) + 4 * (WORDS + 1) * offsets[parts];
		const counts = await int32s(file, countsAt, groups);
		const bytes = await file.read(countsAt + 4 * groups, 8 * sum(counts));
		const keys = new Float64Array(copyOf(bytes));
		let end = 0;
		return Array.from(counts, (count) => {
			end += count;
			return keys.subarray(end - count, end);
		});
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
export async function writeLists(
	workspace: Workspace,
	task: number,
	offsets: Int32Array,
	numbers: Int32Array,
): Promise<DatasetFile> {
	const path = workspace.findings(task);
	const file = await workspace.create(path);
	try {
		for (const part of [Int32Array.of(offsets.length), offsets, numbers])
			await file.write(bytesOfNumbers(part));
	} catch (error) {
		await file.abort();
		throw error;
	}
	return { path, ...(await file.commit()) };
}

/** One of the lists that a task has written. */
export async function readList(
	workspace: Workspace,
	task: number,
	list: number,
): Promise<Int32Array> {
	return withFile(workspace, workspace.findings(task), async (file) => {
		const [offsets] = await int32s(file, 0, 1);
		const [from, to] = await int32s(file, 4 * (1 + list), 2);
		return int32s(file, 4 * (1 + offsets + from), to - from);
	});
}

async function withFile<T>(
	{ storage }: Workspace,
	path: string,
	use: (file: ReadableFile) => Promise<T>,
): Promise<T> {
	const file = await storage.open(path);
	try {
		return await use(file);
	} finally {
		await file.close();
	}
}

/** The bytes in memory of their own, which begins where numbers may. */
function copyOf({ buffer, byteOffset, length }: Buffer): ArrayBuffer {
	return buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
}

/** Numbers of a file, from a byte on. */
async function int32s(
	file: ReadableFile,
	position: number,
	count: number,
): Promise<Int32Array> {
	if (count === 0) return new Int32Array(0);
	const bytes = await file.read(position, 4 * count);
	return new Int32Array(copyOf(bytes));
}
