import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import type { NameOf } from "../../src/core/registry.js";
import { LONGEST_TEXT } from "../../src/sources/bytes/utf8.js";
import type { compressions } from "../../src/sources/compressions.js";
import type { sourceFormats } from "../../src/sources/formats.js";
import { compressBzip2, compressLz4, compressZstd } from "./compressors.js";
import { mdsOf } from "./mds-bytes.js";
import { arrowTable, parquetTable, tooLongArrow } from "./tables.js";
import { type Member, memberBytes, paxMember, tarOf } from "./tar-bytes.js";
import { tokenCorpora } from "./token-corpora.js";
import { compressXz } from "./xz-encoder.js";

/** A file with one record that cannot be used. */
interface BadFile {
	bytes: Uint8Array;
	/** The texts of the other records. */
	texts: string[];
	/** The line of the bad one, or what else the format counts, from 1. */
	number: number;
	/** The field of the texts, where it is not the format's own. */
	textField?: string;
	/** Files beside it: it is called `f`, with the first of the format's endings. */
	beside?: Record<string, Uint8Array>;
}

/** What the tests over all formats need of one. */
export interface FormatCorpus {
	/** Files that hold the texts, in order, and the id that each document has. */
	write(texts: readonly string[]): {
		files: Record<string, Uint8Array>;
		ids: (string | null)[];
	};
	/** For each reason that the format declares, a file that gives it once. */
	bad: Record<string, () => BadFile>;
	/** What the format can hold of any text; left out: all of it. */
	asText?(text: string): string;
	/** Options that its files are read with. */
	options?: Record<string, unknown>;
	/** Whether more or less is read of a file than its bytes one after the other. */
	readsParts?: true;
}

/** More bytes than a text can have; memory that is never touched. */
const tooLong = () => Buffer.alloc(LONGEST_TEXT + 1);

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

/** A bad element between two good ones. */
const badElement = (element: string | Uint8Array) => () => ({
	bytes: Buffer.concat([
		Buffer.from('[{"text":"good"},\n'),
		Buffer.from(element),
		Buffer.from(', {"text":"good"}]\n'),
	]),
	texts: ["good", "good"],
	number: 2,
});
/** What no compression makes shorter; longer from text to text. */
function image(i: number): Uint8Array {
	let state = i;
	return Uint8Array.from({ length: Math.min(4 * i, 300) }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state >>> 24;
	});
}

const GAP = LONGEST_TEXT + 512;

/** Bytes with more zeros than a text can have between them; memory that is hardly touched. */
function withGap(before: Uint8Array, after: Uint8Array): Buffer {
	const bytes = Buffer.alloc(before.length + GAP + after.length);
	bytes.set(before);
	bytes.set(after, before.length + GAP);
	return bytes;
}

const invalid = Buffer.from("caf\xe9", "latin1");

const goodMember = { name: "good.txt", content: "good" };
/** A tar of two good records, with some members between them. */
const badTar = (...members: Member[]) => ({
	bytes: tarOf([
		{ ...goodMember, name: "0.txt" },
		...members,
		{ ...goodMember, name: "9.txt" },
	]),
	texts: ["good", "good"],
	number: 2,
});
const badArray = (file: string, texts: string[], number: number) => () => ({
	bytes: Buffer.from(file),
	texts,
	number,
});

