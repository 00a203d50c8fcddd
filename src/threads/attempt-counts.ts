/** Counts of work that may be tried again: what an attempt before has told is not told twice. */
export class AttemptCounts<Name extends string> {
	#attempt = 1;
	/** What this attempt has counted, and the most that any has. */
	readonly #now: Partial<Record<Name, number>> = {};
	readonly #told: Partial<Record<Name, number>> = {};

	/** @returns How much more there is than was told before. */
	add(
		attempt: number,
		more: Readonly<Record<Name, number>>,
	): Record<Name, number> {
		const names = Object.keys(more) as Name[];
		if (attempt !== this.#attempt)
			for (const name of names) this.#now[name] = 0;
		this.#attempt = attempt;
		const fresh: Record<Name, number> = { ...more };
		for (const name of names) {
			const now = (this.#now[name] ?? 0) + more[name];
			const told = this.#told[name] ?? 0;
			this.#now[name] = now;
			this.#told[name] = Math.max(told, now);
			fresh[name] = Math.max(0, now - told);
		}
		return fresh;
	}
}
