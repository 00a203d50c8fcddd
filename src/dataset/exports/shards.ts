import type { ExportRow, ExportWriter } from "./export-format.js";

/** One of the files, or groups of files, that a part is divided into. */
export interface ExportShard {
	/** Whether the next row is to go to another, whatever its tokens; left out: it never is. */
	readonly isFull?: boolean;
	add(row: ExportRow): Promise<void> | undefined;
	close(): Promise<void>;
}

/**
 * Writes rows to shards of up to `most` tokens; a row that has more is a shard by itself.
 * @param most Null: all rows go to one shard.
 * @param open Begins the shard of a number, from 0.
 * @param finish Called when all shards are closed.
 */
export function inShards(
	most: number | null,
	open: (number: number) => Promise<ExportShard>,
	finish: () => Promise<void> = async () => {},
): ExportWriter {
	let shard: ExportShard | null = null;
	let number = 0;
	let tokens = 0;
	const addToNext = async (row: ExportRow) => {
		await shard?.close();
		shard = await open(number++);
		tokens = row.ids.length;
		await shard.add(row);
	};
	return {
		add(row) {
			const { length } = row.ids;
			if (
				shard === null ||
				shard.isFull ||
				(most !== null && tokens + length > most)
			)
				return addToNext(row);
			tokens += length;
			return shard.add(row);
		},
		async finish() {
			await shard?.close();
			await finish();
		},
	};
}
