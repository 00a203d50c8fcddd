/** A function that does not compute again what it gave last, where it is called with the same. */
export function memo<A extends readonly unknown[], R>(
	compute: (...given: A) => R,
): (...given: A) => R {
	let last: { given: A; result: R } | null = null;
	return (...given) => {
		if (
			last === null ||
			given.length !== last.given.length ||
			given.some((value, i) => !Object.is(value, last?.given[i]))
		) {
			last = null;
			last = { given, result: compute(...given) };
		}
		return last.result;
	};
}
