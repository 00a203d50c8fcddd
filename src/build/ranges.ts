/**
 * Numbers in ascending order as ranges, as schedulers write them: `0-3,7,9-10`. Empty where there are none.
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

/** The numbers of ranges as `rangesText` writes them. */
export function numbersOfRanges(text: string): number[] {
	const ranges = text === "" ? [] : text.split(",");
	return ranges.flatMap((range) => {
		const [from, to = from] = range.split("-").map(Number);
		return Array.from({ length: to - from + 1 }, (_, i) => from + i);
	});
}
