import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { exportDataset } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { exportFormats } from "../../src/dataset/exports/exports.js";
import { filesBelow, sharedDirectory, temporaryDirectory } from "../helpers.js";
import {
	EOS,
	type Ids,
	makeSources,
	padded,
	type Row,
	readBack,
	rowsOf,
	SEQ_LEN,
	type Sources,
	sequencesOf,
} from "./sources.js";

const directory = sharedDirectory();
let sources: Sources;
beforeAll(async () => {
	sources = await makeSources(directory);
});

/** The rows of a file, by other readers. */
async function readTable(path: string): Promise<Record<string, unknown>[]> {
	if (path.endsWith(".parquet"))
		return parquetReadObjects({ file: await asyncBufferFromFile(path) });
	return tableFromIPC(readFileSync(path))
		.toArray()
		.map((row) =>
			Object.fromEntries(
				Object.entries(row.toJSON()).map(([name, list]) => [
					name,
					[...(list as Iterable<number>)],
				]),
			),
		);
}

/** Exports into a new directory. */
async function write(
	source: string,
	to: string,
	options: Partial<Parameters<typeof exportDataset>[0]> = {},
) {
	const out = join(temporaryDirectory(), "out");
	const result = await exportDataset({ source, to, ...options, out } as never);
	return { ...result, out };
}

const asDocuments = (rows: readonly Row[]): Ids[] => [...rows];
const idsOf = (lists: readonly Ids[]) => lists.map(({ ids }) => ids);
const masksOf = (lists: readonly Ids[]) => lists.map(({ mask }) => mask);

/** How seqpack reads each format: whether rows stay whole or come as their sequences, and with their masks. */
const readers: Record<
	string,
	{
		parts: (rows: readonly Row[]) => Ids[];
		mask: boolean;
		with: Record<string, unknown>;
	}
> = {
	megatron: { parts: asDocuments, mask: false, with: {} },
	olmo: { parts: sequencesOf, mask: false, with: {} },
	datatrove: { parts: sequencesOf, mask: false, with: {} },
	mds: {
		parts: asDocuments,
		mask: true,
		with: { tokensField: "tokens", maskField: "loss_mask" },
	},
	"load-from-disk": {
		parts: asDocuments,
		mask: true,
		with: { tokensField: "input_ids", maskField: "loss_mask" },
	},
	webdataset: {
		parts: asDocuments,
		mask: true,
		with: { tokensField: "json.input_ids", maskField: "json.loss_mask" },
	},
	jsonl: {
		parts: asDocuments,
		mask: true,
		with: { tokensField: "input_ids", maskField: "loss_mask" },
	},
};

describe.each(Object.entries(readers))("%s, read again", (to, reader) => {
	const usual = exportFormats.find(to).shortRows[0] === "pad";
	const due = (rows: readonly Row[]) =>
		reader.parts(usual ? padded(rows, SEQ_LEN, 0) : rows);

	test("has packed rows", async () => {
		const { out, counts } = await write(sources.masked, to);
		const found = await readBack([out], reader.with);
		const rows = await rowsOf(sources.masked);
		expect(idsOf(found)).toEqual(idsOf(due(rows)));
		if (reader.mask) expect(masksOf(found)).toEqual(masksOf(due(rows)));
		expect(counts.rows).toBe(rows.length);
		expect(counts.tokens).toBe(rows.flatMap(({ ids }) => ids).length);
	});

	test("has the documents of a store, in files of some tokens", async () => {
		const { out, files } = await write(sources.store, to, {
			shardTokens: 3000,
		});
		const found = await readBack([out], reader.with);
		const documents = (await rowsOf(sources.store)).filter(
			({ ids }) => ids.length > 0,
		);
		expect(idsOf(found)).toEqual(idsOf(documents));
		if (reader.mask) expect(masksOf(found)).toEqual(masksOf(documents));
		expect(files.length).toBeGreaterThan(4);
	});

	test("has buckets and splits apart", async () => {
		const { out } = await write(sources.buckets, to);
		const options = { ...reader.with, maskField: undefined };
		for (const split of ["train", "validation"])
			for (const length of [16, 128]) {
				const below = filesBelow(out).filter(
					(path) =>
						path.startsWith(`len-00${length > 99 ? "" : "0"}${length}/`) &&
						path.includes(split),
				);
				const inputs = below
					.filter((path) => /\.(bin|npy|ds|mds|arrow|tar|jsonl)$/.test(path))
					.map((path) => join(out, path));
				const rows = await rowsOf(sources.buckets, length, split);
				expect(rows.length).toBeGreaterThan(0);
				expect(idsOf(await readBack(inputs, options))).toEqual(idsOf(rows));
			}
	});
});

