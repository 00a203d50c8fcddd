/** Milliseconds of a task by stage. */
export interface StageTimes {
	read: number;
	tokenize: number;
	pack: number;
	write: number;
}

export function noTimes(): StageTimes {
	return { read: 0, tokenize: 0, pack: 0, write: 0 };
}

/**
 * Tells how long each stage of one task took. Stages that call others are charged
 * for their own time only: at any moment one stage is at work.
 */
export class Stopwatch {
	readonly times = noTimes();
	#stage: keyof StageTimes | null = null;
	#since = 0;

	/** Charges what `action` takes to a stage. */
	async run<T>(stage: keyof StageTimes, action: () => T): Promise<Awaited<T>> {
		const before = this.#enter(stage);
		try {
			return await action();
		} finally {
			this.#enter(before);
		}
	}

	/** A generator whose work is charged to a stage. */
	async *watch<T, R>(
		stage: keyof StageTimes,
		source: AsyncGenerator<T, R>,
	): AsyncGenerator<T, R> {
		try {
			for (;;) {
				const next = await this.run(stage, () => source.next());
				if (next.done) return next.value;
				yield next.value;
			}
		} finally {
			await source.return(undefined as R);
		}
	}

	/** Ends the stage at work, begins another, and returns the one before. */
	#enter(stage: keyof StageTimes | null): keyof StageTimes | null {
		const now = performance.now();
		const before = this.#stage;
		if (before !== null) this.times[before] += now - this.#since;
		this.#stage = stage;
		this.#since = now;
		return before;
	}
}
