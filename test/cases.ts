import type fc from "fast-check";
import { createRandom, type Random } from "../src/core/random.js";
import { everything } from "./helpers.js";

/**
 * Where tests by chance begin. `npm test` tries the same cases every time; `npm run nightly`
 * sets a seed of its own, and prints it.
 */
export const seed = Number(process.env.SEQPACK_SEED ?? 20_261_128);

/** Whether this is `npm test`, which tries a few. */
export const isDaily = process.env.SEQPACK_CASES === undefined && !everything;

/** How many cases a test by chance tries. */
export interface Cases {
	/** In `npm test`. */
	daily: number;
	/** In `npm run test:everything`; left out: as many as daily. */
	everything?: number;
	/** Its share of the cases of its kind in `npm run nightly`; left out: all of them. */
	share?: number;
}

export function casesOf({ daily, everything: most, share = 1 }: Cases): number {
	const nightly = process.env.SEQPACK_CASES;
	if (nightly !== undefined) return Math.ceil(Number(nightly) * share);
	return everything ? (most ?? daily) : daily;
}

/** The randomness of one case: it hangs on the seed, a name and its number alone, so that one can be tried again. */
export function randomOf(name: string, number: number): Random {
	return createRandom(seed, ...Buffer.from(name), number);
}

/** What `fc.assert` is given. */
export function drawn(cases: Cases): fc.Parameters<unknown> {
	return { seed, numRuns: casesOf(cases) };
}
