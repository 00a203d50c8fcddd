import { sum } from "../core/arithmetic.js";
import type { Problem } from "./problem.js";

/**
 * The fewest micro-batches that could hold the items in groups of at most a degree: by their
 * tokens, and by those that no two of fit in a group.
 */
export function fewestMicroBatches(
	{ items: { tokens }, devices, capacity }: Problem,
	degree: number,
): number {
	let large = 0;
	for (const count of tokens) if (2 * count > degree * capacity) large++;
	return Math.max(
		Math.ceil(sum(tokens) / (devices * capacity)),
		Math.ceil(large / Math.floor(devices / degree)),
	);
}
