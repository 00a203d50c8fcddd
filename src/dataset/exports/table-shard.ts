import { Int32Buffer } from "../../core/buffers.js";
import { entriesOf, type Resolved } from "../../core/option.js";
import { batchColumns, columns } from "../../masks/columns.js";
import type {
	Column,
	ColumnBatch,
	ColumnType,
	Schema,
} from "../../tables/columns.js";
import type { TableFormat } from "../../tables/table.js";
import { huggingFaceMetadata } from "../huggingface.js";
import type { ExportFile, ExportRow, ExportSource } from "./export-format.js";
import type { ExportShard } from "./shards.js";

/** A batch ends once it has so many rows or tokens. */
const BATCH_ROWS = 1000;
const BATCH_TOKENS = 1 << 20;

/** Columns that are made of a row alone, without being told anything: those of whole numbers. */
const madeColumns = batchColumns.filter((name) => {
	const { type, needs } = columns.find(name);
	return type === "list<int32>" && needs === undefined;
});

/** The options of tables. */
export const tableOptions = {
	columns: entriesOf(
		{ ...columns, names: madeColumns },
		{ help: "further columns to make", default: [], defaultText: "none" },
	),
};

type Options = Resolved<typeof tableOptions>;

/** The columns of rows: those that are always there, the mask, and those asked for. */
export function schemaOf(
	{ hasDocIds, isMasked }: ExportSource,
	{ columns: asked }: Options,
): Schema {
	const names = [...(isMasked ? ["loss_mask"] : []), ...asked];
	return [
		{ name: "input_ids", type: "list<int32>" },
		{ name: "seq_lengths", type: "list<int32>" },
		...(hasDocIds ? [{ name: "doc_ids", type: "list<int64>" } as const] : []),
		...[...new Set(names)].map((name) => ({
			name,
			type: "list<int32>" as const,
		})),
	];
}

/** A file of a table format. */
export function tableShard(
	format: TableFormat,
	file: ExportFile,
	schema: Schema,
): ExportShard {
	const writer = format.write(file, schema, {
		compression: format.compressions[0],
		batchRows: BATCH_ROWS,
		metadata: new Map([["huggingface", huggingFaceMetadata(schema)]]),
	});
	const rows = new ColumnRows(schema);
	const flush = async () => {
		await writer.write(rows.batch());
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
			await writer.close();
			await file.close();
		},
	};
}

/** Values of a column, and where each row's begin. */
interface Lists {
	values: Int32Buffer;
	offsets: Int32Buffer;
}

/** Gathers rows as columns. */
class ColumnRows {
	rows = 0;
	tokens = 0;
	/** By column; of int64, two words for each value. */
	readonly #lists = new Map<string, Lists>();
	readonly #schema: Schema;

	constructor(schema: Schema) {
		this.#schema = schema;
		for (const { name } of schema)
			this.#lists.set(name, {
				values: new Int32Buffer(),
				offsets: new Int32Buffer(),
			});
		this.clear();
	}

	add(row: ExportRow): void {
		const { ids, seqLengths, docIds, lossMask, padding } = row;
		const real = {
			ids: ids.subarray(0, ids.length - padding),
			seqLengths: padding > 0 ? seqLengths.subarray(0, -1) : seqLengths,
			lossMask,
		};
		const given: Record<string, Int32Array | undefined> = {
			input_ids: ids,
			seq_lengths: seqLengths,
			...(docIds !== null && { doc_ids: wordsOf(docIds) }),
		};
		for (const { name, type } of this.#schema) {
			const { values, offsets } = this.#lists.get(name) as Lists;
			values.append(
				given[name] ?? columns.find(name).batch?.(real, ids.length, {}) ?? [],
			);
			offsets.push(values.length / wordsOfValue(type));
		}
		this.tokens += ids.length;
		this.rows++;
	}

	batch(): ColumnBatch {
		const made: Record<string, Column> = {};
		for (const { name, type } of this.#schema) {
			const lists = this.#lists.get(name) as Lists;
			const words = lists.values.view();
			made[name] = {
				type,
				values:
					wordsOfValue(type) === 2
						? new BigInt64Array(words.buffer, 0, words.length / 2)
						: words,
				offsets: lists.offsets.view(),
			} as Column;
		}
		return { rows: this.rows, columns: made };
	}

	clear(): void {
		this.rows = 0;
		this.tokens = 0;
		for (const { values, offsets } of this.#lists.values()) {
			values.length = 0;
			offsets.length = 0;
			offsets.push(0);
		}
	}
}

/** Words of 32 bits of a value. */
const wordsOfValue = (type: ColumnType) => (type === "list<int64>" ? 2 : 1);

const wordsOf = ({ buffer, byteOffset, length }: BigInt64Array) =>
	new Int32Array(buffer, byteOffset, 2 * length);
