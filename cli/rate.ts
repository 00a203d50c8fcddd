/** Seconds over which rates are smoothed. */
const SMOOTHED = 30;

/**
 * How fast something grows: later growth counts for more, what is some half a minute old for little. Of
 * something that grows at a constant rate, or in equal steps, it is that rate.
 */
export class Rate {
	#last: { time: number; amount: number } | null = null;
	/** Sums over the time, with what is older decayed: of growth, and of the time itself. */
	#growth = 0;
	#time = 0;
	/** The longest time between two steps. */
	#longest = 0;
	#steps = 0;

	/** How often it has grown. */
	get steps(): number {
		return this.#steps;
	}

	/**
	 * Takes what there is at a time, in seconds; what is less than before begins anew.
	 * @returns Whether it has grown, or has begun.
	 */
	add(time: number, amount: number): boolean {
		const last = this.#last;
		if (last === null || amount < last.amount) {
			this.#last = { time, amount };
			this.#growth = this.#time = this.#longest = this.#steps = 0;
			return true;
		}
		const seconds = time - last.time;
		if (amount === last.amount || seconds <= 0) return false;
		const kept = Math.exp(-seconds / SMOOTHED);
		const more = SMOOTHED * (1 - kept);
		this.#growth =
			this.#growth * kept + ((amount - last.amount) / seconds) * more;
		this.#time = this.#time * kept + more;
		this.#longest = Math.max(this.#longest, seconds);
		this.#steps++;
		this.#last = { time, amount };
		return true;
	}

	/** Seconds since it last grew. */
	since(time: number): number {
		return this.#last === null ? 0 : Math.max(0, time - this.#last.time);
	}

	/** A second's growth; null where that is not known. Where it has stood still for long it is less and less. */
	at(time: number): number | null {
		if (this.#time === 0) return null;
		const still = this.since(time) - Math.max(10, 2 * this.#longest);
		return (
			(this.#growth / this.#time) * Math.exp(-Math.max(0, still) / SMOOTHED)
		);
	}
}

/** Nothing is said of the time left before that many seconds and steps. */
const ENOUGH = { seconds: 3, steps: 2 };

/** What is farther off is not said. */
const LONGEST = 100 * 24 * 3600;

/**
 * The time left, told so that it can be read: it counts down second by second, and is set right only where
 * it is off by more than a seventh.
 */
export class TimeLeft {
	#rate = new Rate();
	#total = 0;
	#began: number | null = null;
	/** When it will be done, as it was last told. */
	#end: number | null = null;

	/**
	 * @param time In seconds.
	 * @param done What is done of how much.
	 * @returns Seconds; null where it is not known yet, or nothing is left.
	 */
	at(time: number, done: number, total: number): number | null {
		if (total !== this.#total) {
			this.#rate = new Rate();
			this.#began = this.#end = null;
		}
		this.#total = total;
		this.#began ??= time;
		this.#rate.add(time, done);
		const left = this.#estimate(time, total - done);
		if (left === null) {
			this.#end = null;
			return null;
		}
		const told = (this.#end ?? Number.POSITIVE_INFINITY) - time;
		if (Math.abs(told - left) > Math.max(2, left / 7)) this.#end = time + left;
		return Math.max(1, (this.#end ?? time) - time);
	}

	#estimate(time: number, rest: number): number | null {
		const rate = this.#rate.at(time);
		const seconds = time - (this.#began ?? time);
		const { steps } = this.#rate;
		if (rate === null || rest <= 0 || rate <= 0) return null;
		if (seconds < ENOUGH.seconds || steps < ENOUGH.steps) return null;
		const left = rest / rate;
		if (!(left < LONGEST)) return null;
		// Between two steps time goes on.
		return Math.max(1, left - this.#rate.since(time));
	}
}
