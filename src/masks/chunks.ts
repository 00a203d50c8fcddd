import { type Random, randomBelow } from "../core/random.js";
import { type NameOf, registry } from "../core/registry.js";
import { shiftedLossMask } from "./labels.js";
import { type TokenRow, usedTokens } from "./row.js";

/**
 * Where the chunks of a row begin, and the end of the last one, which may be shorter: for trainers that
 * go through a row in chunks (StreamBP, SeCO, LaCT).
 * @param tokens Tokens of the row; of a row with padding, with it.
 * @param chunk Tokens of a chunk.
 */
export function chunkOffsets(tokens: number, chunk: number): Int32Array {
	const offsets = new Int32Array(Math.ceil(tokens / chunk) + 1);
	for (let i = 0; i < offsets.length; i++)
		offsets[i] = Math.min(i * chunk, tokens);
	return offsets;
}

/**
 * How many labels each chunk of a row has. Labels are shifted before the row is cut: the last label
 * of a chunk is the first token of the next.
 * @param rowLength Tokens of the row with padding; default without.
 * @throws DataError `bad-row`
 */
export function chunkLossTokens(
	row: Pick<TokenRow, "seqLengths" | "lossMask">,
	chunk: number,
	rowLength?: number,
): Int32Array {
	const mask = shiftedLossMask(row, rowLength);
	const counts = new Int32Array(Math.ceil(mask.length / chunk));
	for (let i = 0; i < mask.length; i++)
		counts[Math.floor(i / chunk)] += mask[i];
	return counts;
}

/**
 * The chunks whose gradients are computed, in ascending order: half of the budget for chunks with labels,
 * half for those without, and what one kind does not use goes to the other (SpaCO, spaco.py).
 * @param lossTokens Labels of each chunk, as `chunkLossTokens` gives them.
 */
export function chooseChunks(
	lossTokens: Int32Array,
	budget: number,
	random: Random,
): Int32Array {
	const kinds: [number[], number[]] = [[], []];
	for (let i = 0; i < lossTokens.length; i++)
		kinds[lossTokens[i] > 0 ? 0 : 1].push(i);
	const [labelled, others] = kinds;
	const half = budget >> 1;
	const fewOthers = Math.min(others.length, half);
	const ofLabelled = Math.min(labelled.length, budget - fewOthers);
	const ofOthers = Math.min(others.length, budget - ofLabelled);
	return Int32Array.from([
		...drawn(labelled, ofLabelled, random),
		...drawn(others, ofOthers, random),
	]).sort();
}

/** Some of the items, drawn without replacement. */
function drawn(items: number[], count: number, random: Random): number[] {
	for (let i = 0; i < count; i++) {
		const j = i + randomBelow(random, items.length - i);
		[items[i], items[j]] = [items[j], items[i]];
	}
	return items.slice(0, count);
}

/** How many tokens of each sequence come before the first that is trained on; 0 where all are. */
export function promptLengths({
	seqLengths,
	lossMask,
}: Pick<TokenRow, "seqLengths" | "lossMask">): Int32Array {
	usedTokens(seqLengths);
	let start = 0;
	return seqLengths.map((length) => {
		const first = start;
		start += length;
		// Where all is trained on there may be a mask beside other rows'.
		if (!lossMask || (length === 1 && lossMask[first] !== 0)) return 0;
		// Columns have 0 for the first token of a sequence, whether it is of the prompt or not.
		let at = first + 1;
		while (at < start && lossMask[at] === 0) at++;
		return at === first + 1 && at < start ? 0 : at - first;
	});
}

interface GlobalAttentionKind {
	/** One line, for help and docs. */
	readonly meaning: string;
	/** How many tokens have it at the beginning of each sequence. */
	leading(row: Pick<TokenRow, "seqLengths" | "lossMask">): Int32Array;
}

/** Which tokens see all others of their sequence and are seen by them, where attention is else local. */
export const globalAttentions = registry("kind of global attention", {
	"first-token": {
		meaning: "the first token of each sequence, as for a classifier",
		leading: ({ seqLengths }) => new Int32Array(seqLengths.length).fill(1),
	} as GlobalAttentionKind,
	"prompt-tokens": {
		meaning:
			"those of each sequence before the first that is trained on, such as a question",
		leading: promptLengths,
	} as GlobalAttentionKind,
});
export type GlobalAttention = NameOf<typeof globalAttentions>;

/**
 * Longformer's mask: 1 for tokens with global attention, 0 for others and for padding.
 * @param rowLength Tokens of the row with padding; default without.
 */
export function globalAttentionMask(
	row: Pick<TokenRow, "seqLengths" | "lossMask">,
	kind: GlobalAttention,
	rowLength?: number,
): Int32Array {
	const mask = new Int32Array(
		rowLength ?? usedTokens(row.seqLengths, rowLength),
	);
	const leading = globalAttentions.find(kind).leading(row);
	let start = 0;
	for (const [i, length] of row.seqLengths.entries()) {
		mask.fill(1, start, start + leading[i]);
		start += length;
	}
	return mask;
}
