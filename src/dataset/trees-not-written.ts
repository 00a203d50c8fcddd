import { optionName, UsageError } from "../core/errors.js";

/** That rows of trees are no rows of files of any trainer, and what to do. */
export function treesNotWritten(directory: string): UsageError {
	return new UsageError(
		"rows-of-trees",
		`${directory} has rows of trees of prefixes (${optionName("prefixTree", true)}), in which a token has several successors: files of rows cannot say that. Read them with seqpack batches, which gives position_ids, subtree_end, target_from and target_weight; or pack the store without it.`,
	);
}
