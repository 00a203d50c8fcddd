/** Why a chunk cannot be decoded. */
export class BadChunk extends Error {}

/** Text that a chunk can hold at most. */
export const LARGEST_CHUNK = 1 << 21;
/** Bytes of the longest header of a chunk. */
export const LONGEST_CHUNK_HEADER = 6;

/** The header of a chunk of LZMA2. */
export interface ChunkHeader {
	/** Bytes of the header, and of what follows it. */
	length: number;
	stored: number;
	/** Bytes of text. */
	size: number;
	kind: "end" | "uncompressed" | "lzma";
	resetsDictionary: boolean;
	resetsState: boolean;
	/** New properties, or null where those before hold on. */
	properties: number | null;
}

/**
 * The header that begins `head`, which has all of its bytes or all that are left (XZ
 * Utils, lzma2_decoder.c).
 * @returns Null where bytes are missing
 * @throws BadChunk
 */
export function parseChunkHeader(head: Buffer): ChunkHeader | null {
	if (head.length === 0) return null;
	const control = head[0];
	if (control === 0)
		return {
			length: 1,
			stored: 0,
			size: 0,
			kind: "end",
			resetsDictionary: false,
			resetsState: false,
			properties: null,
		};
	if (control < 0x80) {
		if (control > 2) throw new BadChunk("a chunk is of no known kind");
		if (head.length < 3) return null;
		const size = head.readUInt16BE(1) + 1;
		return {
			length: 3,
			stored: size,
			size,
			kind: "uncompressed",
			resetsDictionary: control === 1,
			resetsState: false,
			properties: null,
		};
	}
	const reset = (control >> 5) & 3;
	const length = reset >= 2 ? 6 : 5;
	if (head.length < length) return null;
	return {
		length,
		stored: head.readUInt16BE(3) + 1,
		size: (((control & 0x1f) << 16) | head.readUInt16BE(1)) + 1,
		kind: "lzma",
		resetsDictionary: reset === 3,
		resetsState: reset >= 1,
		properties: reset >= 2 ? head[5] : null,
	};
}

const MODEL_BITS = 11;
const HALF = 1 << (MODEL_BITS - 1);
const MOVE_BITS = 5;
const STATES = 12;
const POSITION_STATES = 16;
/** States below it follow a literal. */
const FIRST_AFTER_MATCH = 7;
const SHORTEST_MATCH = 2;
const LENGTH_STATES = 4;
const ALIGN_BITS = 4;

/** Probabilities of the length of a match: 8 short ones, 8 middle ones and 256 long ones. */
class LengthModel {
	readonly choice = new Uint16Array(2);
	readonly low = new Uint16Array(POSITION_STATES << 3);
	readonly middle = new Uint16Array(POSITION_STATES << 3);
	readonly high = new Uint16Array(256);

	reset(): void {
		for (const model of [this.choice, this.low, this.middle, this.high])
			model.fill(HALF);
	}
}

/** Decodes chunks of LZMA2 (I. Pavlov, lzma-specification.txt). */
export class Lzma2Decoder {
	readonly #dictionarySize: number;
	/** The dictionary, and behind it room for chunks. */
	#window = Buffer.allocUnsafe(2 * LARGEST_CHUNK);
	/** Where the dictionary begins, and where the next byte goes. */
	#start = 0;
	#out = 0;
	/** Where in the window positions are counted from, modulo 16. */
	#origin = 0;

	#hasDictionary = false;
	#hasState = false;
	#hasProperties = false;
	#literalContextBits = 0;
	#literalPositionMask = 0;
	#positionMask = 0;

	#state = 0;
	/** The last four distances, the latest first. */
	#distance0 = 0;
	#distance1 = 0;
	#distance2 = 0;
	#distance3 = 0;
	readonly #isMatch = new Uint16Array(STATES * POSITION_STATES);
	readonly #isRepeat = new Uint16Array(STATES);
	readonly #isOlder = new Uint16Array(STATES);
	readonly #isOlderThan1 = new Uint16Array(STATES);
	readonly #isOlderThan2 = new Uint16Array(STATES);
	readonly #isLong = new Uint16Array(STATES * POSITION_STATES);
	readonly #distanceSlots = new Uint16Array(LENGTH_STATES << 6);
	readonly #distanceBits = new Uint16Array(128);
	readonly #alignBits = new Uint16Array(1 << ALIGN_BITS);
	readonly #matchLength = new LengthModel();
	readonly #repeatLength = new LengthModel();
	#literals = new Uint16Array(0);

	#input: Buffer = Buffer.alloc(0);
	#at = 0;
	/** Both are of 32 bits without a sign, kept as they are in an integer with one. */
	#range = 0;
	#code = 0;

	/** @param dictionarySize Bytes that can be referred back to. */
	constructor(dictionarySize: number) {
		this.#dictionarySize = dictionarySize;
	}

