import type { IntListsBuilder } from "../core/int-lists.js";
import type { TokenBatchBuilder } from "../core/token-batch.js";

/** Which documents repeat what comes before their first turn. */
export interface HeadRule {
	/** Those of more tokens. */
	capacity: number;
	/** Whether all but the last turns are to be dropped. */
	keepsLast: boolean;
}

/**
 * Does that with the document that was added last to a batch, and is not ended yet. Heads
 * that are repeated are not trained on again.
 * @param cuts The cuts of the document are its last list.
 * @param start Where the document begins in the batch.
 * @param head Tokens of its head.
 */
export function repeatHeadOf(
	{ ids, lossMask }: TokenBatchBuilder,
	cuts: IntListsBuilder,
	start: number,
	head: number,
	{ capacity, keepsLast }: HeadRule,
): void {
	const length = ids.length - start;
	if (head === 0 || length <= capacity || lossMask === null) return;
	const own = ids.view().slice(start);
	const mask = lossMask.view().slice(start);
	const { parts, cuts: newCuts } = repeatHead(
		length,
		head,
		cuts.takeLast(),
		capacity,
		keepsLast,
	);
	ids.length = lossMask.length = start;
	for (const [i, [from, to]] of parts.entries()) {
		ids.append(own.subarray(from, to));
		if (from === 0 && i > 0) lossMask.extend(to - from);
		else lossMask.append(mask.subarray(from, to));
	}
	cuts.values.append(newCuts);
	cuts.endList();
}

/** What comes before the first turn of a document that is too long for a row, before each of its sequences. */
export interface RepeatedHead {
	/** The tokens in their new order: pairs of a begin and an end in the document. */
	parts: readonly (readonly [start: number, end: number])[];
	/** The tokens that it may be cut before, counted anew. */
	cuts: readonly number[];
}

/**
 * Lays the turns of a document out in sequences of up to `capacity` tokens, and repeats its
 * head before each: as many turns as fit, from the first on, or from the last back, where all
 * but the last sequence are to be dropped.
 * @param head Tokens of the head.
 * @param cuts The tokens that the document may be cut before; its first turn begins after the head.
 */
export function repeatHead(
	length: number,
	head: number,
	cuts: ArrayLike<number>,
	capacity: number,
	keepsLast: boolean,
): RepeatedHead {
	const borders = [head, ...Array.from(cuts), length];
	const turns = borders
		.slice(1)
		.map((end, i): [number, number] => [borders[i], end]);
	const sequences = keepsLast
		? lastTurns(turns, capacity - head)
		: firstTurns(turns, capacity - head);
	const parts: [number, number][] = [];
	const newCuts: number[] = [];
	let at = 0;
	for (const [i, [start, end]] of sequences.entries()) {
		if (i > 0) newCuts.push(at);
		parts.push([0, head], [start, end]);
		at += head + end - start;
	}
	return { parts, cuts: newCuts };
}

/** Turns that follow one another, in groups of up to `room` tokens; one that is longer is alone. */
function firstTurns(
	turns: readonly (readonly [number, number])[],
	room: number,
): (readonly [number, number])[] {
	const groups: [number, number][] = [];
	for (const [start, end] of turns) {
		const last = groups[groups.length - 1];
		if (last !== undefined && end - last[0] <= room) last[1] = end;
		else groups.push([start, end]);
	}
	return groups;
}

/** The last turns that fit, and before them all others as one group, which does not. */
function lastTurns(
	turns: readonly (readonly [number, number])[],
	room: number,
): (readonly [number, number])[] {
	const [begin] = turns[0];
	const [, end] = turns[turns.length - 1];
	const first = turns.find(([start]) => end - start <= room) ?? [end, end];
	return first[0] === end || first[0] === begin
		? [[begin, end]]
		: [
				[begin, first[0]],
				[first[0], end],
			];
}
