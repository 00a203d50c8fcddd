import type { ExportRow, ExportSource, ExportWriter } from "./export-format.js";

/** One of the files, or groups of files, that a part is divided into. */
export interface ExportShard {
	/** Whether the next row is to go to another, whatever its tokens; left out: it never is. */
	readonly isFull?: boolean;
	add(row: ExportRow): Promise<void> | undefined;
	close(): Promise<void>;
}

/**
 * Writes rows to shards of up to so many tokens, or of so many rows; a row that has more tokens
 * is a shard by itself.
 * @param open Begins the shard of a number, from 0.
 * @param finish Called when all shards are closed.
 */
export function inShards(
	{
		shardTokens: most,
		shardRows,
	}: Pick<ExportSource, "shardTokens" | "shardRows">,
	open: (number: number) => Promise<ExportShard>,
	finish: () => Promise<void> = async () => {},
): ExportWriter {
	let shard: ExportShard | null = null;
	let number = 0;
	let tokens = 0;
	let rows = 0;
	const addToNext = async (row: ExportRow) => {
		await shard?.close();
		shard = await open(number++);
		tokens = row.ids.length;
		rows = 1;
		await shard.add(row);
	};
	return {
		add(row) {
			const { length } = row.ids;
			const isOver =
				shardRows === null
					? most !== null && tokens + length > most
					: rows === shardRows;
			if (shard === null || shard.isFull || isOver) return addToNext(row);
			tokens += length;
			rows++;
			return shard.add(row);
		},
		async finish() {
			await shard?.close();
			await finish();
		},
	};
}