	/**
	 * The text of a chunk. Its bytes are reused with the next one.
	 * @throws BadChunk
	 */
	decode(header: ChunkHeader, data: Buffer): Buffer {
		if (header.resetsDictionary) {
			this.#hasDictionary = true;
			this.#start = this.#out;
			this.#origin = this.#out & 15;
			this.#hasState = false;
			this.#hasProperties = false;
		}
		if (!this.#hasDictionary)
			throw new BadChunk("the first chunk needs one before it");
		this.#makeRoom(header.size);
		const from = this.#out;
		if (header.kind === "uncompressed") {
			this.#out += data.copy(this.#window, from);
		} else {
			if (header.properties !== null) this.#setProperties(header.properties);
			if (!this.#hasProperties)
				throw new BadChunk("a chunk needs properties of one before it");
			if (header.resetsState) this.#resetState();
			if (!this.#hasState)
				throw new BadChunk("a chunk needs the state of one before it");
			this.#decodeLzma(data, from + header.size);
		}
		return this.#window.subarray(from, this.#out);
	}

	/** Where a chunk has no room, moves the dictionary to the front, or into a larger window. */
	#makeRoom(size: number): void {
		const old = this.#window;
		if (this.#out + size <= old.length) return;
		const dictionary = this.#dictionarySize;
		const kept = Math.min(this.#out - this.#start, dictionary);
		const from = this.#out - kept;
		const most = dictionary + Math.max(2 * LARGEST_CHUNK, dictionary / 4);
		const wanted = Math.min(most, 2 * old.length);
		if (wanted > old.length) this.#window = Buffer.allocUnsafe(wanted);
		old.copy(this.#window, 0, from, this.#out);
		this.#origin = (this.#origin - from) & 15;
		this.#start = 0;
		this.#out = kept;
	}

	#setProperties(properties: number): void {
		const literalContextBits = properties % 9;
		const rest = Math.floor(properties / 9);
		const literalPositionBits = rest % 5;
		const positionBits = Math.floor(rest / 5);
		if (positionBits > 4 || literalContextBits + literalPositionBits > 4)
			throw new BadChunk("a chunk has impossible properties");
		this.#hasProperties = true;
		this.#literalContextBits = literalContextBits;
		this.#literalPositionMask = (1 << literalPositionBits) - 1;
		this.#positionMask = (1 << positionBits) - 1;
		this.#literals = new Uint16Array(
			0x300 << (literalContextBits + literalPositionBits),
		);
	}

	#resetState(): void {
		this.#hasState = true;
		this.#state = 0;
		this.#distance0 = 0;
		this.#distance1 = 0;
		this.#distance2 = 0;
		this.#distance3 = 0;
		for (const model of [
			this.#isMatch,
			this.#isRepeat,
			this.#isOlder,
			this.#isOlderThan1,
			this.#isOlderThan2,
			this.#isLong,
			this.#distanceSlots,
			this.#distanceBits,
			this.#alignBits,
			this.#literals,
		])
			model.fill(HALF);
		this.#matchLength.reset();
		this.#repeatLength.reset();
	}

	#decodeLzma(data: Buffer, end: number): void {
		if (data.length < 5 || data[0] !== 0)
			throw new BadChunk("a chunk begins wrongly");
		this.#input = data;
		this.#at = 5;
		this.#range = -1;
		this.#code = data.readInt32BE(1);
		while (this.#out < end) {
			const state = this.#state;
			const position = (this.#out - this.#origin) & this.#positionMask;
			if (this.#bit(this.#isMatch, state * POSITION_STATES + position) === 0)
				this.#decodeLiteral(state);
			else this.#copy(this.#decodeMatch(state, position), end);
		}
		this.#normalize();
		if (this.#at !== data.length || this.#code !== 0)
			throw new BadChunk("a chunk does not end where it says");
	}

	#decodeLiteral(state: number): void {
		const window = this.#window;
		const out = this.#out;
		const before = out > this.#start ? window[out - 1] : 0;
		const place = (out - this.#origin) & this.#literalPositionMask;
		const context =
			(place << this.#literalContextBits) +
			(before >> (8 - this.#literalContextBits));
		const models = this.#literals;
		const offset = 0x300 * context;
		let symbol = 1;
		if (state >= FIRST_AFTER_MATCH) {
			if (this.#distance0 >= out - this.#start)
				throw new BadChunk("a match begins before the text");
			// The byte that a match would have given says what is not likely.
			let unlikely = window[out - this.#distance0 - 1];
			while (symbol < 0x100) {
				const expected = (unlikely >> 7) & 1;
				unlikely <<= 1;
				const model = offset + ((1 + expected) << 8) + symbol;
				const bit = this.#bit(models, model);
				symbol = (symbol << 1) | bit;
				if (bit !== expected) break;
			}
		}
		while (symbol < 0x100)
			symbol = (symbol << 1) | this.#bit(models, offset + symbol);
		window[out] = symbol;
		this.#out = out + 1;
		this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
	}

	/** Sets the distance of a match, and returns its length. */
	#decodeMatch(state: number, position: number): number {
		const isAfterLiteral = state < FIRST_AFTER_MATCH;
		if (this.#bit(this.#isRepeat, state) === 0) {
			this.#distance3 = this.#distance2;
			this.#distance2 = this.#distance1;
			this.#distance1 = this.#distance0;
			const length = this.#decodeLength(this.#matchLength, position);
			this.#distance0 = this.#decodeDistance(length);
			this.#state = isAfterLiteral ? 7 : 10;
			return length;
		}
		if (this.#bit(this.#isOlder, state) === 0) {
			if (this.#bit(this.#isLong, state * POSITION_STATES + position) === 0) {
				this.#state = isAfterLiteral ? 9 : 11;
				return 1;
			}
		} else {
			let distance = this.#distance1;
			if (this.#bit(this.#isOlderThan1, state) === 1) {
				distance = this.#distance2;
				if (this.#bit(this.#isOlderThan2, state) === 1) {
					distance = this.#distance3;
					this.#distance3 = this.#distance2;
				}
				this.#distance2 = this.#distance1;
			}
			this.#distance1 = this.#distance0;
			this.#distance0 = distance;
		}
		this.#state = isAfterLiteral ? 8 : 11;
		return this.#decodeLength(this.#repeatLength, position);
	}

	#decodeLength(model: LengthModel, position: number): number {
		const row = position << 3;
		if (this.#bit(model.choice, 0) === 0)
			return SHORTEST_MATCH + this.#tree(model.low, row, 3);
		if (this.#bit(model.choice, 1) === 0)
			return SHORTEST_MATCH + 8 + this.#tree(model.middle, row, 3);
		return SHORTEST_MATCH + 16 + this.#tree(model.high, 0, 8);
	}

	#decodeDistance(length: number): number {
		const row = Math.min(length - SHORTEST_MATCH, LENGTH_STATES - 1);
		const slot = this.#tree(this.#distanceSlots, row << 6, 6);
		if (slot < 4) return slot;
		const bits = (slot >> 1) - 1;
		const base = (2 | (slot & 1)) << bits;
		if (slot < 14)
			return base + this.#reverseTree(this.#distanceBits, base - slot, bits);
		const high = this.#direct(bits - ALIGN_BITS) << ALIGN_BITS;
		const low = this.#reverseTree(this.#alignBits, 0, ALIGN_BITS);
		// The largest ones have no place in an integer with a sign, nor in any window.
		return (base + high + low) >>> 0;
	}

	#copy(length: number, end: number): void {
		const window = this.#window;
		let out = this.#out;
		const distance = this.#distance0;
		if (distance >= out - this.#start)
			throw new BadChunk("a match begins before the text");
		if (length > end - out) throw new BadChunk("a match ends after its chunk");
		let from = out - distance - 1;
		for (let left = length; left > 0; left--) window[out++] = window[from++];
		this.#out = out;
	}

	#normalize(): void {
		// Its highest eight bits are zero.
		if (this.#range >>> 24 === 0) {
			this.#range <<= 8;
			this.#code = (this.#code << 8) | this.#input[this.#at++];
		}
	}

	#bit(models: Uint16Array, index: number): number {
		this.#normalize();
		const model = models[index];
		const bound = Math.imul(this.#range >>> MODEL_BITS, model);
		if (this.#code >>> 0 < bound >>> 0) {
			this.#range = bound;
			models[index] = model + (((1 << MODEL_BITS) - model) >> MOVE_BITS);
			return 0;
		}
		this.#range -= bound;
		this.#range |= 0;
		this.#code = (this.#code - bound) | 0;
		models[index] = model - (model >> MOVE_BITS);
		return 1;
	}

	/** A number of so many bits, the highest first. */
	#tree(models: Uint16Array, offset: number, bits: number): number {
		let node = 1;
		for (let i = 0; i < bits; i++)
			node = (node << 1) | this.#bit(models, offset + node);
		return node - (1 << bits);
	}

	/** A number of so many bits, the lowest first. */
	#reverseTree(models: Uint16Array, offset: number, bits: number): number {
		let node = 1;
		let value = 0;
		for (let i = 0; i < bits; i++) {
			const bit = this.#bit(models, offset + node);
			node = (node << 1) | bit;
			value |= bit << i;
		}
		return value;
	}

	/** A number of so many bits without probabilities. */
	#direct(bits: number): number {
		let value = 0;
		for (let i = 0; i < bits; i++) {
			this.#normalize();
			this.#range >>>= 1;
			const isSet = this.#code >>> 0 >= this.#range >>> 0;
			if (isSet) this.#code = (this.#code - this.#range) | 0;
			value = (value << 1) | Number(isSet);
		}
		return value;
	}
}
