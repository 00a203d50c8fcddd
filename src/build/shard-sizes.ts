import type { BucketSettings } from "../dataset/settings.js";

/** A row group has about as many tokens, and from 16 to 1024 rows. */
const BATCH_TOKENS = 2 ** 22;

/**
 * How many rows a row group or record batch has, and a shard, in whole batches.
 * @param capacity Tokens that a row can hold.
 * @param shardTokens Tokens that a shard is meant to have room for.
 */
export function shardSizes(
	capacity: number,
	shardTokens: number,
): Pick<BucketSettings, "batchRows" | "shardRows"> {
	const mostRows = Math.max(1, Math.floor(shardTokens / capacity));
	const rows = Math.floor(BATCH_TOKENS / capacity);
	const batchRows = Math.min(mostRows, Math.max(16, Math.min(1024, rows)));
	return { batchRows, shardRows: Math.floor(mostRows / batchRows) * batchRows };
}
