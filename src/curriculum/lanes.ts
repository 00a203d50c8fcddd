import { permutation, type Random } from "../core/random.js";

/** Documents as lanes read them: lane by lane, those of a lane one after the other. */
export interface LaneDocuments {
	/** The number of each document. */
	order: Int32Array;
	/** The lane that reads it, and the step at which it does so first. */
	lane: Int32Array;
	firstStep: Float64Array;
}

/**
 * Gives documents to lanes, each of which reads a chunk a step and one document after the
 * other: the longest first, to the lane that has the fewest chunks (R. Graham's LPT, 1969).
 * So lanes never differ by more than the longest document. Which of its documents a lane reads
 * first is random: lengths are no order of time.
 * @param chunks Of each document, at least 1.
 * @param loads Chunks that each lane has before; those of the documents are added.
 */
export function documentsOfLanes(
	chunks: Int32Array,
	loads: Float64Array,
	random: Random,
): LaneDocuments {
	const turns = permutation(chunks.length, random);
	const next = loads.slice();
	const laneOf = longestFirst(chunks, turns, loads);
	const ends = new Int32Array(loads.length + 1);
	for (const lane of laneOf) ends[lane + 1]++;
	for (let lane = 0; lane < loads.length; lane++) ends[lane + 1] += ends[lane];
	const order = new Int32Array(chunks.length);
	const lane = new Int32Array(chunks.length);
	const firstStep = new Float64Array(chunks.length);
	for (const document of turns) {
		const of = laneOf[document];
		const at = ends[of]++;
		order[at] = document;
		lane[at] = of;
		firstStep[at] = next[of];
		next[of] += chunks[document];
	}
	return { order, lane, firstStep };
}

/** The lane of each document; `loads` is added to. */
function longestFirst(
	chunks: Int32Array,
	turns: Int32Array,
	loads: Float64Array,
): Int32Array {
	const lanes = loads.length;
	const heap = Int32Array.from(loads.keys());
	const isBefore = (a: number, b: number) =>
		loads[a] < loads[b] || (loads[a] === loads[b] && a < b);
	const sink = (from: number) => {
		const lane = heap[from];
		let at = from;
		for (;;) {
			let child = 2 * at + 1;
			if (child >= lanes) break;
			if (child + 1 < lanes && isBefore(heap[child + 1], heap[child])) child++;
			if (!isBefore(heap[child], lane)) break;
			heap[at] = heap[child];
			at = child;
		}
		heap[at] = lane;
	};
	for (let at = lanes >> 1; at >= 0; at--) sink(at);
	const laneOf = new Int32Array(chunks.length);
	const longest = turns.slice().sort((a, b) => chunks[b] - chunks[a]);
	for (const document of longest) {
		const [lane] = heap;
		laneOf[document] = lane;
		loads[lane] += chunks[document];
		sink(0);
	}
	return laneOf;
}

/** The number of steps that no way of giving documents to lanes stays below. */
export function leastSteps(
	chunks: number,
	longest: number,
	lanes: number,
): number {
	return Math.max(longest, Math.ceil(chunks / lanes));
}
