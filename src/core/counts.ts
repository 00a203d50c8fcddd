/** Some of the counts of an object, at every depth. */
type SomeOf<T> = T extends object ? { [K in keyof T]?: SomeOf<T[K]> } : T;

/** Adds counts to counts of the same shape, at every depth; entries that are missing begin at 0. */
export function addCounts<T extends object>(
	sums: T,
	more: SomeOf<NoInfer<T>>,
): T {
	const to = sums as Record<string, unknown>;
	for (const [key, value] of Object.entries(more as object)) {
		const known = Object.hasOwn(to, key) ? to[key] : undefined;
		const added =
			typeof value === "number"
				? ((known as number | undefined) ?? 0) + value
				: addCounts((known as object | undefined) ?? {}, value as object);
		// Plain assignment to "__proto__" would change what every object inherits.
		Object.defineProperty(to, key, {
			value: added,
			writable: true,
			enumerable: true,
			configurable: true,
		});
	}
	return sums;
}
