import { Int32Buffer } from "../../core/buffers.js";
import { ArrowStreamEncoder } from "../../tables/arrow-stream.js";
import type { ColumnBatch, Schema } from "../../tables/columns.js";
import { huggingFaceMetadata } from "../huggingface.js";
import { savedDataset } from "../load-from-disk.js";
import type {
	ExportFile,
	ExportFormat,
	ExportRow,
	ExportSource,
} from "./export-format.js";
import { type ExportShard, inShards } from "./shards.js";

/** A batch ends once it has so many rows or tokens. */
const BATCH_ROWS = 1000;
const BATCH_TOKENS = 1 << 20;

/** What `save_to_disk` of Hugging Face `datasets` writes: Arrow streams, and two files that list them. */
export const loadFromDisk: ExportFormat<Record<never, never>> = {
	meaning:
		"Hugging Face datasets: what load_from_disk opens, as TRL, Axolotl and transformers do",
	options: {},
	shortRows: ["keep", "pad", "drop"],
	cutsRows: false,
	partsDocuments: true,
	borders: "the column `seq_lengths`",
	mask: "the column `loss_mask`",
	shardTokens: 2 ** 26,
	fault: () => null,
	notices: () => [],

	open({ source, part, files }) {
		const schema = schemaOf(source);
		const directory = `${part.directory}${part.split}/`;
		const names: string[] = [];
		return inShards(
			source.shardTokens,
			async (number) => {
				const name = `data-${String(number).padStart(5, "0")}.arrow`;
				names.push(name);
				return arrowShard(await files.create(directory + name), schema);
			},
			async () => {
				const saved = savedDataset(schema, part.split, names, source.planHash);
				for (const [name, content] of Object.entries(saved))
					await files.write(directory + name, content);
			},
		);
	},

	beside(parts) {
		const splits = new Map<string, string[]>();
		for (const { directory, split } of parts)
			splits.set(directory, [...(splits.get(directory) ?? []), split]);
		return Object.fromEntries(
			[...splits]
				.filter(([, of]) => of.length > 1)
				.map(([directory, of]) => [
					`${directory}dataset_dict.json`,
					JSON.stringify({ splits: of }),
				]),
		);
	},

	reading: ({ directory, split }) => [`load_from_disk("${directory}${split}")`],
};

function schemaOf({ hasDocIds, isMasked }: ExportSource): Schema {
	return [
		{ name: "input_ids", type: "list<int32>" },
		{ name: "seq_lengths", type: "list<int32>" },
		...(hasDocIds ? [{ name: "doc_ids", type: "list<int64>" } as const] : []),
		...(isMasked ? [{ name: "loss_mask", type: "list<int32>" } as const] : []),
	];
}

function arrowShard(file: ExportFile, schema: Schema): ExportShard {
	const encoder = new ArrowStreamEncoder(
		schema,
		new Map([["huggingface", huggingFaceMetadata(schema)]]),
	);
	const rows = new ColumnRows();
	const flush = async () => {
		for (const part of encoder.encode(rows.batch())) await file.write(part);
		rows.clear();
	};
	return {
		add(row) {
			rows.add(row);
			return rows.rows < BATCH_ROWS && rows.tokens < BATCH_TOKENS
				? undefined
				: flush();
		},
		async close() {
			if (rows.rows > 0) await flush();
			for (const part of encoder.end()) await file.write(part);
			await file.close();
		},
	};
}

/** Gathers rows as columns. */
class ColumnRows {
	readonly #ids = new Int32Buffer(1 << 16);
	readonly #lengths = new Int32Buffer();
	/** Two words for each document. */
	readonly #documents = new Int32Buffer();
	readonly #mask = new Int32Buffer();
	readonly #tokenOffsets = new Int32Buffer();
	readonly #sequenceOffsets = new Int32Buffer();

	constructor() {
		this.clear();
	}

	get rows(): number {
		return this.#tokenOffsets.length - 1;
	}

	get tokens(): number {
		return this.#ids.length;
	}

	add({ ids, seqLengths, docIds, lossMask }: ExportRow): void {
		this.#ids.append(ids);
		this.#lengths.append(seqLengths);
		if (docIds !== null) {
			const { buffer, byteOffset, length } = docIds;
			this.#documents.append(new Int32Array(buffer, byteOffset, 2 * length));
		}
		if (lossMask !== null) this.#mask.append(lossMask);
		this.#tokenOffsets.push(this.#ids.length);
		this.#sequenceOffsets.push(this.#lengths.length);
	}

	batch(): ColumnBatch {
		const tokens = this.#tokenOffsets.view();
		const sequences = this.#sequenceOffsets.view();
		const words = this.#documents.view();
		const list = (values: Int32Array, offsets: Int32Array) =>
			({ type: "list<int32>", values, offsets }) as const;
		return {
			rows: this.rows,
			columns: {
				input_ids: list(this.#ids.view(), tokens),
				seq_lengths: list(this.#lengths.view(), sequences),
				doc_ids: {
					type: "list<int64>",
					values: new BigInt64Array(words.buffer, 0, words.length / 2),
					offsets: sequences,
				},
				loss_mask: list(this.#mask.view(), tokens),
			},
		};
	}

	clear(): void {
		for (const values of [
			this.#ids,
			this.#lengths,
			this.#documents,
			this.#mask,
		])
			values.length = 0;
		for (const offsets of [this.#tokenOffsets, this.#sequenceOffsets]) {
			offsets.length = 0;
			offsets.push(0);
		}
	}
}