/** All tokens of rows, one after the other. */
const tokensOf = (rows: readonly Ids[]) => rows.flatMap(({ ids }) => ids);

test("rows come out of Parquet as out of Arrow", async () => {
	const { out } = await write(sources.parquet, "jsonl");
	const found = await readBack([out], readers.jsonl.with);
	const rows = await rowsOf(sources.parquet);
	expect(idsOf(found)).toEqual(idsOf(rows));
	expect(masksOf(found)).toEqual(masksOf(rows));
});

test("masks that are stored shifted come out unshifted", async () => {
	const shifted = await write(sources.shifted, "jsonl");
	const usual = await write(sources.parquet, "jsonl");
	const bytesOf = (out: string) => readFileSync(join(out, "train-00000.jsonl"));
	expect(bytesOf(shifted.out).equals(bytesOf(usual.out))).toBe(true);
});

test("nanogpt has documents with their EOS, and val.bin", async () => {
	const { out } = await write(sources.store, "nanogpt");
	const found = await readBack([join(out, "train.bin")], {
		inputFormat: "nanogpt",
		eosId: EOS,
	});
	expect(idsOf(found)).toEqual(idsOf(await rowsOf(sources.store)));
	const buckets = await write(sources.buckets, "nanogpt");
	const bytes = readFileSync(join(buckets.out, "len-00016/val.bin"));
	const rows = await rowsOf(sources.buckets, 16, "validation");
	expect([...new Uint16Array(new Uint8Array(bytes).buffer)]).toEqual(
		tokensOf(rows),
	);
});

test("llm-c has all tokens, after the head that llm.c looks for", async () => {
	const { out } = await write(sources.rows, "llm-c", { shardTokens: 3000 });
	const files = filesBelow(out).filter((path) => path.endsWith(".bin"));
	expect(files.length).toBeGreaterThan(3);
	const found = files.flatMap((path) => {
		const bytes = new Uint8Array(readFileSync(join(out, path))).buffer;
		const head = new Int32Array(bytes, 0, 256);
		const ids = new Uint16Array(bytes, 1024);
		expect([...head.subarray(0, 3)]).toEqual([20240520, 1, ids.length]);
		return [...ids];
	});
	expect(found).toEqual(tokensOf(await rowsOf(sources.rows)));
});

test("litdata has rows of one length, as TokensLoader takes them", async () => {
	const { out, counts } = await write(sources.rows, "litdata", {
		shardTokens: 3000,
		padId: 7,
	});
	const rows = padded(await rowsOf(sources.rows), SEQ_LEN, 7);
	expect(counts.paddedRows).toBeGreaterThan(0);
	const index = JSON.parse(readFileSync(join(out, "train/index.json"), "utf8"));
	expect(index.config).toMatchObject({
		data_format: ["no_header_numpy:5"],
		item_loader: "TokensLoader",
	});
	const found = index.chunks.flatMap(
		(chunk: { filename: string; chunk_size: number; dim: number }) => {
			const path = join(out, "train", chunk.filename);
			const bytes = new Uint8Array(readFileSync(path)).buffer;
			const [count, ...offsets] = new Uint32Array(
				bytes,
				0,
				chunk.chunk_size + 2,
			);
			expect(count).toBe(chunk.chunk_size);
			expect(offsets[0]).toBe(4 * (count + 2));
			expect(chunk.dim % SEQ_LEN).toBe(0);
			return [...new Uint16Array(bytes, offsets[0])];
		},
	);
	expect(found).toEqual(tokensOf(rows));
});

