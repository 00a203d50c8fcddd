/** What the header of a page says. */
export interface PageHeader {
	/** Parquet's numbers for kinds of pages: 0 data, 2 dictionary, 3 data of version 2. */
	kind: number;
	/** Bytes of the page, before it was compressed and as it is stored. */
	uncompressed: number;
	stored: number;
	/** Values, nulls and empty lists included, and how they are encoded. */
	values: number;
	encoding: number;
	/** How the levels are encoded. */
	levels: number;
	/** Where the page begins. */
	end: number;
}

const DATA = 5;
const DICTIONARY = 7;
const STRUCT = 12;

/** Reads the header of a page, in Thrift's compact protocol. @throws Error where it is none */
export function readPageHeader(bytes: Uint8Array, start: number): PageHeader {
	const reader = new ThriftReader(bytes, start);
	const header = { kind: -1, uncompressed: -1, stored: -1 };
	let content: number[] = [];
	for (const [field, type] of reader.fields())
		if (field === 1) header.kind = reader.integer();
		else if (field === 2) header.uncompressed = reader.integer();
		else if (field === 3) header.stored = reader.integer();
		else if ((field === DATA || field === DICTIONARY) && type === STRUCT)
			content = reader.numbers();
		else reader.skip(type);
	const [, values = -1, encoding = -1, defined = 3, repeated = 3] = content;
	const levels = defined === repeated ? defined : -1;
	if (header.uncompressed < 0 || header.stored < 0)
		throw new Error("it has a page without a size");
	return { ...header, values, encoding, levels, end: reader.at };
}

class ThriftReader {
	at: number;
	readonly #bytes: Uint8Array;

	constructor(bytes: Uint8Array, start: number) {
		this.#bytes = bytes;
		this.at = start;
	}

	/** Numbers and types of the fields of a structure; who asks for the next one has read the one before. */
	*fields(): Generator<[field: number, type: number]> {
		let field = 0;
		for (;;) {
			const head = this.#byte();
			if (head === 0) return;
			field = head >>> 4 === 0 ? this.integer() : field + (head >>> 4);
			yield [field, head & 15];
		}
	}

	/** The whole numbers of a structure, by field. */
	numbers(): number[] {
		const numbers: number[] = [];
		for (const [field, type] of this.fields())
			if (type === 5 && field < 16) numbers[field] = this.integer();
			else this.skip(type);
		return numbers;
	}

	integer(): number {
		const value = this.#varint();
		return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
	}

	skip(type: number, depth = 0): void {
		if (depth > 8) throw new Error("it has a page header that is too deep");
		if (type === 1 || type === 2) return;
		if (type === 3) this.at++;
		else if (type >= 4 && type <= 6) this.#varint();
		else if (type === 7) this.at += 8;
		else if (type === 8) this.at += this.#varint();
		else if (type === STRUCT)
			for (const [, inner] of this.fields()) this.skip(inner, depth + 1);
		else throw new Error("it has a page header that cannot be read");
	}

	#varint(): number {
		let value = 0;
		for (let scale = 1; scale < 2 ** 49; scale *= 128) {
			const byte = this.#byte();
			value += (byte & 127) * scale;
			if (byte < 128) return value;
		}
		throw new Error("it has a page header that cannot be read");
	}

	#byte(): number {
		if (this.at >= this.#bytes.length)
			throw new Error("it ends in a page header");
		return this.#bytes[this.at++];
	}
}
