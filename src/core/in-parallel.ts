/**
 * Does something with each item, at most `width` at a time.
 * @returns The results, in the order of the items.
 */
export async function inParallel<T, R>(
	items: readonly T[],
	width: number,
	action: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
	const results: R[] = new Array(items.length);
	let next = 0;
	const lane = async () => {
		while (next < items.length) {
			const at = next++;
			results[at] = await action(items[at], at);
		}
	};
	const lanes = Math.min(width, items.length);
	await Promise.all(Array.from({ length: lanes }, lane));
	return results;
}