test("masks of olmo and datatrove are a byte a token", async () => {
	const rows = await rowsOf(sources.masked);
	const olmo = await write(sources.masked, "olmo");
	expect([
		...readFileSync(join(olmo.out, "train/part-00000.label-mask")),
	]).toEqual(rows.flatMap(({ mask }) => mask));
	const datatrove = await write(sources.masked, "datatrove");
	expect([
		...readFileSync(join(datatrove.out, "train/00000_unshuffled.ds.loss")),
	]).toEqual(padded(rows, SEQ_LEN, 0).flatMap(({ mask }) => mask));
});

describe.each(["parquet", "load-from-disk"])("%s", (to) => {
	/** The rows of all files below a directory, file by file. */
	async function filesOf(out: string) {
		const files: Record<string, unknown>[][] = [];
		for (const path of filesBelow(out).filter((name) =>
			/arrow$|parquet$/.test(name),
		))
			files.push(await readTable(join(out, path)));
		return files;
	}

	test("files have as many rows, and what is over is told", async () => {
		const rows = await rowsOf(sources.masked);
		const shards = 3;
		const each = Math.floor(rows.length / shards);
		const { out, counts, notices } = await write(sources.masked, to, {
			shards,
		});
		const files = await filesOf(out);
		expect(files.map((file) => file.length)).toEqual([each, each, each]);
		expect(counts.oddRows).toBe(rows.length - shards * each);
		if (counts.oddRows > 0)
			expect(notices.join()).toMatch(
				/left out \d rows?, so that all files have as many/,
			);
		expect(files.flat().map(({ input_ids }) => input_ids)).toEqual(
			rows.slice(0, shards * each).map(({ ids }) => [...ids]),
		);
		await expect(
			write(sources.masked, to, { shards: rows.length + 1 }),
		).rejects.toThrow(/more than the \d+ rows/);
	});

	test("rows are padded, with the columns that are asked for", async () => {
		const { out } = await write(sources.masked, to, {
			shortRows: "pad",
			columns: ["labels", "position_ids", "attention_mask"],
		});
		const rows = await rowsOf(sources.masked);
		const found = (await filesOf(out)).flat();
		expect(found.length).toBe(rows.length);
		for (const [i, row] of found.entries()) {
			const { ids, lengths, mask } = rows[i];
			const used = ids.length;
			const padding = SEQ_LEN - used;
			const zeros = new Array<number>(padding).fill(0);
			expect(row.input_ids).toHaveLength(SEQ_LEN);
			expect(row.attention_mask).toEqual([...ids.map(() => 1), ...zeros]);
			expect(row.labels).toEqual([
				...Array.from(ids, (id, k) => (mask?.[k] === 1 ? id : -100)),
				...zeros.map(() => -100),
			]);
			expect((row.position_ids as number[]).slice(0, used)).toEqual(
				lengths.flatMap((length) => Array.from({ length }, (_, k) => k)),
			);
		}
	});
});

test("load-from-disk lists several splits, and only then", async () => {
	const { out } = await write(sources.buckets, "load-from-disk");
	expect(
		JSON.parse(readFileSync(join(out, "len-00016/dataset_dict.json"), "utf8")),
	).toEqual({ splits: ["train", "validation"] });
	const one = await write(sources.rows, "load-from-disk");
	expect(filesBelow(one.out)).not.toContain("dataset_dict.json");
});

