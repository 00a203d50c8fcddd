import { indexTable } from "../../dataset/index-rows.js";
import { layouts } from "../../dataset/layouts/layouts.js";
import { readListed } from "../../dataset/listed-file.js";
import type { OpenStore } from "../../dataset/open-store.js";
import {
	documentId,
	numberOfDocument,
	taskOfDocument,
} from "../../dataset/rows.js";
import { storageAt } from "../../storage/storages.js";
import { columnOf, type Schema } from "../../tables/columns.js";
import type { OpenedRows } from "../trace/open-row.js";
import { readListColumn, shardOf } from "./list-column.js";
import { noDocument } from "./row-range.js";

const idSchema: Schema = [{ name: "id", type: "string" }];

/**
 * The document that a person means: by the id that the input gave it, or by its number in the dataset.
 * The first of several that have the id.
 * @throws UsageError `no-document`
 */
export async function findDocument(
	{ directory, manifest }: OpenStore,
	asked: string,
): Promise<bigint> {
	const storage = storageAt(directory);
	for (const { path, bytes, task } of manifest.index) {
		let first = 0;
		for await (const batch of readListed(
			storage,
			`${directory}/${path}`,
			(file) => indexTable.read(file, bytes, idSchema),
		)) {
			const at = columnOf(batch, "id", "string").values.indexOf(asked);
			if (at !== -1) return documentId(task, first + at);
			first += batch.rows;
		}
	}
	if (/^\d{1,18}$/.test(asked)) {
		const id = BigInt(asked);
		const index = manifest.index.find(
			({ task }) => task === taskOfDocument(id),
		);
		if (index !== undefined && numberOfDocument(id) < index.rows) return id;
	}
	noDocument(
		directory,
		asked,
		"the id that the input gave it, or its number in the dataset (doc_id)",
	);
}

/**
 * The rows that hold a document, in their order, as numbers over all shards; at most so many. Reads
 * one column of the shards that can have it: those of the task that read it, and of tasks that packed what
 * others left.
 */
export async function rowsOfDocument(
	{ dataset: { directory, manifest } }: OpenedRows,
	id: bigint,
	most: number,
): Promise<number[]> {
	const { shards, settings, tasks } = manifest;
	const task = taskOfDocument(id);
	const { packs } = layouts.find(settings.layout);
	const column = settings.prefixTree === undefined ? "doc_ids" : "path_doc_ids";
	const found: number[] = [];
	let before = 0;
	for (const shard of shards) {
		const mayHold = shard.task === task || (packs && shard.task >= tasks.read);
		if (mayHold && found.length < most) {
			let row = before;
			for await (const ids of readListColumn(
				shardOf(directory, shard, settings),
				column,
				"list<int64>",
			)) {
				const { values, offsets } = ids;
				for (
					let at = values.indexOf(id);
					at !== -1;
					at = values.indexOf(id, at + 1)
				) {
					const of = row + rowAt(offsets, at);
					if (found.at(-1) !== of && found.length < most) found.push(of);
				}
				row += offsets.length - 1;
			}
		}
		before += shard.rows;
	}
	return found;
}

/** The list that a value is in. */
function rowAt(offsets: Int32Array, at: number): number {
	let low = 0;
	let high = offsets.length - 2;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (offsets[middle] <= at) low = middle;
		else high = middle - 1;
	}
	return low;
}
