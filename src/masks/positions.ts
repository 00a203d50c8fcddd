import { createRandom, type Random } from "../core/random.js";
import { quoted } from "../core/text.js";
import type { TokenRow } from "./row.js";
import { positionIds } from "./segments.js";

/** How positions are made of those that count tokens, for models that take positions between whole numbers. */
export type PositionRule =
	| { readonly kind: "linear"; readonly factor: number }
	| { readonly kind: "stretch"; readonly kept: number; readonly factor: number }
	| { readonly kind: "random"; readonly seed: number };

/** Positions divided by a factor: linear interpolation (Chen et al., 2306.15595; Giraffe). */
export function scalePositions(
	positions: ArrayLike<number>,
	factor: number,
): Float32Array {
	return Float32Array.from(positions, (position) => position / factor);
}

/**
 * Positions of which those up to `kept` stay, and the distances after it are divided by a factor (Long-CLIP:
 * 20 and 4 make 77 positions do for 248 tokens).
 */
export function stretchPositions(
	positions: ArrayLike<number>,
	kept: number,
	factor: number,
): Float32Array {
	return Float32Array.from(positions, (position) =>
		position <= kept ? position : kept + (position - kept) / factor,
	);
}

/**
 * Positions of a sequence at random distances, of 1 on average: sums of uniform numbers between 0 and 2, scaled so that the
 * last is `length - 1`, and the first 0 (Giraffe, interpolate.py).
 */
export function randomPositions(length: number, random: Random): Float32Array {
	const sums = new Float64Array(length);
	for (let i = 1; i < length; i++)
		sums[i] = sums[i - 1] + (2 * (random() + 0.5)) / 2 ** 32;
	const scale = length > 1 ? (length - 1) / sums[length - 1] : 0;
	return Float32Array.from(sums, (sum) => sum * scale);
}

/**
 * The positions of a row by a rule, from 0 in each sequence and in padding. Those of rule `random` depend
 * on the seed and on the sequence's tokens, not on the row that it is in.
 * @param rowLength Tokens of the row with padding; default without.
 */
export function ruledPositions(
	{ ids, seqLengths }: TokenRow,
	rule: PositionRule,
	rowLength?: number,
): Float32Array {
	const plain = positionIds(seqLengths, rowLength);
	if (rule.kind === "linear") return scalePositions(plain, rule.factor);
	if (rule.kind === "stretch")
		return stretchPositions(plain, rule.kept, rule.factor);
	const positions = Float32Array.from(plain);
	let start = 0;
	for (const length of seqLengths) {
		const own = ids.subarray(start, start + length);
		const random = createRandom(rule.seed, length, hashOfIds(own));
		positions.set(randomPositions(length, random), start);
		start += length;
	}
	return positions;
}

/** FNV-1a over whole ids. */
function hashOfIds(ids: Int32Array): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < ids.length; i++)
		hash = Math.imul(hash ^ ids[i], 0x01000193);
	return hash >>> 0;
}

/** A rule as people write it. */
export const positionRules =
	"linear:4 divides positions by 4, stretch:20,4 keeps those up to 20 and divides the distances after it by 4, random or random:7 draws distances from a seed";

/** @returns The rule; a text: what is wrong with it. */
export function parsePositionRule(text: string): PositionRule | string {
	const [kind, given = ""] = text.split(/:(.*)/s);
	const numbers = given === "" ? [] : given.split(",").map(Number);
	const [first, second] = numbers;
	/** Whether positions divided by it are numbers of 32 bits: neither infinite nor all 0. */
	const divides = (factor: number) =>
		factor > 0 &&
		Number.isFinite(Math.fround(2 ** 31 / factor)) &&
		Math.fround(1 / factor) > 0;
	const isWhole = (value: number) => Number.isSafeInteger(value) && value >= 0;
	if (kind === "linear" && numbers.length === 1 && divides(first))
		return { kind, factor: first };
	if (
		kind === "stretch" &&
		numbers.length === 2 &&
		isWhole(first) &&
		divides(second)
	)
		return { kind, kept: first, factor: second };
	if (kind === "random" && numbers.length <= 1 && isWhole(first ?? 0))
		return { kind, seed: first ?? 0 };
	return ` is ${quoted(text)}: give linear:4, stretch:20,4 or random:7, with numbers of your own`;
}