describe("mds with the columns of ProLong", () => {
	const asProLong = { mdsColumns: "prolong" } as const;

	/** The samples of a shard, as docs of MDS have them. */
	function samplesOf(path: string) {
		const bytes = readFileSync(path);
		const count = bytes.readUInt32LE(0);
		const offsets = Array.from({ length: count + 1 }, (_, i) =>
			bytes.readUInt32LE(4 + 4 * i),
		);
		const { column_names, column_encodings, column_sizes } = JSON.parse(
			`${bytes.subarray(4 * (count + 2), offsets[0])}`,
		);
		const samples = offsets.slice(0, -1).map((start, n) => {
			let head = start;
			let at =
				start + 4 * column_sizes.filter((size: null) => size === null).length;
			const sample: Record<string, unknown> = {};
			column_names.forEach((name: string, i: number) => {
				const size = column_sizes[i] ?? bytes.readUInt32LE(head);
				if (column_sizes[i] === null) head += 4;
				sample[name] = decoded(
					column_encodings[i],
					bytes.subarray(at, at + size),
				);
				at += size;
			});
			expect(at).toBe(offsets[n + 1]);
			return sample;
		});
		return { columns: column_names.join(), samples };
	}

	function decoded(encoding: string, bytes: Buffer): unknown {
		if (encoding === "str") return `${bytes}`;
		if (encoding === "int") return Number(bytes.readBigInt64LE());
		const width = 2 ** (bytes[0] & 3);
		const dimensions = bytes[0] >> 2;
		const shape = Array.from({ length: dimensions }, (_, i) =>
			bytes.readUIntLE(1 + i * width, width),
		);
		const each = encoding === "ndarray:uint32" ? 4 : 1;
		const values = bytes.subarray(1 + width * dimensions);
		const flat = Array.from({ length: values.length / each }, (_, i) =>
			values.readUIntLE(i * each, each),
		);
		expect(flat.length).toBe(shape.reduce((a, b) => a * b));
		return shape.length === 1
			? flat
			: Array.from({ length: shape[0] }, (_, i) =>
					flat.slice(i * shape[1], (i + 1) * shape[1]),
				);
	}

	const indicesOf = (lengths: readonly number[]) => {
		let at = 0;
		return lengths.map((length) => {
			at += length;
			return [at - length, at];
		});
	};

	test.each([
		["masked", "keep"],
		["rows", "pad"],
		["packing", "pad"],
	] as const)("of %s, short rows: %s", async (name, shortRows) => {
		const { out } = await write(sources[name], "mds", {
			...asProLong,
			shortRows,
		});
		const all = await rowsOf(sources[name === "packing" ? "masked" : name]);
		const due = shortRows === "pad" ? padded(all, SEQ_LEN, 0) : all;
		const { columns, samples } = samplesOf(join(out, "train/shard.00000.mds"));
		expect(columns).toBe("domain,indices,input_ids,length,mask");
		expect(samples).toEqual(
			due.map(({ ids, mask }, row) => ({
				domain: name,
				indices: indicesOf(all[row].lengths),
				input_ids: ids,
				length: ids.length,
				mask,
			})),
		);
		const found = await readBack([out], {
			tokensField: "input_ids",
			maskField: "mask",
		});
		expect(idsOf(found)).toEqual(idsOf(due));
		expect(masksOf(found)).toEqual(masksOf(due));
	});

	test("of a plan, rows sorted by the sum of squares in each step", async () => {
		const { out } = await write(sources.plan, "mds", {
			...asProLong,
			sortRows: true,
		});
		const { samples } = samplesOf(join(out, "train/shard.00000.mds"));
		const costs = samples.map(({ indices }) =>
			(indices as number[][]).reduce((sum, [a, b]) => sum + (b - a) ** 2, 0),
		);
		expect(costs.length % 4).toBe(0);
		expect(new Set(samples.map(({ domain }) => domain))).toEqual(
			new Set(["masked"]),
		);
		const steps = Array.from({ length: costs.length / 4 }, (_, step) =>
			costs.slice(4 * step, 4 * step + 4),
		);
		expect(steps).toEqual(steps.map((step) => [...step].sort((a, b) => b - a)));
		expect(steps.some((step) => step[0] > step[3])).toBe(true);
	});
});
