import { sum } from "../core/arithmetic.js";
import { numberType } from "../core/option-types.js";
import { quoted } from "../core/text.js";

/** Weights of the datasets at a step, or after a number of tokens. */
export type WeightPoint = readonly [at: number, weights: readonly number[]];

/**
 * Weights of datasets as a function of the step: points joined by lines. The first point's hold
 * before it, the last one's after it; at any step they add up to 1.
 */
export class WeightLines {
	readonly #at: number[];
	readonly #weights: number[][];
	/** The integrals from 0 to each point. */
	readonly #before: number[][];

	/** @param points Where each is in steps, ascending. */
	constructor(points: readonly WeightPoint[]) {
		const all =
			points[0][0] > 0 ? [[0, points[0][1]] as const, ...points] : points;
		this.#at = all.map(([at]) => at);
		this.#weights = all.map(([, weights]) => {
			const total = sum(weights);
			return weights.map((weight) => weight / total);
		});
		this.#before = [this.#weights[0].map(() => 0)];
		for (let i = 1; i < all.length; i++)
			this.#before[i] = this.before(this.#at[i]);
	}

	/** Whether the weights are the same at all steps. */
	get areLevel(): boolean {
		const [first] = this.#weights;
		return this.#weights.every((weights) =>
			weights.every((weight, d) => weight === first[d]),
		);
	}

	/** How many of the steps before `step`, which need not be whole, each dataset's shares add up to. */
	before(step: number): number[] {
		let i = Math.min(this.#before.length, this.#at.length) - 1;
		while (i > 0 && this.#at[i] > step) i--;
		const from = this.#weights[i];
		const to = this.#weights[i + 1] ?? from;
		const length = (this.#at[i + 1] ?? Number.POSITIVE_INFINITY) - this.#at[i];
		const along = step - this.#at[i];
		return from.map(
			(weight, d) =>
				this.#before[i][d] +
				along * (weight + ((to[d] - weight) * along) / length / 2),
		);
	}

	/** The mean weights of a step. */
	at(step: number): number[] {
		const begin = this.before(step);
		return this.before(step + 1).map((end, d) => end - begin[d]);
	}
}

/** What is wrong with points, as the end of a sentence that begins with the option; null when nothing is. */
export function pointsFault(points: unknown): string | null {
	const list = Array.isArray(points) ? points : [];
	if (list.length === 0)
		return " is no list of points: give each as a step and the weights there, such as [[0, [0.7, 0.3]], [1000, [0.5, 0.5]]]";
	for (const [i, point] of list.entries()) {
		const [at, weights] = Array.isArray(point) ? point : [];
		if (numberType.fault(at) !== null || at < 0 || !Array.isArray(weights))
			return ` has the point ${quoted(point)}: give a number of at least 0, and a list of weights`;
		const before = list[i - 1]?.[0];
		if (before >= at)
			return ` has a point at ${at} after one at ${before}: give each a larger number than the one before`;
		const wrong = weights.find(
			(weight) => numberType.fault(weight) !== null || weight < 0,
		);
		if (wrong !== undefined)
			return ` has the weight ${quoted(wrong)} at ${at}: give numbers of at least 0`;
		if (weights.length !== list[0][1].length)
			return ` has ${weights.length} weights at ${at} and ${list[0][1].length} at ${list[0][0]}: give as many at each point, one for each dataset`;
		if (weights.every((weight) => weight === 0))
			return ` has weights at ${at} that are all 0: give one above 0`;
	}
	return null;
}

/** Points as a command line has them: `0:.7/.3,1000:.5/.5`; K, M, G and T are powers of 1024. */
export function parsePoints(text: string): WeightPoint[] {
	return text.split(",").map((point) => {
		const [at, weights, ...more] = point.split(":");
		if (weights === undefined || more.length > 0) throw new Error(point);
		return [
			countOf(at),
			weights
				.split("/")
				.map((weight) => numberType.parse(weight) ?? Number.NaN),
		];
	});
}

function countOf(text: string): number {
	const [, digits, power] = /^\s*([\d.]+)([kmgt]?)\s*$/i.exec(text) ?? [];
	const scale = ["", "k", "m", "g", "t"].indexOf(power?.toLowerCase());
	return Number(digits) * 1024 ** scale;
}
