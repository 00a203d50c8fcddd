import { Int32Buffer } from "../core/buffers.js";
import type { IntListsBuilder } from "../core/int-lists.js";
import type { TokenBatchBuilder } from "../core/token-batch.js";
import { type FillRule, fill, longUnits } from "../segment/fill-units.js";

/** Which tokens each segment of a document ends with, and how segments are filled before. */
export interface SuffixRule {
	/** The last of the document, so many. */
	tokens: number;
	fill: FillRule;
	/** Whether documents may be cut between their units alone, and not anywhere. */
	areCut: boolean;
}

/**
 * Lays the document that was added last to a batch, and is not ended yet, out in segments that each
 * end with its last tokens. Those that are repeated are not trained on. Its cuts become where
 * segments begin.
 * @param cuts The cuts of the document are its last list.
 * @param start Where the document begins in the batch.
 * @returns Tokens that are repeated, and units longer than a segment, which are cut.
 */
export function carrySuffix(
	{ ids, lossMask, lossWeights }: TokenBatchBuilder,
	cuts: IntListsBuilder,
	start: number,
	rule: SuffixRule,
): { repeatedTokens: number; longUnits: number } {
	const length = ids.length - start;
	const body = length - rule.tokens;
	const before = cuts.takeLast();
	const newCuts = new Int32Buffer(16);
	const units = rule.areCut ? before.filter((cut) => cut < body) : null;
	if (body > 0) {
		const own = ids.view().slice(start);
		const mask = lossMask?.view().slice(start);
		const suffix = own.subarray(body);
		ids.length = start;
		const weights = lossWeights?.view().slice(start);
		if (lossMask !== null) lossMask.length = start;
		if (lossWeights !== null) lossWeights.length = start;
		fill(body, units, rule.fill, (from, to) => {
			if (from > 0) newCuts.push(ids.length - start);
			ids.append(own.subarray(from, to));
			ids.append(suffix);
			lossMask?.append(mask?.subarray(from, to) ?? []);
			lossWeights?.append(weights?.subarray(from, to) ?? []);
			if (to === body) lossWeights?.append(weights?.subarray(body) ?? []);
			else lossWeights?.extend(suffix.length);
			if (to === body) lossMask?.append(mask?.subarray(body) ?? []);
			else lossMask?.extend(suffix.length);
		});
	}
	cuts.values.append(newCuts.view());
	cuts.endList();
	return {
		repeatedTokens: newCuts.length * rule.tokens,
		longUnits: units && body > 0 ? longUnits(body, units, rule.fill.tokens) : 0,
	};
}
