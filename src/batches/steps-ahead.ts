/** Bytes of tokens that are being fetched at a time, and steps at most. */
const BYTES = 16 << 20;
const MOST_STEPS = 64;

/** How many steps are read at a time where they are not on this machine, two or more. */
export function stepsAtATime(tokensOfStep: number, readAhead: number): number {
	const fitting = Math.floor(BYTES / (4 * Math.max(1, tokensOfStep)));
	return Math.max(2, readAhead, Math.min(MOST_STEPS, fitting));
}

/**
 * What `read` gives for each step, in order. Where it has to wait for one, it reads those
 * after it meanwhile, up to `most` at a time; else one after the other, as they are asked for.
 */
export async function* stepsAhead<T>(
	from: number,
	end: number,
	most: number,
	read: (step: number) => T | Promise<T>,
): AsyncGenerator<T> {
	const underWay: (T | Promise<T>)[] = [];
	let next = from;
	for (let step = from; step < end; step++) {
		while (next < end && underWay.length < most) {
			const reading = read(next++);
			underWay.push(reading);
			if (!(reading instanceof Promise)) break;
			// Told when it is its turn.
			reading.catch(() => {});
		}
		yield await (underWay.shift() as T | Promise<T>);
	}
}
