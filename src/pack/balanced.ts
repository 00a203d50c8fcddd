import { integer } from "../core/option.js";
import { permutation, type Random } from "../core/random.js";
import { stepImbalance } from "./imbalance.js";
import type { RowOrder } from "./row-order.js";

const options = {
	ranks: integer({
		least: 1,
		most: 2 ** 20,
		default: 8,
		help: "rows of a step: one for each data-parallel rank",
	}),
	shuffleWindow: integer({
		least: 1,
		most: 2 ** 30,
		defaultText: "all rows of a window",
		help: "rows that are shuffled together",
	}),
};

interface BalancedOptions {
	readonly ranks: number;
	/** Default all rows. */
	readonly shuffleWindow?: number | undefined;
}

/**
 * An order of rows in which those of a step cost nearly the same: all are
 * shuffled, then, window by window, sorted by cost, cut into steps, and the steps
 * and the rows within them shuffled again. Grouping balances; filling packs by
 * cost does not. Rows that make no whole step come last.
 */
export const balanced: RowOrder<typeof options> = {
	meaning: "at random, but the rows of a step cost nearly the same",
	options,
	order(costs, options, random) {
		const rows = balancedRows(costs, options, random);
		const inOrder = Float64Array.from(rows, (row) => costs[row]);
		const steps = Math.floor(rows.length / options.ranks);
		return {
			rows,
			steps: {
				steps,
				imbalance: steps * stepImbalance(inOrder, options.ranks),
				...shuffleBits(rows.length, options),
			},
		};
	},
};

function balancedRows(
	costs: Float64Array,
	{ ranks, shuffleWindow = costs.length }: BalancedOptions,
	random: Random,
): Int32Array {
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
 * The bits of a shuffle of all rows, and of the balanced order: that one decides which
 * rows a window holds, the order of its steps, and the order in each step, and gives up
 * which rows make a step.
 */
function shuffleBits(
	rows: number,
	{ ranks, shuffleWindow = rows }: BalancedOptions,
): { bits: number; bitsKept: number } {
	const window = Math.max(ranks, shuffleWindow - (shuffleWindow % ranks));
	const whole = rows - (rows % ranks);
	const all = logFactorial(rows);
	let given = 0;
	for (let first = 0; first < whole; first += window) {
		const inWindow = Math.min(window, whole - first);
		const steps = inWindow / ranks;
		given +=
			logFactorial(inWindow) -
			logFactorial(steps) -
			steps * logFactorial(ranks);
	}
	return { bits: all / Math.LN2, bitsKept: (all - given) / Math.LN2 };
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
