/**
 * Numbers in ascending order as ranges, as schedulers write them: `0-3,7,9-10`; of 9
 * numbers in 3 ranges. Empty where there are none.
 */
export function rangesText(numbers: readonly number[]): string {
	return rangesOf(numbers)
		.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
		.join(",");
}

/** Numbers in ascending order as ranges: first and last of each. */
function rangesOf(numbers: readonly number[]): [number, number][] {
	const ranges: [number, number][] = [];
	for (const number of numbers) {
		const last = ranges.at(-1);
		if (last !== undefined && last[1] === number - 1) last[1] = number;
		else ranges.push([number, number]);
	}
	return ranges;
}
