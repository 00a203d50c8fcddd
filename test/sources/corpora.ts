import { gzipSync } from "node:zlib";
import type { NameOf } from "../../src/core/registry.js";
import type { compressions } from "../../src/sources/compressions.js";
import type { sourceFormats } from "../../src/sources/formats.js";

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
const tooLong = () => Buffer.alloc(2 ** 28 + 1);

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

/** Files of a text each, with an ending. */
function textFiles(ending: string): FormatCorpus {
	return {
		write(texts) {
			const names = texts.map((_, i) => `${i}${ending}`);
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
	text: textFiles(".txt"),
	markdown: textFiles(".md"),
	tree: textFiles(".c"),
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
