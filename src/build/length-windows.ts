import { Int32Buffer, Uint8Buffer } from "../core/buffers.js";
import { IntColumnsBuilder } from "../core/int-columns.js";
import { type IntLists, IntListsBuilder } from "../core/int-lists.js";
import { type DocumentLengths, markRuns } from "../dataset/lengths.js";
import { MOST_DOCUMENTS, type Window } from "./windows.js";

const NO_TOKENS = new Int32Array(0);

/**
 * Gathers the documents of a store's task into windows, on their lengths alone: the
 * windows that `windowsOf` makes of the same documents, without their tokens, ids and places.
 * @param size Tokens of a window.
 */
export async function* windowsOfLengths(
	batches: AsyncIterable<DocumentLengths>,
	task: number,
	size: number,
): AsyncGenerator<Window, void> {
	const lengths = new Int32Buffer(1 << 12);
	const measured = new Int32Buffer();
	const splits = new Uint8Buffer();
	const trained = new IntListsBuilder();
	const cuts = new IntListsBuilder();
	const sides = new IntListsBuilder();
	const facts = new IntColumnsBuilder();
	let first = 0;
	let tokens = 0;
	const take = (): Window => {
		const own = lengths.view().slice();
		const offsets = offsetsOf(own);
		const runs = trained.lists === 0 ? null : trained.view();
		return {
			task,
			first,
			ids: [],
			sources: [],
			positions: [],
			...(measured.length > 0 && { measured: measured.view().slice() }),
			splits: splits.length === 0 ? null : splits.view().slice(),
			lengths: own,
			tokens: {
				ids: NO_TOKENS,
				offsets,
				lossMask: runs === null ? null : maskOf(runs, offsets),
			},
			cuts: cuts.lists === 0 ? null : cuts.view(),
			sides: sides.lists === 0 ? null : sides.view(),
			facts: facts.view(),
		};
	};
	const clear = () => {
		first += lengths.length;
		tokens = 0;
		lengths.length = 0;
		measured.length = 0;
		splits.length = 0;
		trained.clear();
		cuts.clear();
		sides.clear();
		facts.clear();
	};
	for await (const batch of batches)
		for (let at = 0; at < batch.lengths.length; ) {
			let until = at;
			const most = Math.min(
				batch.lengths.length,
				at + MOST_DOCUMENTS - lengths.length,
			);
			const isAlone = batch.lengths[at] >= size;
			if (isAlone && lengths.length > 0) {
				yield take();
				clear();
			}
			do tokens += batch.lengths[until++];
			while (until < most && tokens < size && batch.lengths[until] < size);
			lengths.append(batch.lengths.subarray(at, until));
			if (batch.measured !== undefined)
				measured.append(batch.measured.subarray(at, until));
			if (batch.splits !== null)
				splits.append(batch.splits.subarray(at, until));
			if (batch.trained !== null) trained.addLists(batch.trained, at, until);
			if (batch.cuts !== null) cuts.addLists(batch.cuts, at, until);
			if (batch.sides !== null) sides.addLists(batch.sides, at, until);
			facts.add(batch.facts ?? {}, at, until);
			at = until;
			if (tokens >= size || lengths.length === MOST_DOCUMENTS) {
				yield take();
				clear();
			}
		}
	if (lengths.length > 0) yield take();
}

function offsetsOf(lengths: Int32Array): Int32Array {
	const offsets = new Int32Array(lengths.length + 1);
	for (let d = 0; d < lengths.length; d++)
		offsets[d + 1] = offsets[d] + lengths[d];
	return offsets;
}

function maskOf(runs: IntLists, offsets: Int32Array): Uint8Array {
	const mask = new Uint8Array(offsets[offsets.length - 1]);
	for (let d = 0; d < offsets.length - 1; d++)
		markRuns(runs, d, mask.subarray(offsets[d], offsets[d + 1]));
	return mask;
}
