/** Bytes after the metadata of a file: their length, and the magic word. */
const TAIL = 8;

/** Structures and lists within one another: the format itself comes to 8. */
const DEEPEST = 32;

const [BYTE, DOUBLE, BINARY, LIST, SET, STRUCT] = [3, 7, 8, 9, 10, 12];

/**
 * Looks at the metadata at the end of a Parquet file, in Thrift's compact protocol, before anything is made of
 * it: no list has more elements than there are bytes left, so that nobody makes room for what cannot be there.
 * @param bytes The end of the file, from its metadata on or from before it.
 * @throws Error where it is damaged
 */
export function checkMetadata(bytes: Uint8Array): void {
	const end = bytes.length - TAIL;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const length = end < 0 ? -1 : view.getUint32(end, true);
	if (length < 0 || length > end) throw new Error("its metadata is cut off");
	new Walk(bytes, end - length, end).pass(STRUCT, 0);
}

class Walk {
	readonly #bytes: Uint8Array;
	readonly #end: number;
	#at: number;

	constructor(bytes: Uint8Array, start: number, end: number) {
		this.#bytes = bytes;
		this.#at = start;
		this.#end = end;
	}

	/** Passes over a value. @param inList Of elements of a list, a bool has a byte. */
	pass(type: number, depth: number, inList = false): void {
		if (depth > DEEPEST) throw new Error("its metadata is too deep");
		if (type === 1 || type === 2) {
			if (inList) this.#advance(1);
		} else if (type === BYTE) this.#advance(1);
		else if (type > BYTE && type < DOUBLE) this.#varint();
		else if (type === DOUBLE) this.#advance(8);
		else if (type === BINARY) this.#advance(this.#varint());
		else if (type === LIST || type === SET) this.#list(depth);
		else if (type === STRUCT) this.#struct(depth);
		else throw new Error("its metadata cannot be read");
	}

	#struct(depth: number): void {
		for (;;) {
			const head = this.#byte();
			if (head === 0) return;
			if (head >>> 4 === 0) this.#varint();
			this.pass(head & 15, depth + 1);
		}
	}

	#list(depth: number): void {
		const head = this.#byte();
		const short = head >>> 4;
		const count = short === 15 ? this.#varint() : short;
		if (count > this.#end - this.#at)
			throw new Error(
				`its metadata has a list of ${count} elements in ${this.#end - this.#at} bytes`,
			);
		for (let i = 0; i < count; i++) this.pass(head & 15, depth + 1, true);
	}

	/** Of one that is longer than any length, more than there are bytes. */
	#varint(): number {
		let value = 0;
		for (let scale = 1, i = 0; i < 10; i++, scale *= 128) {
			const byte = this.#byte();
			value += (byte & 127) * scale;
			if (byte < 128) return value;
		}
		throw new Error("its metadata cannot be read");
	}

	#byte(): number {
		this.#advance(1);
		return this.#bytes[this.#at - 1];
	}

	#advance(count: number): void {
		this.#at += count;
		if (this.#at > this.#end) throw new Error("its metadata is cut off");
	}
}
