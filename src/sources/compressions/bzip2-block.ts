/** Bits of a buffer, the highest of each byte first. */
export class BitReader {
	readonly #bytes: Uint8Array;
	#at = 0;
	/** Bits that were taken from the bytes and not used yet, right-aligned. */
	#bits = 0;
	#count = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	/** Bits that were taken so far. */
	get position(): number {
		return this.#at * 8 - this.#count;
	}

	/** Whether more was taken than there is; what came since is zeros. */
	get isPastEnd(): boolean {
		return this.position > this.#bytes.length * 8;
	}

	skip(bits: number): void {
		for (let left = bits; left > 0; left -= 16) this.read(Math.min(16, left));
	}

	/** Up to 24 bits that stay where they are. */
	peek(bits: number): number {
		while (this.#count < bits) {
			const byte = this.#at < this.#bytes.length ? this.#bytes[this.#at] : 0;
			this.#at++;
			this.#bits = ((this.#bits & 0xffffff) << 8) | byte;
			this.#count += 8;
		}
		return (this.#bits >>> (this.#count - bits)) & ((1 << bits) - 1);
	}

	/** Takes bits that were peeked at. */
	drop(bits: number): void {
		this.#count -= bits;
	}

	/** Takes up to 24 bits. */
	read(bits: number): number {
		const value = this.peek(bits);
		this.#count -= bits;
		return value;
	}

	/** Takes 32 bits. */
	readWord(): number {
		const high = this.read(16);
		return ((high << 16) | this.read(16)) >>> 0;
	}

	readBit(): number {
		return this.read(1);
	}
}

/** Why a block cannot be decoded. */
export class BadBlock extends Error {}

const LONGEST_CODE = 20;
const GROUP_SIZE = 50;
/** A block refers to each of its bytes by a number of 24 bits. */
const POSITION_BITS = 8;

/** A block: its bytes as sorted, each with the place of the next one above it. */
export interface Bzip2Block {
	checksum: number;
	links: Uint32Array;
	length: number;
	/** Where the first byte is. */
	origin: number;
}

/**
 * Decodes a block from after its magic number on (bzip2 1.0.8, decompress.c), up to
 * the undoing of the sort.
 * @throws BadBlock; where the bits have an end, whatever comes of zeros after it
 */
export function decodeBzip2Block(
	bits: BitReader,
	links: Uint32Array,
): Bzip2Block {
	const checksum = bits.readWord();
	if (bits.readBit() === 1) throw new BadBlock("a block is randomized");
	const origin = bits.read(24);
	const symbols = readSymbols(bits);
	const tableCount = bits.read(3);
	const selectorCount = bits.read(15);
	if (tableCount < 2 || tableCount > 6 || selectorCount === 0)
		throw new BadBlock("a block has no tables");
	const selectors = readSelectors(bits, selectorCount, tableCount);
	const alphabetSize = symbols.length + 2;
	const tables = Array.from({ length: tableCount }, () =>
		huffmanTable(readLengths(bits, alphabetSize)),
	);
	const counts = new Uint32Array(256);
	const length = readBytes(bits, symbols, selectors, tables, links, counts);
	if (origin >= length) throw new BadBlock("a block begins outside itself");
	link(links, counts, length);
	return { checksum, links, length, origin };
}

/** The bytes that a block has at all. */
function readSymbols(bits: BitReader): Uint8Array {
	const used = bits.read(16);
	const symbols: number[] = [];
	for (let high = 0; high < 16; high++) {
		if (((used >> (15 - high)) & 1) === 0) continue;
		const row = bits.read(16);
		for (let low = 0; low < 16; low++)
			if ((row >> (15 - low)) & 1) symbols.push(high * 16 + low);
	}
	if (symbols.length === 0) throw new BadBlock("a block has no symbols");
	return Uint8Array.from(symbols);
}

/** Which table each group of symbols is coded with. */
function readSelectors(
	bits: BitReader,
	count: number,
	tableCount: number,
): Uint8Array {
	const selectors = new Uint8Array(count);
	const order = Array.from({ length: tableCount }, (_, i) => i);
	for (let i = 0; i < count; i++) {
		let place = 0;
		while (bits.readBit() === 1)
			if (++place >= tableCount) throw new BadBlock("a selector has no table");
		const [table] = order.splice(place, 1);
		order.unshift(table);
		selectors[i] = table;
	}
	return selectors;
}

/** How many bits the code of each symbol has. */
function readLengths(bits: BitReader, count: number): Uint8Array {
	const lengths = new Uint8Array(count);
	let length = bits.read(5);
	for (let i = 0; i < count; i++) {
		while (true) {
			if (length < 1 || length > LONGEST_CODE)
				throw new BadBlock("a code has an impossible length");
			if (bits.readBit() === 0) break;
			length += bits.readBit() === 0 ? 1 : -1;
		}
		lengths[i] = length;
	}
	return lengths;
}

/** Canonical codes: of each length, the codes before and the symbols in order. */
interface HuffmanTable {
	/** For the next bits, as many as a short code has: symbol and length; 0 for longer codes. */
	short: Uint16Array;
	/** The first code that is longer than any of a length, left-aligned to the longest. */
	limits: Int32Array;
	/** What to take from a code of a length to get the place of its symbol. */
	bases: Int32Array;
	symbols: Uint16Array;
}

const SHORT_CODE = 10;
const LENGTH_BITS = 5;

function huffmanTable(lengths: Uint8Array): HuffmanTable {
	const counts = new Int32Array(LONGEST_CODE + 2);
	for (const length of lengths) counts[length]++;
	const limits = new Int32Array(LONGEST_CODE + 1);
	const bases = new Int32Array(LONGEST_CODE + 1);
	const starts = new Int32Array(LONGEST_CODE + 2);
	let code = 0;
	for (let length = 1; length <= LONGEST_CODE; length++) {
		starts[length + 1] = starts[length] + counts[length];
		bases[length] = code - starts[length];
		code += counts[length];
		if (code > 1 << length) throw new BadBlock("there are too many codes");
		limits[length] = code << (LONGEST_CODE - length);
		code <<= 1;
	}
	const symbols = new Uint16Array(lengths.length);
	const next = starts.slice();
	lengths.forEach((length, symbol) => {
		symbols[next[length]++] = symbol;
	});
	const short = new Uint16Array(1 << SHORT_CODE);
	for (let length = 1; length <= SHORT_CODE; length++)
		for (let i = 0; i < counts[length]; i++) {
			const place = starts[length] + i;
			const first = (bases[length] + place) << (SHORT_CODE - length);
			const entry = (symbols[place] << LENGTH_BITS) | length;
			short.fill(entry, first, first + (1 << (SHORT_CODE - length)));
		}
	return { short, limits, bases, symbols };
}

function readSymbol(bits: BitReader, table: HuffmanTable): number {
	const code = bits.peek(LONGEST_CODE);
	const entry = table.short[code >> (LONGEST_CODE - SHORT_CODE)];
	if (entry !== 0) {
		bits.drop(entry & ((1 << LENGTH_BITS) - 1));
		return entry >> LENGTH_BITS;
	}
	let length = SHORT_CODE + 1;
	while (length <= LONGEST_CODE && code >= table.limits[length]) length++;
	if (length > LONGEST_CODE) throw new BadBlock("a code means nothing");
	bits.drop(length);
	const place = (code >> (LONGEST_CODE - length)) - table.bases[length];
	return table.symbols[place];
}

/**
 * Undoes Huffman codes, runs and move-to-front: `links[i]` is the i-th byte, of which
 * there are `counts`.
 */
function readBytes(
	bits: BitReader,
	symbols: Uint8Array,
	selectors: Uint8Array,
	tables: readonly HuffmanTable[],
	links: Uint32Array,
	counts: Uint32Array,
): number {
	const front = symbols.slice();
	const endOfBlock = symbols.length + 1;
	let length = 0;
	let run = 0;
	let runBit = 1;
	let table = tables[0];
	let group = 0;
	let left = 0;
	const write = (byte: number, times: number) => {
		if (length + times > links.length)
			throw new BadBlock("a block is longer than its file says");
		links.fill(byte, length, length + times);
		counts[byte] += times;
		length += times;
	};
	for (;;) {
		if (left === 0) {
			if (group === selectors.length) throw new BadBlock("a block has no end");
			table = tables[selectors[group++]];
			left = GROUP_SIZE;
			if (bits.isPastEnd) throw new BadBlock("a block is cut off");
		}
		left--;
		const symbol = readSymbol(bits, table);
		// The two symbols of a run are the digits 1 and 2 of its length, lowest first.
		if (symbol <= 1) {
			if (runBit > 1 << 21) throw new BadBlock("a run is too long");
			run += runBit << symbol;
			runBit <<= 1;
			continue;
		}
		if (run > 0) {
			write(front[0], run);
			run = 0;
			runBit = 1;
		}
		if (symbol === endOfBlock) return length;
		const byte = front[symbol - 1];
		front.copyWithin(1, 0, symbol - 1);
		front[0] = byte;
		if (length === links.length)
			throw new BadBlock("a block is longer than its file says");
		links[length++] = byte;
		counts[byte]++;
	}
}

/** Undoes the sort (M. Burrows and D. Wheeler, 1994): adds to each byte the place of its successor. */
function link(links: Uint32Array, counts: Uint32Array, length: number): void {
	const next = new Uint32Array(256);
	for (let byte = 1; byte < 256; byte++)
		next[byte] = next[byte - 1] + counts[byte - 1];
	for (let i = 0; i < length; i++) {
		const byte = links[i] & 0xff;
		links[next[byte]++] |= i << POSITION_BITS;
	}
}
