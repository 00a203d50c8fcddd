import { permutation, type Random } from "../core/random.js";
import { requireInteger } from "../core/require.js";

/** Orders of rows by name. */
export const orders = ["shuffled", "balanced"] as const;
export type Order = (typeof orders)[number];

export interface BalancedOptions {
	/** Rows of a step: data-parallel ranks, each with one row. */
	ranks: number;
	/** Rows that are shuffled together; default all. */
	shuffleWindow?: number | undefined;
}

/**
 * An order of packs in which the rows of a step cost nearly the same: all are
 * shuffled, then, window by window, sorted by cost, cut into steps, and the steps
 * and the rows within them shuffled again. Grouping balances; filling packs by
 * cost does not. Rows that make no whole step come last.
 * @param costs Cost of each pack.
 * @throws UsageError `bad-option` for numbers below 1.
 */
export function balancedOrder(
	costs: Float64Array,
	{ ranks, shuffleWindow = costs.length }: BalancedOptions,
	random: Random,
): Int32Array {
	requireInteger("ranks", ranks, 1);
	requireInteger("shuffleWindow", shuffleWindow, 0);
	const shuffled = permutation(costs.length, random);
	const window = Math.max(ranks, shuffleWindow - (shuffleWindow % ranks));
	const order = new Int32Array(costs.length);
	const whole = costs.length - (costs.length % ranks);
	order.set(shuffled.subarray(whole), whole);
	for (let first = 0; first < whole; first += window) {
		const rows = shuffled.slice(first, Math.min(first + window, whole));
		rows.sort((a, b) => costs[a] - costs[b] || a - b);
		let at = first;
		for (const step of permutation(rows.length / ranks, random))
			for (const rank of permutation(ranks, random))
				order[at++] = rows[step * ranks + rank];
	}
	return order;
}

/**
 * The share of a full shuffle's randomness, in bits, that `balancedOrder` keeps:
 * it decides which rows a window holds, the order of its steps, and the order in
 * each step, and gives up which rows make a step.
 */
export function randomnessKept(
	packs: number,
	options: BalancedOptions,
): number {
	const { all, kept } = shuffleBits(packs, options);
	return all === 0 ? 1 : kept / all;
}

/** The bits of a shuffle of all packs, and of `balancedOrder`'s. */
export function shuffleBits(
	packs: number,
	{ ranks, shuffleWindow = packs }: BalancedOptions,
): { all: number; kept: number } {
	const window = Math.max(ranks, shuffleWindow - (shuffleWindow % ranks));
	const whole = packs - (packs % ranks);
	const all = logFactorial(packs);
	let given = 0;
	for (let first = 0; first < whole; first += window) {
		const rows = Math.min(window, whole - first);
		const steps = rows / ranks;
		given +=
			logFactorial(rows) - logFactorial(steps) - steps * logFactorial(ranks);
	}
	return { all: all / Math.LN2, kept: (all - given) / Math.LN2 };
}

/** ln n!, by Stirling's series for large n. */
function logFactorial(n: number): number {
	if (n < 20) {
		let log = 0;
		for (let i = 2; i <= n; i++) log += Math.log(i);
		return log;
	}
	return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n);
}
