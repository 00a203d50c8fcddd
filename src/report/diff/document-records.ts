import { sum } from "../../core/arithmetic.js";
import { indexSchema, indexTable } from "../../dataset/index-rows.js";
import { readListed } from "../../dataset/listed-file.js";
import { storageAt } from "../../storage/storages.js";
import { columnOf } from "../../tables/columns.js";
import type { DocumentPieces } from "./document-pieces.js";
import { OrderedHash } from "./hash.js";
import type { Side } from "./side.js";
import { partitionsFor, Spill } from "./spill.js";

/** The words of a record of a document, by what they say. */
export const AT = {
	/** What documents are taken for the same by. */
	key: 0,
	/** The hash of its tokens in rows; 0 where they are not compared. */
	content: 2,
	/** Its tokens, and how many are in rows. */
	tokens: 4,
	inRows: 5,
	/** The hash of its place in the input. */
	place: 6,
	task: 8,
	number: 9,
	/** 1: its key is its id. */
	hasId: 10,
} as const;
export const WIDTH = 11;

export function documentsOf({ owner }: Side): number {
	return sum(owner.manifest.index.map(({ rows }) => rows));
}

/** An empty spill for the documents of two sides. */
export function spillFor(documents: number): Spill {
	return new Spill(partitionsFor(documents, WIDTH));
}

/**
 * Writes a record for each document of the index. The key is its id; else the hash of its tokens, where all of
 * them are in rows; else its place.
 * @param pieces What is known of their tokens; null: nothing is.
 * @param hasTokens Whether numbers of tokens can be compared.
 */
export async function writeDocuments(
	{ owner }: Side,
	pieces: DocumentPieces | null,
	hasTokens: boolean,
	into: Spill,
): Promise<void> {
	const { directory, manifest } = owner;
	const record = new Int32Array(WIDTH);
	const hash = new OrderedHash();
	for (const { task, path, bytes, rows } of manifest.index) {
		const found = await pieces?.ofTask(task, rows);
		const file = `${directory}/${path}`;
		const batches = readListed(storageAt(file), file, (opened) =>
			indexTable.read(opened, bytes, indexSchema),
		);
		let first = 0;
		for await (const batch of batches) {
			const ids = columnOf(batch, "id", "string").values;
			const sources = columnOf(batch, "source", "string").values;
			const positions = columnOf(batch, "position", "int64").values;
			const tokens = columnOf(batch, "tokens", "int32").values;
			for (let i = 0; i < batch.rows; i++) {
				const number = first + i;
				record.fill(0);
				record[AT.task] = task;
				record[AT.number] = number;
				hash.begin();
				hash.addText(String(sources[i]));
				const position = Number(positions[i]);
				hash.add([position | 0, Math.floor(position / 2 ** 32)], 0, 2);
				record[AT.place] = hash.a;
				record[AT.place + 1] = hash.b;
				if (hasTokens) record[AT.tokens] = tokens[i];
				if (found !== undefined && number < rows) {
					record[AT.inRows] = found.tokens[number];
					record[AT.content] = found.hashes[2 * number];
					record[AT.content + 1] = found.hashes[2 * number + 1];
				}
				const id = ids[i];
				if (id !== null) {
					hash.begin();
					hash.addText(id);
					record[AT.hasId] = 1;
				} else if (found !== undefined && isWhole(record, 0)) {
					hash.begin();
					hash.add(record, AT.content, AT.tokens + 1);
				}
				record[AT.key] = hash.a;
				record[AT.key + 1] = hash.b;
				into.add(into.partitionOf(hash.a), record);
			}
			first += batch.rows;
			if (into.isFull) await into.write();
		}
	}
}

/** Whether all tokens of a document are in rows, once each. */
export function isWhole(records: Int32Array, at: number): boolean {
	return records[at + AT.inRows] === records[at + AT.tokens];
}
