/** Returns the next of a stream of uniform 32-bit unsigned integers. */
export type Random = () => number;

/**
 * A seeded stream of 32-bit integers: sfc32 (Chris Doty-Humphrey, PractRand).
 * The key is any list of integers, such as `(seed, task, window)`; different
 * keys give unrelated streams, and the same key the same stream everywhere.
 */
export function createRandom(...key: number[]): Random {
	let a = 0x9e3779b9;
	let b = 0x243f6a88;
	let c = 0xb7e15162;
	let d = 1;
	const next = () => {
		const t = (((a + b) | 0) + d) | 0;
		d = (d + 1) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = (c << 21) | (c >>> 11);
		c = (c + t) | 0;
		return t >>> 0;
	};
	for (const part of key) {
		a ^= part | 0;
		b ^= Math.floor(part / 2 ** 32) | 0;
		for (let i = 0; i < 15; i++) next();
	}
	return next;
}

/** A uniform integer in [0, limit), for limit in 1..2^32; without bias. */
export function randomBelow(random: Random, limit: number): number {
	const threshold = 2 ** 32 - (2 ** 32 % limit);
	let value = random();
	while (value >= threshold) value = random();
	return value % limit;
}

/** The numbers 0..count-1 in random order (Fisher and Yates). */
export function permutation(count: number, random: Random): Int32Array {
	const order = new Int32Array(count);
	for (let i = 0; i < count; i++) {
		const j = randomBelow(random, i + 1);
		order[i] = order[j];
		order[j] = i;
	}
	return order;
}
