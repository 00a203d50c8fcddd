import { Int32Buffer, Uint8Buffer } from "../../core/buffers.js";
import type { ExportFormat, ExportRow, ExportSource } from "./export-format.js";
import { pythonJson } from "./python-json.js";
import { type ExportShard, inShards } from "./shards.js";

/** A shard ends once it has so many bytes. */
const SHARD_BYTES = 1 << 26;

/** A column of samples: an array of numbers of one type. */
interface MdsColumn {
	name: string;
	type: string;
	isOf(source: ExportSource): boolean;
	bytesOf(row: ExportRow): Uint8Array | null;
	count(row: ExportRow): number;
}

/** In the order of their names, as MDS has it. */
const columns: readonly MdsColumn[] = [
	{
		name: "doc_ids",
		type: "int64",
		isOf: ({ hasDocIds }) => hasDocIds,
		bytesOf: ({ docIds }) => docIds && bytesOf(docIds),
		count: ({ seqLengths }) => seqLengths.length,
	},
	{
		name: "loss_mask",
		type: "uint8",
		isOf: ({ isMasked }) => isMasked,
		bytesOf: ({ lossMask }) => lossMask && new Uint8Array(lossMask),
		count: ({ ids }) => ids.length,
	},
	{
		name: "seq_lengths",
		type: "int32",
		isOf: () => true,
		bytesOf: ({ seqLengths }) => bytesOf(seqLengths),
		count: ({ seqLengths }) => seqLengths.length,
	},
	{
		name: "tokens",
		type: "int32",
		isOf: () => true,
		bytesOf: ({ ids }) => bytesOf(ids),
		count: ({ ids }) => ids.length,
	},
];

/** MDS of version 2: a sample is a row, or a document. A shard is held until it is full. */
export const mds: ExportFormat<Record<never, never>> = {
	meaning:
		"MosaicML streaming, Composer and llm-foundry: MDS shards with index.json",
	options: {},
	shortRows: ["keep", "pad", "drop"],
	cutsRows: false,
	partsDocuments: true,
	borders: "the column `seq_lengths`",
	mask: "the column `loss_mask`",
	shardTokens: 2 ** 24,
	fault: () => null,
	notices: ({ sharesRows, isOrdered }) => [
		...(sharesRows
			? [
					"llm-foundry takes the column tokens alone, and finds borders by EOS where it is told to",
				]
			: []),
		...(isOrdered
			? ["StreamingDataset keeps the order of the plan only with shuffle=False"]
			: []),
	],

	open({ source, part, files }) {
		const directory = `${part.directory}${part.split}/`;
		const used = columns.filter((column) => column.isOf(source));
		const config = {
			column_encodings: used.map(({ type }) => `ndarray:${type}`),
			column_names: used.map(({ name }) => name),
			column_sizes: used.map(() => null),
			compression: null,
			format: "mds",
			hashes: [],
			size_limit: SHARD_BYTES,
			version: 2,
		};
		const shards: object[] = [];
		return inShards(
			source,
			async (number): Promise<ExportShard> => {
				const samples = new Samples(used);
				return {
					get isFull() {
						return samples.bytes >= SHARD_BYTES;
					},
					add: (row) => samples.add(row),
					async close() {
						const name = `shard.${String(number).padStart(5, "0")}.mds`;
						const head = samples.head(pythonJson(config));
						const file = await files.create(directory + name);
						await file.write(head);
						await file.write(samples.view());
						await file.close();
						shards.push({
							...config,
							raw_data: {
								basename: name,
								bytes: head.length + samples.bytes,
								hashes: {},
							},
							samples: samples.count,
							zip_data: null,
						});
					},
				};
			},
			() =>
				files.write(
					`${directory}index.json`,
					pythonJson({ shards, version: 2 }),
				),
		);
	},

	reading: ({ directory, split }, { isOrdered }) => [
		`StreamingDataset(local="${directory === "" ? "." : directory.slice(0, -1)}", split="${split}", batch_size=...${isOrdered ? ", shuffle=False" : ""})`,
	],
};

/** The samples of a shard. */
class Samples {
	readonly #columns: readonly MdsColumn[];
	readonly #bytes = new Uint8Buffer();
	/** The end of each sample, from the first byte of the first. */
	readonly #ends = new Int32Buffer();

	constructor(columns: readonly MdsColumn[]) {
		this.#columns = columns;
	}

	get count(): number {
		return this.#ends.length;
	}

	get bytes(): number {
		return this.#bytes.length;
	}

	view(): Uint8Array {
		return this.#bytes.view();
	}

	/** The size of each column, then the columns: a shape, and the numbers. */
	add(row: ExportRow): undefined {
		const parts = this.#columns.map((column) => ({
			shape: shapeOf(column.count(row)),
			numbers: column.bytesOf(row) ?? new Uint8Array(0),
		}));
		const sizes = Uint32Array.from(
			parts,
			({ shape, numbers }) => shape.length + numbers.length,
		);
		this.#bytes.append(bytesOf(sizes));
		for (const { shape, numbers } of parts) {
			this.#bytes.append(shape);
			this.#bytes.append(numbers);
		}
		this.#ends.push(this.#bytes.length);
	}

	/** How many samples there are, the byte that each begins at and the last ends before, and what they are. */
	head(config: string): Uint8Array {
		const description = Buffer.from(config);
		const table = new Uint32Array(this.count + 2);
		table[0] = this.count;
		table[1] = table.byteLength + description.length;
		this.#ends.view().forEach((end, i) => {
			table[i + 2] = table[1] + end;
		});
		return Buffer.concat([bytesOf(table), description]);
	}
}

/** What stands before the numbers of an array of one dimension: its length, in as few bytes as hold it. */
function shapeOf(length: number): Uint8Array {
	const logarithm = length < 1 << 8 ? 0 : length < 1 << 16 ? 1 : 2;
	const bytes = new Uint8Array(1 + 2 ** logarithm);
	bytes[0] = (1 << 2) | logarithm;
	for (let i = 1; i < bytes.length; i++) bytes[i] = length >>> (8 * (i - 1));
	return bytes;
}

function bytesOf({
	buffer,
	byteOffset,
	byteLength,
}: Int32Array | Uint32Array | BigInt64Array): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}
