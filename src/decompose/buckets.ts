import { UsageError } from "../core/errors.js";
import type { DecomposeOptions } from "./decompose-options.js";

/**
 * The lengths of the buckets, ascending: those given, or the powers of two from
 * `minLength` to `maxLength`.
 * @throws UsageError `bad-buckets`
 */
export function bucketLengths(options: DecomposeOptions): number[] {
	const { buckets } = options;
	if (buckets === undefined) return powersOfTwo(options);
	if (buckets.length === 0)
		throw new UsageError("bad-buckets", "no lengths of buckets are given.");
	buckets.forEach((length, i) => {
		if (!Number.isInteger(length) || length < 1)
			throw new UsageError(
				"bad-buckets",
				`a bucket cannot have sequences of ${length} tokens: give whole numbers of at least 1.`,
			);
		if (i > 0 && length <= buckets[i - 1])
			throw new UsageError(
				"bad-buckets",
				`the buckets' lengths must ascend, and ${length} comes after ${buckets[i - 1]}.`,
			);
	});
	return [...buckets];
}

/** @throws UsageError `bad-buckets` when the ends are no powers of two, or crossed. */
export function powersOfTwo({
	minLength,
	maxLength,
}: DecomposeOptions): number[] {
	for (const [name, length] of [
		["minLength (--min-length)", minLength],
		["maxLength (--max-length)", maxLength],
	] as const)
		if (!Number.isInteger(Math.log2(length)) || length < 1 || length > 2 ** 30)
			throw new UsageError(
				"bad-buckets",
				`${name} is ${length}: give a power of two, from 1 to ${2 ** 30}.`,
			);
	if (minLength > maxLength)
		throw new UsageError(
			"bad-buckets",
			`minLength (--min-length) is ${minLength}, more than maxLength (--max-length), ${maxLength}.`,
		);
	const lengths: number[] = [];
	for (let length = minLength; length <= maxLength; length *= 2)
		lengths.push(length);
	return lengths;
}
