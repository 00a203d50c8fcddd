/** A failure that may pass: the same request may work a little later. */
export class Passing extends Error {
	/** Milliseconds to wait at least; the server asked for it. */
	readonly wait: number;
	/** Whether the server has too much to do. */
	readonly isBusy: boolean;
	/** Whether it seldom passes: nothing answers at all. */
	readonly isUnlikely: boolean;

	constructor(
		reason: string,
		{ wait = 0, isBusy = false, isUnlikely = false } = {},
	) {
		super(reason);
		this.wait = wait;
		this.isBusy = isBusy;
		this.isUnlikely = isUnlikely;
	}
}

/** How often and how patiently something is tried. */
export interface Patience {
	tries: number;
	/** Milliseconds: the first wait is up to this long, each one up to twice that of the one before. */
	firstWait: number;
	longestWait: number;
}

/** About 40 s of waiting at most. */
export const PATIENCE: Patience = {
	tries: 10,
	firstWait: 100,
	longestWait: 20_000,
};

/** What requests have cost this thread since it began. */
export const effort = { requests: 0, retries: 0, busy: 0 };

/**
 * Tries something until it works, fails for good, or has been tried often enough. Waits
 * are drawn from all of their range ("full jitter"), so that many who failed at once do not come
 * back at once; a server that has too much to do is left alone for longer.
 * @param giveUp What to throw in place of the last `Passing`.
 */
export async function persist<T>(
	action: () => Promise<T>,
	giveUp: (last: Passing, tries: number) => Error,
	{ tries, firstWait, longestWait }: Patience = PATIENCE,
): Promise<T> {
	for (let tried = 1; ; tried++) {
		try {
			effort.requests++;
			return await action();
		} catch (error) {
			if (!(error instanceof Passing)) throw error;
			const most = error.isUnlikely ? Math.ceil(tries / 2) : tries;
			if (tried >= most) throw giveUp(error, tried);
			effort.retries++;
			if (error.isBusy) effort.busy++;
			const first = error.isBusy ? 5 * firstWait : firstWait;
			const longest = Math.min(longestWait, first * 2 ** (tried - 1));
			await pause(error.wait + Math.random() * longest);
		}
	}
}

function pause(milliseconds: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
