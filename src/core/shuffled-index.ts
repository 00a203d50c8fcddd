import { createRandom } from "./random.js";

const ROUNDS = 6;

/**
 * A random permutation of 0..count-1 that is computed, not stored: a function from
 * a place to the number there. Pairs of digits of about sqrt(count) values each are
 * mixed in turns (a Feistel network over any two moduli), and a number that is out
 * of range is mixed again (J. Black, P. Rogaway, "Ciphers with Arbitrary Finite
 * Domains", 2002). The key is any list of integers, as for `createRandom`.
 * @param count In 1..2^50.
 */
export function shuffledIndex(
	count: number,
	...key: number[]
): (place: number) => number {
	const random = createRandom(...key);
	const keys = Uint32Array.from({ length: ROUNDS }, random);
	const rows = Math.ceil(Math.sqrt(count));
	const columns = Math.ceil(count / rows);
	return (place) => {
		let at = place;
		do {
			let row = Math.floor(at / columns);
			let column = at % columns;
			for (let round = 0; round < ROUNDS; round += 2) {
				row = (row + mix(column ^ keys[round])) % rows;
				column = (column + mix(row ^ keys[round + 1])) % columns;
			}
			at = row * columns + column;
		} while (at >= count);
		return at;
	};
}

/** The finalizer of MurmurHash3: 32 bits to 32 bits. */
function mix(bits: number): number {
	let h = bits | 0;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}
