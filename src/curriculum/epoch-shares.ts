import { UsageError } from "../core/errors.js";

export interface EpochSharesInput {
	/** Tokens to train on in all epochs together. */
	tokens: number;
	epochs: number;
	/** Of each bucket, the shortest first: tokens of a sequence, sequences there are. */
	lengths: readonly number[];
	sequences: readonly number[];
	/** What the sequences of a bucket in an epoch must be a multiple of: whole shards for each worker. */
	multiples: readonly number[];
	/** The schedule's odds. */
	odds: readonly number[];
}

export interface EpochShares {
	/** Sequences of each bucket in an epoch, and tokens of all. */
	sequences: number[];
	tokens: number;
	/** Weights to draw buckets by: tokens times odds, in small numbers. */
	weights: number[];
}

/**
 * How many sequences of each bucket an epoch takes, so that all epochs together have
 * about the tokens asked for, buckets in the proportion in which they are there:
 * each a multiple, rounded; then the longest bucket makes up for what rounding left,
 * until the tokens are reached or passed. What the authors' `get_dd_params.py`
 * answers (apple/ml-dataset-decomposition).
 * @throws UsageError `bad-option` when the lists or numbers do not go together.
 */
export function epochShares(input: EpochSharesInput): EpochShares {
	check(input);
	const { epochs, lengths, sequences, multiples, odds } = input;
	const units = lengths.map((length, b) => length * multiples[b]);
	const available = sum(lengths.map((length, b) => length * sequences[b]));
	const share = input.tokens / epochs / available;
	const factors = sequences.map((count, b) =>
		Math.round((share * count) / multiples[b]),
	);
	const missing =
		input.tokens / epochs - sum(factors.map((f, b) => f * units[b]));
	const last = factors.length - 1;
	factors[last] += awayFromZero(missing / units[last]);
	const taken = factors.map((factor, b) => factor * units[b]);
	return {
		sequences: factors.map((factor, b) => factor * multiples[b]),
		tokens: sum(taken),
		weights: odds.map((odd, b) => (taken[b] / units[0]) * odd),
	};
}

function check({ tokens, epochs, ...lists }: EpochSharesInput): void {
	for (const [name, value] of [
		["tokens", tokens],
		["epochs", epochs],
	] as const)
		if (!Number.isInteger(value) || value < 1)
			throw new UsageError(
				"bad-option",
				`${name} is ${value}: give a whole number of at least 1.`,
			);
	const buckets = lists.lengths.length;
	for (const [name, list] of Object.entries(lists))
		if (list.length !== buckets || buckets === 0)
			throw new UsageError(
				"bad-option",
				`there are ${list.length} ${name} for ${buckets} buckets: give one for each.`,
			);
}

function awayFromZero(number: number): number {
	return Math.sign(number) * Math.ceil(Math.abs(number));
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
