import type { RandomAccessFile } from "../storage.js";
import { noSuchFile } from "../system-errors.js";
import { readsNow, waitForRead } from "../when-read.js";
import { BLOCK } from "./block-cache.js";
import type { FarObject } from "./far-reads.js";
import type { ObjectReader } from "./object-client.js";

/**
 * Opens an object for reads within `whenRead`.
 * @throws NotYetRead; UsageError `no-such-file`
 */
export function openFarFile(
	client: ObjectReader,
	path: string,
): RandomAccessFile {
	const object = readsNow(path).object(client, path);
	if (object === undefined) waitForRead();
	if (object === null) throw noSuchFile(path);
	return new FarFile(object);
}

class FarFile implements RandomAccessFile {
	readonly #object: FarObject;
	readonly size: number;

	constructor(object: FarObject) {
		this.#object = object;
		this.size = object.size;
	}

	readInto(
		target: Uint8Array,
		position: number,
		offset: number,
		length: number,
		isAlone = false,
	): number {
		const there = Math.max(0, Math.min(length, this.size - position));
		if (there === 0) return 0;
		if (!isAlone) return this.#readBlocks(target, position, offset, there);
		const reads = readsNow(this.#object.path);
		const bytes = reads.range(this.#object, position, there);
		if (bytes === undefined) waitForRead();
		target.set(bytes, offset);
		return there;
	}

	expect(position: number, length: number): void {
		const from = Math.max(0, position);
		const to = Math.min(this.size, position + length);
		if (to <= from) return;
		const reads = readsNow(this.#object.path);
		for (let block = blockAt(from); block <= blockAt(to - 1); block++)
			reads.block(this.#object, block);
	}

	#readBlocks(
		target: Uint8Array,
		position: number,
		offset: number,
		length: number,
	): number {
		const reads = readsNow(this.#object.path);
		const end = position + length;
		const last = blockAt(end - 1);
		let isThere = true;
		for (let block = blockAt(position); block <= last; block++)
			if (reads.block(this.#object, block) === undefined) isThere = false;
		if (!isThere) waitForRead();
		for (let at = position; at < end; ) {
			const block = blockAt(at);
			const bytes = reads.block(this.#object, block) as Uint8Array;
			const from = at - block * BLOCK;
			const part = bytes.subarray(from, from + end - at);
			target.set(part, offset + at - position);
			at += part.length;
		}
		return length;
	}
}

function blockAt(position: number): number {
	return Math.floor(position / BLOCK);
}
