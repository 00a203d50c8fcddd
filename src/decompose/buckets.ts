import { LARGEST_CAPACITY } from "../core/capacity.js";
import { optionName, UsageError } from "../core/errors.js";

/** The ends of a range of buckets, in tokens. */
interface BucketRange {
	readonly minLength: number;
	readonly maxLength: number;
}

/** A range of buckets, or their lengths one by one. */
interface BucketChoice extends BucketRange {
	readonly buckets: readonly number[] | undefined;
}

/** The powers of two from `minLength` to `maxLength`. */
export function powersOfTwo({ minLength, maxLength }: BucketRange): number[] {
	const lengths: number[] = [];
	for (let length = minLength; length <= maxLength; length *= 2)
		lengths.push(length);
	return lengths;
}

/** The lengths of the buckets, ascending: those given, or powers of two. */
export function bucketLengths({ buckets, ...range }: BucketChoice): number[] {
	return buckets === undefined ? powersOfTwo(range) : [...buckets];
}

/** The smallest bucket that holds a piece: its place among the buckets' capacities, or -1. */
export function bucketOf(
	length: number,
	capacities: readonly number[],
): number {
	for (let bucket = 0; bucket < capacities.length; bucket++)
		if (length <= capacities[bucket]) return bucket;
	return -1;
}

/** @throws UsageError `bad-option` when the ends are no powers of two, or crossed. */
export function checkPowersOfTwo({ minLength, maxLength }: BucketRange): void {
	for (const [name, length] of [
		["minLength", minLength],
		["maxLength", maxLength],
	] as const)
		if (!Number.isInteger(Math.log2(length)))
			throw new UsageError(
				"bad-option",
				`${optionName(name)} is ${length}: give a power of two.`,
			);
	if (minLength > maxLength)
		throw new UsageError(
			"bad-option",
			`${optionName("minLength")} is ${minLength}, more than ${optionName("maxLength")}, which is ${maxLength}.`,
		);
}

/**
 * @throws UsageError `bad-option` for lengths that cannot be; `ignored-option` for ends
 * that are not those of the lengths given.
 */
export function checkBuckets({ buckets, ...range }: BucketChoice): void {
	if (buckets === undefined) {
		checkPowersOfTwo(range);
		return;
	}
	const name = optionName("buckets");
	if (buckets.length === 0)
		throw new UsageError(
			"bad-option",
			`${name} is empty: give at least one length.`,
		);
	const longest = buckets[buckets.length - 1];
	buckets.forEach((length, i) => {
		if (i > 0 && length <= buckets[i - 1])
			throw new UsageError(
				"bad-option",
				`${name} must ascend, and ${length} comes after ${buckets[i - 1]}.`,
			);
	});
	if (longest > LARGEST_CAPACITY)
		throw new UsageError(
			"bad-option",
			`${name} has ${longest}: give lengths of at most ${LARGEST_CAPACITY}.`,
		);
	for (const [end, value, due] of [
		["minLength", range.minLength, buckets[0]],
		["maxLength", range.maxLength, longest],
	] as const)
		if (value !== due)
			throw new UsageError(
				"ignored-option",
				`${optionName(end)} would change nothing: ${name} gives the lengths. Leave out ${optionName(end)}.`,
			);
}
