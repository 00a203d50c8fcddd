export function sum(numbers: ArrayLike<number>): number {
	let total = 0;
	for (let i = 0; i < numbers.length; i++) total += numbers[i];
	return total;
}

/** The least multiple of `multiple` that is not below `value`. */
export function roundUp(value: number, multiple: number): number {
	return Math.ceil(value / multiple) * multiple;
}

/** By Euclid. */
export function greatestCommonDivisor(a: number, b: number): number {
	return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
