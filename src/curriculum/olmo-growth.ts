import { flag } from "../core/option.js";
import { permutation, type Random } from "../core/random.js";
import { shareOfCycle } from "./cycles.js";
import type { Schedule } from "./schedule.js";

const options = {
	balanced: flag({ help: "as many steps of each bucket", default: false }),
};

/**
 * The growth curricula of OLMo-core's `NumpyVSLDataset`: a cycle has as many
 * sub-cycles as there are buckets, and a formula says what share of its steps a
 * bucket has in each; steps are shuffled inside a sub-cycle. Every cycle has as many
 * steps of a bucket as every other, so up to `cycles` - 1 of each are not used; with
 * `balanced` all buckets have as many as the smallest.
 * @param share What the formula's exponent comes to: 2^(e-1) or e.
 */
export function olmoGrowth(
	meaning: string,
	share: (exponent: number) => number,
): Schedule<typeof options> {
	return {
		meaning,
		options,
		trim(steps, { cycles, balanced }) {
			const most = balanced ? Math.min(...steps) : Number.POSITIVE_INFINITY;
			return steps.map((n) => Math.min(n, most)).map((n) => n - (n % cycles));
		},
		order(steps, _lengths, { cycles }, random) {
			const order = new Uint16Array(steps.reduce((sum, n) => sum + n, 0));
			let at = 0;
			for (let cycle = 0; cycle < cycles; cycle++) {
				const counts = steps.map((n, bucket) =>
					subCycleSteps(
						bucket,
						steps.length,
						shareOfCycle(n, cycles, cycle),
						share,
					),
				);
				for (let part = 0; part < steps.length; part++) {
					const begin = at;
					for (const [bucket, ofBucket] of counts.entries()) {
						order.fill(bucket, at, at + ofBucket[part]);
						at += ofBucket[part];
					}
					shuffle(order.subarray(begin, at), random);
				}
			}
			return order;
		},
	};
}

/**
 * Steps of a bucket in each sub-cycle. With B buckets, of which this is number b from
 * the shortest, and s = B - b: in sub-cycle c the exponent e is s + c up to B, and
 * then s - ((s + c) mod B). Shares are rounded half to even, as in Python; the last
 * sub-cycle takes what is missing.
 */
export function subCycleSteps(
	bucket: number,
	buckets: number,
	steps: number,
	share: (exponent: number) => number,
): number[] {
	const s = buckets - bucket;
	const shares = Array.from({ length: buckets }, (_, c) =>
		share(s + c <= buckets ? s + c : s - ((s + c) % buckets)),
	);
	const total = shares.reduce((sum, n) => sum + n, 0);
	let left = steps;
	return shares.map((part, c) => {
		const rounded = halfToEven((part / total) * steps);
		const given = c === buckets - 1 ? left : Math.min(rounded, left);
		left -= given;
		return given;
	});
}

function halfToEven(number: number): number {
	const below = Math.floor(number);
	const rest = number - below;
	if (rest !== 0.5) return Math.round(number);
	return below % 2 === 0 ? below : below + 1;
}

function shuffle(values: Uint16Array, random: Random): void {
	const before = values.slice();
	permutation(values.length, random).forEach((from, to) => {
		values[to] = before[from];
	});
}
