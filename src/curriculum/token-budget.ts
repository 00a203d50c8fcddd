import { optionName, UsageError } from "../core/errors.js";

/** Sequences shared out to batches: batch i has `order[offsets[i] .. offsets[i + 1])`, the longest first. */
export interface BudgetBatches {
	order: Int32Array;
	offsets: Int32Array;
}

/**
 * Batches of sequences of similar length, as many as fit in a number of tokens once
 * they are padded to the longest (fairseq's `--max-tokens`, and its
 * `--required-batch-size-multiple`). Fewer sequences than the multiple, the shortest,
 * may be left over.
 * @param lengths Tokens of each sequence.
 * @throws UsageError `long-sequence` where one does not fit.
 */
export function tokenBudgetBatches(
	lengths: Int32Array,
	tokens: number,
	multiple = 1,
): BudgetBatches {
	const order = Int32Array.from(lengths.keys()).sort(
		(a, b) => lengths[b] - lengths[a] || a - b,
	);
	const offsets = [0];
	let at = 0;
	while (order.length - at >= multiple) {
		const longest = lengths[order[at]];
		const room = Math.floor(tokens / longest / multiple) * multiple;
		if (room === 0)
			throw new UsageError(
				"long-sequence",
				`a sequence of ${longest} tokens, times ${multiple}, is more than the ${tokens} tokens of a step (${optionName("tokensPerStep")}): give at least ${longest * multiple}.`,
			);
		const rest = order.length - at;
		at += Math.min(room, rest - (rest % multiple));
		offsets.push(at);
	}
	return { order: order.slice(0, at), offsets: Int32Array.from(offsets) };
}
