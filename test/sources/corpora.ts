import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import type { NameOf } from "../../src/core/registry.js";
import type { compressions } from "../../src/sources/compressions.js";
import type { sourceFormats } from "../../src/sources/formats.js";
import { arrowTable, parquetTable, tooLongArrow } from "./tables.js";

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
	/** Whether more or less is read of a file than its bytes one after the other. */
	readsParts?: true;
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

const threeRows = ["x".repeat(100), "y", "z"].map((text) => ({
	text,
	id: null,
}));

/** A file of three batches, of which the first is damaged. */
function damaged(bytes: Uint8Array, by: Uint8Array, at: number): BadFile {
	bytes.set(by, at);
	return { bytes, texts: ["y", "z"], number: 1 };
}

/** A format whose files are tables with columns `text` and `id`, written some rows at a time. */
function tableCorpus(
	name: string,
	write: (
		rows: Record<string, string | null>[],
		batchRows: number,
	) => Uint8Array,
	bad: FormatCorpus["bad"],
): FormatCorpus {
	return {
		readsParts: true,
		write(texts) {
			const ids = texts.map((_, i) => (i % 3 === 0 ? null : `id ${i}`));
			const rows = texts.map((text, i) => ({ text, id: ids[i] }));
			return { files: { [`a.${name}`]: write(rows, 4) }, ids };
		},
		bad: {
			...bad,
			[`not-${name}`]: () => ({
				bytes: write(threeRows, 1).subarray(0, 60),
				texts: [],
				number: 0,
			}),
			"no-text-column": () => ({
				bytes: write(
					["a", "b"].map((body) => ({ body })),
					1,
				),
				texts: [],
				number: 0,
			}),
			"invalid-utf8": () => {
				const rows = ["one", "caf?", "three"].map((text) => ({ text }));
				const bytes = Buffer.from(write(rows, 10));
				for (
					let at = bytes.indexOf("caf?");
					at !== -1;
					at = bytes.indexOf("caf?")
				)
					bytes[at + 3] = 0xe9;
				return { bytes, texts: ["one", "three"], number: 2 };
			},
		},
	};
}

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
	parquet: tableCorpus("parquet", parquetTable, {
		"corrupt-parquet": () =>
			damaged(parquetTable(threeRows, 1), Buffer.alloc(4, 255), 4),
		"too-long": () => {
			const bytes = parquetTable(threeRows, 1);
			// The page is said to have 2^29 bytes; what comes after its header does not matter.
			const header = Buffer.from(bytes.subarray(4, 40));
			expect(header.subarray(0, 3)).toEqual(
				Buffer.from([0x15, header[1], 0x15]),
			);
			const rest =
				header.subarray(3).findIndex((byte: number) => byte < 128) + 4;
			const size = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x04]);
			const longer = Buffer.concat([
				header.subarray(0, 3),
				size,
				header.subarray(rest),
			]);
			return damaged(bytes, longer, 4);
		},
	}),
	arrow: tableCorpus("arrow", arrowTable, {
		"corrupt-arrow": () => {
			const bytes = arrowTable(threeRows, 1);
			// Its offsets are 0 and its length.
			const offsets = Buffer.from(
				Int32Array.of(0, threeRows[0].text.length).buffer,
			);
			return damaged(
				bytes,
				Buffer.alloc(4, 127),
				Buffer.from(bytes).indexOf(offsets) + 4,
			);
		},
		"too-long": () => ({ bytes: tooLongArrow(), texts: ["good"], number: 1 }),
	}),
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
	bad: Record<string, readonly ((compressed: Uint8Array) => Uint8Array)[]>;
}

export const compressedCorpora: Record<
	NameOf<typeof compressions>,
	CompressionCorpus
> = {
	gzip: {
		compress: (bytes) => gzipSync(bytes),
		bad: {
			"truncated-gzip": [(bytes) => bytes.subarray(0, bytes.length - 10)],
			"corrupt-gzip": [
				(bytes) => {
					const damaged = Buffer.from(bytes);
					damaged.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 20);
					return damaged;
				},
				// All bytes are right, and the checksum is not.
				(bytes) => {
					const damaged = Buffer.from(bytes);
					const at = bytes.length - 8;
					damaged.writeInt32LE(~damaged.readInt32LE(at), at);
					return damaged;
				},
			],
		},
	},
};
