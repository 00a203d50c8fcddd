import { gzipSync } from "node:zlib";
import type { NameOf } from "../../src/core/registry.js";
import type { compressions } from "../../src/sources/compressions.js";
import type { sourceFormats } from "../../src/sources/formats.js";
import { compressBzip2, compressLz4, compressZstd } from "./compressors.js";
import { compressXz } from "./xz-encoder.js";

/** A file with one record that cannot be used. */
interface BadFile {
	bytes: Uint8Array;
	/** The texts of the other records. */
	texts: string[];
	/** The line of the bad one, or what else the format counts, from 1. */
	number: number;
}

/** What the tests over all formats need of one. */
interface FormatCorpus {
	/** Files that hold the texts, in order, and the id that each document has. */
	write(texts: readonly string[]): {
		files: Record<string, Uint8Array>;
		ids: (string | null)[];
	};
	/** For each reason that the format declares, a file that gives it once. */
	bad: Record<string, () => BadFile>;
}

/** More bytes than a text can have; memory that is never touched. */
const tooLong = () => Buffer.alloc(2 ** 29);

const goodLine = '{"text":"good"}\n';
const badLine = (line: string | Uint8Array) => () => ({
	bytes: Buffer.concat([
		Buffer.from(`${goodLine}\n`),
		Buffer.from(line),
		Buffer.from(`\n${goodLine}`),
	]),
	texts: ["good", "good"],
	number: 3,
});

export const corpora: Record<NameOf<typeof sourceFormats>, FormatCorpus> = {
	jsonl: {
		write(texts) {
			const ids = texts.map((_, i) => (i % 3 === 0 ? null : `id ${i}`));
			const lines = texts.map((text, i) => {
				const id = ids[i] === null ? {} : { id: ids[i] };
				// A blank line now and then, and an end without a newline.
				const end = i === texts.length - 1 ? "" : "\n".repeat(1 + (i % 2));
				return JSON.stringify({ ...id, text }) + end;
			});
			return { files: { "a.jsonl": Buffer.from(lines.join("")) }, ids };
		},
		bad: {
			"not-json": badLine('{"text": '),
			"not-an-object": badLine('["text"]'),
			"invalid-utf8": badLine(Buffer.from('{"text":"caf\xe9"}', "latin1")),
			"too-long": () => badLine(tooLong())(),
		},
	},
	text: {
		write(texts) {
			const names = texts.map((_, i) => `${i}.txt`);
			const files = texts.map((text, i) => [names[i], Buffer.from(text)]);
			return { files: Object.fromEntries(files), ids: names };
		},
		bad: {
			"invalid-utf8": () => ({
				bytes: Buffer.from("one\ntwo\ncaf\xe9\n", "latin1"),
				texts: [],
				number: 3,
			}),
			"too-long": () => ({ bytes: tooLong(), texts: [], number: 1 }),
		},
	},
};

/** What the tests over all compressions need of one. */
interface CompressionCorpus {
	compress(bytes: Uint8Array): Uint8Array;
	/** For each reason that the compression declares, what makes a file give it. */
	bad: Record<string, readonly Damage[]>;
}

type Damage = (compressed: Uint8Array) => Uint8Array;

const cutShort: Damage = (bytes) => bytes.subarray(0, bytes.length - 10);
const followedByOthers: Damage = (bytes) =>
	Buffer.concat([bytes, Buffer.from("no longer compressed")]);
/** Zeros alone may be there to fill something up. */
const followedByZerosAndOthers: Damage = (bytes) =>
	Buffer.concat([bytes, Buffer.alloc(100_000), Buffer.from("x")]);
const damagedInTheMiddle: Damage = (bytes) => {
	const damaged = Buffer.from(bytes);
	damaged.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 20);
	return damaged;
};
/** The bytes from `start` on inverted; from the end where it is negative. */
const inverted =
	(start: number, length: number): Damage =>
	(bytes) => {
		const damaged = Buffer.from(bytes);
		const at = start < 0 ? bytes.length + start : start;
		for (let i = at; i < at + length; i++) damaged[i] ^= 0xff;
		return damaged;
	};
const replacedBy =
	(...bytes: number[]): Damage =>
	() =>
		Buffer.from(bytes);

export const compressedCorpora: Record<
	NameOf<typeof compressions>,
	CompressionCorpus
> = {
	gzip: {
		compress: (bytes) => gzipSync(bytes),
		bad: {
			"truncated-gzip": [cutShort, replacedBy()],
			// In the second, all bytes are right, and the checksum is not.
			"corrupt-gzip": [damagedInTheMiddle, inverted(-8, 4)],
			"garbage-after-gzip": [followedByOthers, followedByZerosAndOthers],
		},
	},
	zstd: {
		compress: compressZstd,
		bad: {
			"truncated-zstd": [cutShort, replacedBy()],
			"corrupt-zstd": [damagedInTheMiddle],
			"garbage-after-zstd": [followedByOthers, followedByZerosAndOthers],
			// A dictionary, and a window of 1 GiB.
			"unsupported-zstd": [
				replacedBy(0x28, 0xb5, 0x2f, 0xfd, 1, 0x58, 7, ...Buffer.alloc(20)),
				replacedBy(0x28, 0xb5, 0x2f, 0xfd, 0, 0xa0, ...Buffer.alloc(20)),
			],
		},
	},
	bzip2: {
		compress: compressBzip2,
		bad: {
			"truncated-bzip2": [cutShort, replacedBy()],
			"corrupt-bzip2": [damagedInTheMiddle, inverted(-4, 2)],
			"garbage-after-bzip2": [followedByOthers, followedByZerosAndOthers],
		},
	},
	xz: {
		compress: compressXz,
		bad: {
			"truncated-xz": [cutShort, replacedBy()],
			"corrupt-xz": [damagedInTheMiddle, inverted(-4, 2)],
			"garbage-after-xz": [followedByOthers, followedByZerosAndOthers],
			// Its check is of a kind that nobody uses.
			"unsupported-xz": [
				replacedBy(
					...[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 3],
					...[0x45, 0x43, 0xd0, 0xd8],
				),
			],
		},
	},
	lz4: {
		compress: compressLz4,
		bad: {
			"truncated-lz4": [cutShort, replacedBy()],
			"corrupt-lz4": [damagedInTheMiddle, inverted(-4, 4)],
			"garbage-after-lz4": [followedByOthers, followedByZerosAndOthers],
			// A file of `lz4 -l`.
			"unsupported-lz4": [replacedBy(2, 0x21, 0x4c, 0x18, 0, 0, 0, 0)],
		},
	},
};
