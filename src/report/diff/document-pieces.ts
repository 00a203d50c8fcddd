import { sum } from "../../core/arithmetic.js";
import { orderBy } from "../../core/order-by.js";
import type { ColumnBatch } from "../../tables/columns.js";
import { addPiece } from "./hash.js";
import { columnsOfRows, type Side } from "./side.js";
import { partitionsFor, Spill } from "./spill.js";

/** Task and number of the document, tokens, and what `addPiece` makes of them. */
const WIDTH = 5;

/** What rows hold of documents, apart by task. */
export class DocumentPieces {
	readonly #spill: Spill;
	readonly #tasks: number;
	readonly #record = new Int32Array(WIDTH);
	/** The partition that was read last. */
	#kept: ({ partition: number } & ReturnType<typeof byTask>) | null = null;

	constructor({ manifest, owner }: Side) {
		this.#tasks = Math.max(
			1,
			...owner.manifest.index.map(({ task }) => task + 1),
		);
		const sequences = sum(manifest.shards.map((shard) => shard.sequences));
		this.#spill = new Spill(
			Math.min(this.#tasks, partitionsFor(sequences, WIDTH)),
		);
	}

	/** Adds the pieces that rows hold. */
	async add(batch: ColumnBatch): Promise<void> {
		const { ids, lengths, offsets, documents } = columnsOfRows(batch);
		const record = this.#record;
		for (let row = 0; row < batch.rows; row++) {
			let from = ids.offsets[row];
			for (let i = lengths.offsets[row]; i < lengths.offsets[row + 1]; i++) {
				const to = from + lengths.values[i];
				record[0] = documents[2 * i + 1];
				record[1] = documents[2 * i];
				record[2] = lengths.values[i];
				record[3] = 0;
				record[4] = 0;
				addPiece(ids.values, from, to, offsets[i], record, 3);
				from = to;
				this.#spill.add(this.#partitionOf(record[0]), record);
			}
		}
		if (this.#spill.isFull) await this.#spill.write();
	}

	finish(): Promise<void> {
		return this.#spill.finish();
	}

	/** Of each document of a task its tokens in rows, and the two words of their hash. */
	async ofTask(
		task: number,
		documents: number,
	): Promise<{ tokens: Int32Array; hashes: Int32Array }> {
		const partition = this.#partitionOf(task);
		if (this.#kept?.partition !== partition)
			this.#kept = { partition, ...byTask(await this.#spill.read(partition)) };
		const { records, order, ends } = this.#kept;
		const [from, end] = ends.get(task) ?? [0, 0];
		const tokens = new Int32Array(documents);
		const hashes = new Int32Array(2 * documents);
		for (let i = from; i < end; i++) {
			const at = order[i] * WIDTH;
			const document = records[at + 1] >>> 0;
			if (document >= documents) continue;
			tokens[document] += records[at + 2];
			hashes[2 * document] += records[at + 3];
			hashes[2 * document + 1] += records[at + 4];
		}
		return { tokens, hashes };
	}

	remove(): Promise<void> {
		return this.#spill.remove();
	}

	/** Tasks that follow one another are of one partition. */
	#partitionOf(task: number): number {
		const of = Math.floor((task * this.#spill.partitions) / this.#tasks);
		return Math.min(this.#spill.partitions - 1, Math.max(0, of));
	}
}

/** Records in the order of their tasks, and where those of each begin and end. */
function byTask(records: Int32Array) {
	const count = records.length / WIDTH;
	const tasks = new Int32Array(count);
	for (let i = 0; i < count; i++) tasks[i] = records[i * WIDTH];
	const order = orderBy([tasks]);
	const ends = new Map<number, [from: number, end: number]>();
	for (let i = 0; i < count; i++) {
		const task = tasks[order[i]];
		const own = ends.get(task);
		if (own === undefined) ends.set(task, [i, i + 1]);
		else own[1] = i + 1;
	}
	return { records, order, ends };
}
