import { Int32Buffer, Uint8Buffer } from "../../core/buffers.js";
import { entryOf } from "../../core/option.js";
import type { ExportFormat, ExportRow } from "./export-format.js";
import { bytesOf, type MdsColumn, mdsColumns } from "./mds-columns.js";
import { pythonJson } from "./python-json.js";
import { type ExportShard, inShards } from "./shards.js";

/** A shard ends once it has so many bytes. */
const SHARD_BYTES = 1 << 26;

const USUAL_COLUMNS = "llm-foundry";

const options = {
	mdsColumns: entryOf(mdsColumns, {
		default: USUAL_COLUMNS,
		help: "the columns of a sample",
	}),
};

/** MDS of version 2: a sample is a row, or a document. A shard is held until it is full. */
export const mds: ExportFormat<typeof options> = {
	meaning:
		"MosaicML streaming, Composer and llm-foundry: MDS shards with index.json",
	options,
	shortRows: ["keep", "pad", "drop"],
	cutsRows: false,
	partsDocuments: true,
	borders: "the column `seq_lengths`, or `indices`",
	mask: "the column `loss_mask`, or `mask`",
	shardTokens: 2 ** 24,
	fault: () => null,
	notices: (
		{ sharesRows, isOrdered },
		{ mdsColumns: name = USUAL_COLUMNS },
	) => [
		...(sharesRows ? mdsColumns.find(name).ofSharedRows : []),
		...(isOrdered
			? ["StreamingDataset keeps the order of the plan only with shuffle=False"]
			: []),
	],

	open({ source, part, files, options }) {
		const directory = `${part.directory}${part.split}/`;
		const { columns } = mdsColumns.find(options.mdsColumns);
		const used = columns.filter((column) => column.isOf(source));
		const config = {
			column_encodings: used.map(({ encoding }) => encoding),
			column_names: used.map(({ name }) => name),
			column_sizes: used.map(({ size }) => size),
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

	/** The size of each value that says none, then the values. */
	add(row: ExportRow): undefined {
		const values = this.#columns.map((column) => column.encode(row));
		const sizes = values
			.filter((_, i) => this.#columns[i].size === null)
			.map(({ length }) => length);
		this.#bytes.append(bytesOf(Uint32Array.from(sizes)));
		for (const value of values) this.#bytes.append(value);
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
