import { ROW_OF_ANY_LENGTH } from "../core/capacity.js";
import type { BucketSettings } from "../dataset/settings.js";

/** A row group has about as many tokens, and from 16 to 1024 rows; fewer where these are too much. */
const BATCH_TOKENS = 2 ** 22;

/** Tokens of a batch, at most about: it is in memory as a whole. */
export const MOST_BATCH_TOKENS = 2 ** 24;

/** Rows of a batch where each has a length of its own, and of a shard at most. */
const BATCH_DOCUMENTS = 256;
const SHARD_DOCUMENTS = 2 ** 24;

/**
 * How many rows a row group or record batch has, and a shard, in whole batches.
 * @param capacity Tokens that a row can hold.
 * @param shardTokens Tokens that a shard is meant to have room for.
 */
export function shardSizes(
	capacity: number,
	shardTokens: number,
): Pick<BucketSettings, "batchRows" | "shardRows" | "shardTokens"> {
	if (capacity === ROW_OF_ANY_LENGTH)
		return {
			batchRows: BATCH_DOCUMENTS,
			shardRows: SHARD_DOCUMENTS,
			shardTokens,
		};
	const mostRows = Math.max(1, Math.floor(shardTokens / capacity));
	const rows = Math.floor(BATCH_TOKENS / capacity);
	const least = Math.max(
		1,
		Math.min(16, Math.floor(MOST_BATCH_TOKENS / capacity)),
	);
	const batchRows = Math.min(mostRows, Math.max(least, Math.min(1024, rows)));
	return { batchRows, shardRows: Math.floor(mostRows / batchRows) * batchRows };
}
