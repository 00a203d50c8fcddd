import { createRandom } from "../core/random.js";
import type { Stratum } from "./parse-strata.js";

/** The place of the stratum that has a length; -1: none has. */
export function stratumOf(length: number, strata: readonly Stratum[]): number {
	for (let i = 0; i < strata.length; i++)
		if (length > strata[i].above && length <= strata[i].upTo) return i;
	return -1;
}

export interface Stratified {
	/** Of each length, the place of its stratum; -1: none has it. */
	stratum: Int32Array;
	/** Places of the lengths that are drawn, in ascending order. */
	drawn: Int32Array;
}

/**
 * Puts lengths into strata, and draws some of each.
 * @param perStratum How many of each stratum are drawn, without replacement; all where there are
 * fewer, or it is left out. What lies in no stratum is never drawn.
 */
export function stratify(
	lengths: ArrayLike<number>,
	strata: readonly Stratum[],
	{
		perStratum = Infinity,
		seed = 0,
	}: { perStratum?: number; seed?: number } = {},
): Stratified {
	const stratum = Int32Array.from(lengths, (length) =>
		stratumOf(length, strata),
	);
	const random = createRandom(seed);
	const keys = Float64Array.from(lengths, () => random());
	const members: number[][] = strata.map(() => []);
	for (const [i, of] of stratum.entries()) if (of >= 0) members[of].push(i);
	const drawn = members.flatMap((own) =>
		own.sort((a, b) => keys[a] - keys[b] || a - b).slice(0, perStratum),
	);
	return { stratum, drawn: Int32Array.from(drawn).sort() };
}
