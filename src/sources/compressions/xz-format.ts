import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Crc64 } from "./crc64.js";

/** Begins a stream. */
export const XZ_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]);
export const STREAM_HEADER_SIZE = 12;
export const STREAM_FOOTER_SIZE = 12;
/** The sizes of all parts are multiples of it. */
export const XZ_ALIGNMENT = 4;
const LZMA2 = 0x21;

/** What is wrong with a part of a file, in words. */
export class BadPart extends Error {}
/** What a part has that is not read here: goes on "the data ...". */
export class UnknownPart extends Error {}

/** The check that a stream has for each of its blocks. */
export interface Check {
	size: number;
	create(): { update(bytes: Buffer): void; digest(): Buffer };
}

const checks: Readonly<Record<number, Check>> = {
	0: {
		size: 0,
		create: () => ({ update() {}, digest: () => Buffer.alloc(0) }),
	},
	1: { size: 4, create: createCrc32 },
	4: { size: 8, create: () => new Crc64() },
	10: { size: 32, create: () => createHash("sha256") },
};

function createCrc32() {
	let crc = 0;
	return {
		update(bytes: Buffer) {
			crc = crc32(bytes, crc);
		},
		digest() {
			const digest = Buffer.alloc(4);
			digest.writeUInt32LE(crc);
			return digest;
		},
	};
}

/**
 * The check of a stream, by the header, whose 12 bytes are given.
 * @throws BadPart, UnknownPart
 */
export function parseStreamHeader(header: Buffer): Check {
	if (!header.subarray(0, 6).equals(XZ_MAGIC))
		throw new BadPart("it does not begin as xz data does");
	if (header.readUInt32LE(8) !== crc32(header.subarray(6, 8)))
		throw new BadPart("the checksum of a header is wrong");
	const [first, kind] = header.subarray(6, 8);
	const check = checks[kind];
	if (first !== 0 || check === undefined)
		throw new UnknownPart("has a check of a kind that is not known");
	return check;
}

/** The footer of a stream, whose 12 bytes are given. @throws BadPart */
export function parseStreamFooter(footer: Buffer): { indexSize: number } {
	if (footer.toString("latin1", 10) !== "YZ")
		throw new BadPart("a stream does not end as it should");
	if (footer.readUInt32LE(0) !== crc32(footer.subarray(4, 10)))
		throw new BadPart("the checksum of a footer is wrong");
	return { indexSize: (footer.readUInt32LE(4) + 1) * XZ_ALIGNMENT };
}

export interface BlockHeader {
	dictionarySize: number;
	/** Bytes of data and of text, where the header says. */
	stored: number | null;
	size: number | null;
}

/** A header of a block, all of it. @throws BadPart, UnknownPart */
export function parseBlockHeader(header: Buffer): BlockHeader {
	const end = header.length - 4;
	if (header.readUInt32LE(end) !== crc32(header.subarray(0, end)))
		throw new BadPart("the checksum of a header is wrong");
	const flags = header[1];
	if (flags & 0x3c) throw new UnknownPart("has a block of an unknown kind");
	const numbers = new NumberReader(header.subarray(0, end), 2);
	const stored = flags & 0x40 ? numbers.read() : null;
	const size = flags & 0x80 ? numbers.read() : null;
	const filter = numbers.read();
	if ((flags & 3) !== 0 || filter !== LZMA2)
		throw new UnknownPart("went through a filter beside LZMA2");
	if (numbers.read() !== 1) throw new BadPart("a filter has no properties");
	return { dictionarySize: dictionaryOf(header[numbers.at]), stored, size };
}

/** @throws BadPart */
function dictionaryOf(bits: number): number {
	if (bits > 40) throw new BadPart("a dictionary has an impossible size");
	return bits === 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
}

/** A block, as the index has it. */
export interface IndexRecord {
	/** Bytes in the file, without those that fill it up to a multiple of four. */
	unpadded: number;
	/** Bytes of text. */
	size: number;
}

/** The blocks of a stream, by its index, all of it. @throws BadPart */
export function parseIndex(index: Buffer): IndexRecord[] {
	const end = index.length - 4;
	if (
		index[0] !== 0 ||
		index.readUInt32LE(end) !== crc32(index.subarray(0, end))
	)
		throw new BadPart("the checksum of an index is wrong");
	const numbers = new NumberReader(index.subarray(0, end), 1);
	const count = numbers.read();
	if (count > index.length) throw new BadPart("an index is too short");
	return Array.from({ length: count }, () => ({
		unpadded: numbers.read(),
		size: numbers.read(),
	}));
}

export const padded = (size: number) =>
	Math.ceil(size / XZ_ALIGNMENT) * XZ_ALIGNMENT;

/** Numbers of seven bits a byte, the lowest first. */
class NumberReader {
	readonly #bytes: Buffer;
	at: number;

	constructor(bytes: Buffer, at: number) {
		this.#bytes = bytes;
		this.at = at;
	}

	/** @throws BadPart */
	read(): number {
		let value = 0;
		for (let scale = 1; this.at < this.#bytes.length; scale *= 128) {
			const byte = this.#bytes[this.at++];
			value += (byte & 0x7f) * scale;
			if (value > Number.MAX_SAFE_INTEGER) break;
			if (byte < 0x80) return value;
		}
		throw new BadPart("a number does not end");
	}
}
