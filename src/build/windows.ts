import { type IntColumns, IntColumnsBuilder } from "../core/int-columns.js";
import { type IntLists, IntListsBuilder } from "../core/int-lists.js";
import {
	listLengths,
	type TokenBatch,
	TokenBatchBuilder,
} from "../core/token-batch.js";
import type { IndexedDocuments } from "../dataset/index-rows.js";
import type { Settings } from "../dataset/settings.js";
import type { TokenizedBatch } from "../documents/tokenize-documents.js";
import { areGivenWeights } from "../masks/loss-weights.js";

/** The place of a document's split among those of the settings. */
export type SplitTest = (
	batch: Pick<TokenizedBatch, "source" | "hashes" | "measured">,
	document: number,
) => number;

/** Documents that are packed together. */
export interface Window extends IndexedDocuments {
	/** Of each document, the place of its split among those of the settings; null: all are to be trained on. */
	splits: Uint8Array | null;
	/** The length of each that strata go by; left out: they are not measured. */
	measured?: Int32Array;
	/** Their tokens: views, valid until the next window. */
	tokens: TokenBatch;
	/** The tokens that each document may be cut before; null: any. */
	cuts: IntLists | null;
	/** The first tokens of the sides of each document but for its first; null: each is one. */
	sides: IntLists | null;
	/** What of each goes with all its sequences, by column. */
	facts?: IntColumns;
}

/** Documents of a window, at most: what is kept of each beside its tokens takes memory too. */
export const MOST_DOCUMENTS = 2 ** 18;

/**
 * Gathers documents into windows: each is filled until it holds `size` tokens or more,
 * or as many documents as a window may have. A document is never in two windows, and one
 * of `size` tokens or more is alone in its own, where its tokens need no copy.
 * @param task The task that reads them.
 * @param splitOf The place of a document's split, by the document's place in a batch;
 * null: all are to be trained on.
 * @param settings Whether some tokens are not to be trained on, and whether they have weights.
 */
export async function* windowsOf<R>(
	batches: AsyncGenerator<TokenizedBatch, R>,
	task: number,
	size: number,
	splitOf: SplitTest | null = null,
	{
		isMasked = false,
		lossWeight = null,
	}: Partial<Pick<Settings, "isMasked" | "lossWeight">> = {},
): AsyncGenerator<Window, R> {
	const tokens = new TokenBatchBuilder(
		1 << 16,
		isMasked,
		areGivenWeights(lossWeight),
	);
	/** Those of a document that is alone. */
	let alone: TokenBatch | null = null;
	const cuts = new IntListsBuilder();
	const sides = new IntListsBuilder();
	const facts = new IntColumnsBuilder();
	let first = 0;
	let ids: (string | null)[] = [];
	let sources: string[] = [];
	let positions: number[] = [];
	let parts: (string | null)[] = [];
	let splits: number[] = [];
	let measured: number[] = [];
	const take = (): Window => {
		const batch = alone ?? tokens.view();
		return {
			task,
			first,
			ids,
			sources,
			positions,
			...(parts.length > 0 && { parts }),
			splits: splitOf === null ? null : Uint8Array.from(splits),
			...(measured.length > 0 && { measured: Int32Array.from(measured) }),
			lengths: listLengths(batch.offsets),
			tokens: batch,
			cuts: cuts.lists === 0 ? null : cuts.view(),
			sides: sides.lists === 0 ? null : sides.view(),
			facts: facts.view(),
		};
	};
	const clear = () => {
		first += positions.length;
		alone = null;
		tokens.clear();
		cuts.clear();
		sides.clear();
		facts.clear();
		ids = [];
		sources = [];
		positions = [];
		parts = [];
		splits = [];
		measured = [];
	};
	try {
		for (;;) {
			const next = await batches.next();
			if (next.done) {
				if (positions.length > 0) yield take();
				return next.value;
			}
			const {
				tokens: more,
				cuts: moreCuts,
				sides: moreSides,
				source,
			} = next.value;
			for (let at = 0; at < more.offsets.length - 1; ) {
				const isAlone = more.offsets[at + 1] - more.offsets[at] >= size;
				if (isAlone && positions.length > 0) {
					yield take();
					clear();
				}
				const until = isAlone
					? at + 1
					: Math.min(
							endOfWindow(more.offsets, at, size - tokens.ids.length, size),
							at + MOST_DOCUMENTS - tokens.lists,
						);
				if (isAlone) alone = listOf(more, at);
				else addLists(tokens, more, at, until);
				if (moreCuts !== null) cuts.addLists(moreCuts, at, until);
				if (moreSides !== null) sides.addLists(moreSides, at, until);
				facts.add(next.value.facts ?? {}, at, until);
				for (let d = at; d < until; d++) {
					ids.push(next.value.ids[d]);
					sources.push(source);
					positions.push(next.value.positions[d]);
					if (next.value.carried !== undefined)
						parts.push(next.value.carried[d] as string | null);
					if (splitOf !== null) splits.push(splitOf(next.value, d));
					if (next.value.measured) measured.push(next.value.measured[d]);
				}
				at = until;
				if (
					isAlone ||
					tokens.ids.length >= size ||
					tokens.lists === MOST_DOCUMENTS
				) {
					yield take();
					clear();
				}
			}
		}
	} finally {
		tokens.free();
		await batches.return(undefined as R);
	}
}

/** Where the lists from `at` on fill `room`: the end of the first that reaches it, else before one of `size`, or of the last. */
function endOfWindow(
	offsets: Int32Array,
	at: number,
	room: number,
	size: number,
): number {
	let end = at + 1;
	while (
		end < offsets.length - 1 &&
		offsets[end] - offsets[at] < room &&
		offsets[end + 1] - offsets[end] < size
	)
		end++;
	return end;
}

/** Adds some lists of others. */
function addLists(
	to: TokenBatchBuilder,
	{ ids, offsets, lossMask, lossWeights }: TokenBatch,
	from: number,
	until: number,
): void {
	const [start, end] = [offsets[from], offsets[until]];
	const shift = to.ids.length - start;
	to.ids.append(ids.subarray(start, end));
	if (lossMask) to.lossMask?.append(lossMask.subarray(start, end));
	if (lossWeights) to.lossWeights?.append(lossWeights.subarray(start, end));
	for (let list = from; list < until; list++)
		to.offsets.push(offsets[list + 1] + shift);
}

/** One of the lists, alone: views. */
function listOf(
	{ ids, offsets, lossMask, lossWeights }: TokenBatch,
	list: number,
): TokenBatch {
	const [start, end] = [offsets[list], offsets[list + 1]];
	return {
		ids: ids.subarray(start, end),
		offsets: Int32Array.of(0, end - start),
		lossMask: lossMask?.subarray(start, end) ?? null,
		...(lossWeights && { lossWeights: lossWeights.subarray(start, end) }),
	};
}
