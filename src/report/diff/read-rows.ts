import type { ExportRow } from "../../dataset/exports/export-format.js";
import { readIndexed } from "../../export/dataset-source.js";
import { shiftRight } from "../../masks/labels.js";
import { treeColumns } from "../../masks/tree-columns.js";
import { type ColumnBatch, columnOf } from "../../tables/columns.js";
import type { DocumentPieces } from "./document-pieces.js";
import { OrderedHash } from "./hash.js";
import type { Side } from "./side.js";
import type { Spill } from "./spill.js";

/** Words of a record of a row: its hash, and its number. */
export const ROW_WIDTH = 4;

export function rowNumber(records: Int32Array, at: number): number {
	return records[at + 3] * 2 ** 32 + (records[at + 2] >>> 0);
}

/** What is told how far reading is. */
export type OnRows = (rows: number) => void;

/**
 * Writes a record for each row, by its tokens and borders, and what it holds of documents.
 * @param pieces Null: documents are not compared by tokens, or are those of a store.
 * @param hasMasks Whether what is trained on is compared too.
 */
export async function writeRows(
	side: Side,
	hasMasks: boolean,
	into: Spill,
	pieces: DocumentPieces | null,
	onRows: OnRows,
): Promise<void> {
	const records = new RowRecords(into);
	const { dataset, manifest, store } = side;
	const { shift = false } = manifest.settings;
	if (store !== null) {
		await readIndexed(dataset, dataset.rows(), store, (row) => {
			records.add(row, hasMasks ? row.lossMask : null);
			if (records.rows % 1024 === 0) onRows(1024);
			return into.isFull ? into.write() : undefined;
		});
		return;
	}
	for await (const batch of dataset.rows()) {
		const ids = columnOf(batch, "input_ids", "list<int32>");
		const lengths = columnOf(batch, "seq_lengths", "list<int32>");
		const mask = hasMasks
			? columnOf(batch, "loss_mask", "list<int32>").values
			: null;
		const more = side.hasTrees ? columnsOfTrees(batch) : [];
		for (let row = 0; row < batch.rows; row++) {
			const from = ids.offsets[row];
			const to = ids.offsets[row + 1];
			records.begin();
			records.hash.add(ids.values, from, to);
			records.hash.add(
				lengths.values,
				lengths.offsets[row],
				lengths.offsets[row + 1],
			);
			if (mask !== null && shift)
				records.hash.add(shiftRight(mask.subarray(from, to)), 0, to - from);
			else if (mask !== null) records.hash.add(mask, from, to);
			for (const { values, offsets } of more)
				records.hash.add(values, offsets[row], offsets[row + 1]);
			records.end();
		}
		if (into.isFull) await into.write();
		await pieces?.add(batch);
		onRows(batch.rows);
	}
}

/** What trees say beside tokens, of nodes and not of documents. */
function columnsOfTrees(batch: ColumnBatch) {
	return Object.keys(treeColumns).flatMap((name) => {
		const column = batch.columns[name];
		return column?.type === "list<int32>" ? [column] : [];
	});
}

class RowRecords {
	readonly hash = new OrderedHash();
	rows = 0;
	readonly #into: Spill;
	readonly #record = new Int32Array(ROW_WIDTH);

	constructor(into: Spill) {
		this.#into = into;
	}

	begin(): void {
		this.hash.begin();
	}

	end(): void {
		const { a, b } = this.hash;
		const number = this.rows++;
		this.#record[0] = a;
		this.#record[1] = b;
		this.#record[2] = number | 0;
		this.#record[3] = Math.floor(number / 2 ** 32);
		this.#into.add(this.#into.partitionOf(a), this.#record);
	}

	add({ ids, seqLengths }: ExportRow, mask: ArrayLike<number> | null): void {
		this.begin();
		this.hash.add(ids, 0, ids.length);
		this.hash.add(seqLengths, 0, seqLengths.length);
		if (mask !== null) this.hash.add(mask, 0, mask.length);
		this.end();
	}
}
