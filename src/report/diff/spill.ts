import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Int32Buffer } from "../../core/buffers.js";
import type { PendingFile } from "../../storage/storage.js";
import { storageAt } from "../../storage/storages.js";

/** Numbers that wait in memory, of all partitions together. */
const MOST_WAITING = 1 << 20;
/** Bytes that a partition is meant to have. */
const BYTES_OF_PARTITION = 1 << 23;
const MOST_PARTITIONS = 1 << 10;

/** As many partitions as keep each of them small. */
export function partitionsFor(records: number, width: number): number {
	const wanted = Math.ceil((records * width * 4) / BYTES_OF_PARTITION);
	return Math.min(MOST_PARTITIONS, Math.max(1, wanted));
}

/**
 * Records of as many whole numbers each, apart by partition: a few stay in memory, many are written to a
 * file for the time that they are needed.
 */
export class Spill {
	readonly partitions: number;
	readonly #waiting: Int32Buffer[];
	readonly #blocks: { position: number; length: number }[][];
	readonly #path = join(
		tmpdir(),
		`seqpack-${randomBytes(8).toString("hex")}.bin`,
	);
	#file: PendingFile | null = null;
	#written = 0;
	#added = 0;

	constructor(partitions: number) {
		this.partitions = partitions;
		this.#waiting = Array.from(
			{ length: partitions },
			() => new Int32Buffer(16),
		);
		this.#blocks = Array.from({ length: partitions }, () => []);
	}

	/** The partition of a number whose 32 bits are as good as random. */
	partitionOf(hash: number): number {
		return Math.floor(((hash >>> 0) * this.partitions) / 2 ** 32);
	}

	/** Adds a record; once it is full `write` is to be called. */
	add(partition: number, record: ArrayLike<number>): void {
		this.#waiting[partition].append(record);
		this.#added += record.length;
	}

	/** Whether so much waits that it is to be written. */
	get isFull(): boolean {
		return this.#added >= MOST_WAITING;
	}

	/** Ends adding. */
	async finish(): Promise<void> {
		if (this.#file === null) return;
		await this.write();
		await this.#file.commit();
	}

	/** All records of a partition, in the order in which they were added. */
	async read(partition: number): Promise<Int32Array> {
		const waiting = this.#waiting[partition].view();
		const blocks = this.#blocks[partition];
		if (blocks.length === 0) return waiting;
		const bytes = Buffer.alloc(blocks.reduce((sum, b) => sum + b.length, 0));
		const file = await storageAt(this.#path).open(this.#path);
		let at = 0;
		try {
			for (const { position, length } of blocks) {
				bytes.set(await file.read(position, length), at);
				at += length;
			}
		} finally {
			await file.close();
		}
		return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
	}

	async remove(): Promise<void> {
		await this.#file?.abort();
		await storageAt(this.#path).remove(this.#path);
	}

	/** Writes what waits; nothing may be added meanwhile. */
	async write(): Promise<void> {
		this.#file ??= await storageAt(this.#path).create(this.#path, {
			scratch: true,
		});
		this.#added = 0;
		for (const [partition, buffer] of this.#waiting.entries()) {
			if (buffer.length === 0) continue;
			const { buffer: memory, byteOffset, byteLength } = buffer.view();
			const bytes = new Uint8Array(memory, byteOffset, byteLength);
			await this.#file.write(bytes);
			this.#blocks[partition].push({
				position: this.#written,
				length: bytes.length,
			});
			this.#written += bytes.length;
			buffer.length = 0;
		}
	}
}