/** What the tests over all formats need of cells with a character between them. */
function delimitedCorpus(extension: string, delimiter: string): FormatCorpus {
	const badRow = (row: string | Uint8Array) => () => ({
		bytes: Buffer.concat([
			Buffer.from(`id${delimiter}text\n1${delimiter}"a\r\nb"\n`),
			Buffer.from(row),
			Buffer.from(`\r\n3${delimiter}good`),
		]),
		texts: ["a\r\nb", "good"],
		number: 4,
	});
	return {
		write(texts) {
			const ids = texts.map((_, i) => `id ${i}`);
			const rows = texts.map((text, i) => {
				const isPlain = i % 2 === 0 && !/["\r\n,\t]/.test(text);
				const cell = isPlain ? text : `"${text.replaceAll('"', '""')}"`;
				return ids[i] + delimiter + cell;
			});
			// Empty lines, all ends that lines have, and none at the end.
			const ends = ["\n", "\r\n", "\n\n", "\r\n\r\n", "\r"];
			const lines = [`id${delimiter}text`, ...rows].map(
				(row, i) => (i > 0 ? ends[i % ends.length] : "") + row,
			);
			const files = { [`a${extension}`]: Buffer.from(lines.join("")) };
			return { files, ids };
		},
		bad: {
			"ragged-row": badRow(`2${delimiter}bad${delimiter}`),
			"unclosed-quote": () => ({
				bytes: Buffer.from(
					`id${delimiter}text\n1${delimiter}good\n"2\n2"${delimiter}"bad\n3${delimiter}x\n`,
				),
				texts: ["good"],
				number: 4,
			}),
			"repeated-field": () => ({
				bytes: Buffer.from(`\ntext${delimiter}text\na${delimiter}b\n`),
				texts: [],
				number: 2,
			}),
			"invalid-utf8": badRow(Buffer.from(`2${delimiter}caf\xe9`, "latin1")),
			"too-long": () => badRow(tooLong())(),
		},
	};
}

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

const goodSample = { id: "1", text: "good", more: "{}" };
/** A shard of two good samples and one between them. */
const badMds = (sample: Record<string, Uint8Array | string>) => ({
	bytes: mdsOf({ id: "str", text: "str", more: "json" }, [
		goodSample,
		{ ...goodSample, ...sample },
		goodSample,
	]),
	texts: ["good", "good"],
	number: 2,
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
	json: {
		write(texts) {
			const ids = texts.map((_, i) => (i % 3 === 0 ? null : `id ${i}`));
			const elements = texts.map((text, i) => {
				const id = ids[i] === null ? {} : { id: ids[i] };
				const more = { list: [{ "]": '"}' }, [","], i] };
				return JSON.stringify({ ...id, text, ...more }, null, i % 2);
			});
			const bytes = Buffer.from(` [\n${elements.join(" ,\n")}]\r\n`);
			return { files: { "a.json": bytes }, ids };
		},
		bad: {
			"not-json": badElement('{"text": }'),
			"not-an-object": badElement('["text", {"text": "x"}]'),
			"missing-element": badElement(" "),
			"not-an-array": badArray('\n{"text":"a"}', [], 1),
			"truncated-json": badArray('[{"text":"a"},{"text":"b]', ["a"], 2),
			"after-array": badArray('[{"text":"a"}]\n[]', ["a"], 2),
			"invalid-utf8": badElement(Buffer.from('{"text":"caf\xe9"}', "latin1")),
			"too-long": () => badElement(tooLong())(),
		},
	},
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
	csv: delimitedCorpus(".csv", ","),
	tsv: delimitedCorpus(".tsv", "\t"),
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
	text: textFiles(".txt"),
	markdown: textFiles(".md"),
	tree: textFiles(".c"),
	webdataset: {
		write(texts) {
			const ids = texts.map((_, i) => `${i % 2 ? "./" : ""}d.1/${i}`);
			const members = texts.flatMap((text, i) => [
				memberBytes({
					name: `${ids[i]}.jpg`,
					content: image(i),
				}),
				// A directory, and a name that needs an extended header.
				memberBytes({ name: `${i}.txt/`, type: "5" }),
				i % 3 === 0
					? paxMember(
							{ path: `${ids[i]}.TXT` },
							{ name: "short", content: text },
						)
					: memberBytes({ name: `${ids[i]}.txt`, content: text }),
			]);
			const bytes = Buffer.concat([...members, tarOf([])]);
			return { files: { "a.tar": bytes }, ids };
		},
		bad: {
			"corrupt-tar": () => ({
				...badTar({ name: "1.txt", content: "bad", wrongBy: 1 }),
				texts: ["good"],
			}),
			"truncated-tar": () => ({
				bytes: tarOf(
					[goodMember, { name: "1.txt", content: "bad" }],
					0,
				).subarray(0, -510),
				texts: ["good"],
				number: 2,
			}),
			"unsafe-path": () => badTar({ name: "a/../../1.txt", content: "bad" }),
			"not-a-file": () => badTar({ name: "1.txt", type: "2" }),
			"repeated-field": () =>
				badTar({ name: "1.txt", content: "a" }, { name: "1.txt" }),
			"too-many-fields": () =>
				badTar(
					...Array.from({ length: 1_001 }, (_, i) => ({ name: `1.${i}` })),
				),
			"invalid-utf8": () => badTar({ name: "1.txt", content: invalid }),
			"not-json": () => ({
				bytes: tarOf([
					{ name: "0.json", content: '{"text":"good"}' },
					{ name: "1.json", content: '{"text":' },
				]),
				texts: ["good"],
				number: 2,
				textField: "json.text",
			}),
			"too-long": () => ({
				bytes: withGap(
					memberBytes({ name: "1.txt", size: GAP }),
					tarOf([goodMember]),
				),
				texts: ["good"],
				number: 1,
			}),
		},
	},
	mds: {
		write(texts) {
			const ids = texts.map((_, i) => `id ${i}`);
			const samples = texts.map((text, i) => ({
				id: ids[i],
				text,
				image: image(i),
				n: Buffer.alloc(8, i),
			}));
			const columns = { id: "str", text: "str", image: "png", n: "int" };
			return { files: { "a.mds": mdsOf(columns, samples) }, ids };
		},
		bad: {
			"corrupt-mds": () => {
				const { bytes, ...rest } = badMds({});
				// The first size in the second sample.
				const sample = bytes.readUInt32LE(8);
				bytes.writeUInt32LE(bytes.readUInt32LE(sample) + 1, sample);
				return { bytes, ...rest };
			},
			"truncated-mds": () => ({
				...badMds({}),
				bytes: badMds({}).bytes.subarray(0, -1),
				number: 3,
			}),
			"invalid-utf8": () => badMds({ text: invalid }),
			"not-json": () => ({
				bytes: mdsOf({ meta: "json" }, [
					{ meta: '{"text":"good"}' },
					{ meta: '{"text":' },
				]),
				texts: ["good"],
				number: 2,
				textField: "meta.text",
			}),
			"too-long": () => {
				const bytes = mdsOf({ text: "str" }, [{ text: "good" }, { text: "" }]);
				const last = bytes.length - 4;
				bytes.writeUInt32LE(GAP, last);
				bytes.writeUInt32LE(bytes.length + GAP, 12);
				return {
					bytes: withGap(bytes, Buffer.alloc(0)),
					texts: ["good"],
					number: 2,
				};
			},
		},
	},
	fasta: {
		// Lines are joined, and one that begins with > would begin a record.
		asText: (text) => text.replace(/[\s>]/g, ""),
		write(texts) {
			const ids = texts.map((_, i) => (i % 3 === 0 ? null : `id${i}`));
			const records = texts.map((text, i) => {
				// Lines of all lengths, some of them empty, and all their ends.
				const ends = ["\n", "\r\n", "\n\n"];
				const lines = text.match(/.{1,20}/gu) ?? [];
				const end = ends[i % ends.length];
				const header = `>${ids[i] ?? ""}${i % 2 ? " > more\tof it" : ""}`;
				return [header, ...lines, ""].join(end);
			});
			const all = `\n${records.join("")}`;
			return { files: { "a.fa": Buffer.from(all.replace(/\s+$/, "")) }, ids };
		},
		bad: {
			"not-fasta": () => ({
				bytes: Buffer.from("@read 1\nACGT\n+\n>>>>\n>b\nAC\n"),
				texts: [],
				number: 1,
			}),
			"invalid-utf8": () => ({
				bytes: Buffer.from(">1\ngood\n>2 caf\xe9\nbad\n>3\ngood\n", "latin1"),
				texts: ["good", "good"],
				number: 2,
			}),
			"too-long": () => ({
				bytes: Buffer.concat([
					Buffer.from(">1\ngood\n>2\n"),
					tooLong(),
					Buffer.from("\n>3\ngood"),
				]),
				texts: ["good", "good"],
				number: 2,
			}),
		},
	},
	...tokenCorpora,
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
