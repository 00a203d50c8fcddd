/** The solution of the packing problem's linear relaxation on a few item types. */
export interface PatternSolution {
	/** pattern[p][t] items of type t in pattern p; `packs[p]` packs of it, a fraction too. */
	patterns: Int32Array[];
	packs: Float64Array;
	/** Dual value of each type, at least 0, such that no pattern is worth more than `most`. */
	values: Float64Array;
	most: number;
}

/** Duals, what the best pattern is worth by them, and the bound that they prove. */
interface Proof {
	values: Float64Array;
	most: number;
	bound: number;
}

const EPSILON = 1e-9;
/** Pivots for each type, at most: the result is the same on every machine. */
const PIVOTS_A_TYPE = 30;

/**
 * Solves min sum x_p over patterns p that fit the capacity, sum a_tp x_p = demand_t,
 * x >= 0, by column generation (P. C. Gilmore and R. E. Gomory, "A linear
 * programming approach to the cutting-stock problem", 1961): a revised simplex
 * over the patterns known, and a knapsack over the duals to find a better one.
 * Time O(pivots (types^2 + types capacity)).
 * @param sizes Size of each type, in 1..capacity, all different.
 * @param demands How many items there are of each.
 */
export function solvePatterns(
	sizes: Int32Array,
	demands: Float64Array,
	capacity: number,
): PatternSolution {
	const types = sizes.length;
	// To begin with: as many items of one type as fit.
	const patterns: Int32Array[] = Array.from(sizes, (size, t) => {
		const pattern = new Int32Array(types);
		pattern[t] = Math.floor(capacity / size);
		return pattern;
	});
	const inverse = new Float64Array(types * types);
	const packs = new Float64Array(types);
	for (let t = 0; t < types; t++) {
		inverse[t * types + t] = 1 / patterns[t][t];
		packs[t] = demands[t] / patterns[t][t];
	}
	const duals = new Float64Array(types);
	const column = new Float64Array(types);
	let best: Proof = { values: duals.slice(), most: 1, bound: 0 };
	for (let pivot = 0; pivot < types * PIVOTS_A_TYPE; pivot++) {
		duals.fill(0);
		for (let row = 0; row < types; row++)
			for (let t = 0; t < types; t++) duals[t] += inverse[row * types + t];
		const { pattern, value } = bestPattern(sizes, duals, capacity);
		best = betterBound(best, duals, value, demands);
		if (value <= 1 + EPSILON) break;
		for (let row = 0; row < types; row++) {
			let sum = 0;
			for (let t = 0; t < types; t++)
				if (pattern[t] !== 0) sum += inverse[row * types + t] * pattern[t];
			column[row] = sum;
		}
		const leaving = leavingRow(packs, column);
		if (leaving === -1) break;
		exchange(inverse, packs, column, leaving);
		patterns[leaving] = pattern;
	}
	return { patterns, packs, values: best.values, most: best.most };
}

/** Keeps the duals that prove most: Farley's bound is their worth over the best pattern's. */
function betterBound(
	best: Proof,
	duals: Float64Array,
	value: number,
	demands: Float64Array,
): Proof {
	const most = Math.max(1, value);
	let worth = 0;
	for (let t = 0; t < duals.length; t++)
		worth += Math.max(0, duals[t]) * demands[t];
	if (worth / most <= best.bound) return best;
	const values = duals.map((dual) => Math.max(0, dual));
	return { values, most, bound: worth / most };
}

function leavingRow(packs: Float64Array, column: Float64Array): number {
	let leaving = -1;
	let least = Number.POSITIVE_INFINITY;
	for (let row = 0; row < packs.length; row++)
		if (column[row] > EPSILON) {
			const ratio = packs[row] / column[row];
			if (ratio < least - EPSILON) {
				least = ratio;
				leaving = row;
			}
		}
	return leaving;
}

/** One pivot: the new pattern takes the row's place in the basis. */
function exchange(
	inverse: Float64Array,
	packs: Float64Array,
	column: Float64Array,
	leaving: number,
): void {
	const types = packs.length;
	const pivot = column[leaving];
	const first = leaving * types;
	for (let t = 0; t < types; t++) inverse[first + t] /= pivot;
	packs[leaving] = Math.max(0, packs[leaving] / pivot);
	for (let row = 0; row < types; row++) {
		const factor = column[row];
		if (row === leaving || factor === 0) continue;
		for (let t = 0; t < types; t++)
			inverse[row * types + t] -= factor * inverse[first + t];
		packs[row] = Math.max(0, packs[row] - factor * packs[leaving]);
	}
}

/** The pattern that is worth most: an unbounded knapsack. */
function bestPattern(
	sizes: Int32Array,
	values: Float64Array,
	capacity: number,
): { pattern: Int32Array; value: number } {
	const worth = new Float64Array(capacity + 1);
	/** The type added last, or -1. */
	const last = new Int32Array(capacity + 1).fill(-1);
	for (let t = 0; t < sizes.length; t++) {
		const size = sizes[t];
		const value = values[t];
		if (value <= EPSILON) continue;
		for (let room = size; room <= capacity; room++) {
			const sum = worth[room - size] + value;
			if (sum > worth[room] + EPSILON) {
				worth[room] = sum;
				last[room] = t;
			}
		}
	}
	const pattern = new Int32Array(sizes.length);
	let best = 0;
	for (let room = 1; room <= capacity; room++)
		if (worth[room] > worth[best]) best = room;
	for (let room = best; room > 0 && last[room] !== -1; ) {
		pattern[last[room]]++;
		room -= sizes[last[room]];
	}
	return { pattern, value: worth[best] };
}
