const PRIMES = [
	0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1,
] as const;
const STRIPE = 16;

const rotate = (value: number, by: number) =>
	(value << by) | (value >>> (32 - by));

const round = (lane: number, input: number) =>
	Math.imul(rotate((lane + Math.imul(input, PRIMES[1])) | 0, 13), PRIMES[0]);

/** The hash XXH32 with seed 0 (xxHash, doc/xxhash_spec.md), of bytes that come in portions. */
export class Xxh32 {
	#lanes = Int32Array.of(
		(PRIMES[0] + PRIMES[1]) | 0,
		PRIMES[1] | 0,
		0,
		-PRIMES[0] | 0,
	);
	readonly #rest = Buffer.alloc(STRIPE);
	#restLength = 0;
	#length = 0;

	update(bytes: Buffer): this {
		this.#length += bytes.length;
		let at = 0;
		if (this.#restLength > 0) {
			at = bytes.copy(this.#rest, this.#restLength);
			this.#restLength += at;
			if (this.#restLength < STRIPE) return this;
			this.#takeStripes(this.#rest, 0);
		}
		at = this.#takeStripes(bytes, at);
		this.#restLength = bytes.copy(this.#rest, 0, at);
		return this;
	}

	/** Takes all whole stripes from `at` on, and returns where they end. */
	#takeStripes(bytes: Buffer, at: number): number {
		let [a, b, c, d] = this.#lanes;
		let next = at;
		for (; next + STRIPE <= bytes.length; next += STRIPE) {
			a = round(a, littleEndian(bytes, next));
			b = round(b, littleEndian(bytes, next + 4));
			c = round(c, littleEndian(bytes, next + 8));
			d = round(d, littleEndian(bytes, next + 12));
		}
		this.#lanes = Int32Array.of(a, b, c, d);
		return next;
	}

	/** The hash of all bytes so far. */
	digest(): number {
		const [a, b, c, d] = this.#lanes;
		let hash =
			this.#length >= STRIPE
				? rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)
				: PRIMES[4];
		hash = (hash + this.#length) | 0;
		let at = 0;
		for (; at + 4 <= this.#restLength; at += 4) {
			const word = Math.imul(littleEndian(this.#rest, at), PRIMES[2]);
			hash = Math.imul(rotate((hash + word) | 0, 17), PRIMES[3]);
		}
		for (; at < this.#restLength; at++) {
			const byte = Math.imul(this.#rest[at], PRIMES[4]);
			hash = Math.imul(rotate((hash + byte) | 0, 11), PRIMES[0]);
		}
		hash = Math.imul(hash ^ (hash >>> 15), PRIMES[1]);
		hash = Math.imul(hash ^ (hash >>> 13), PRIMES[2]);
		return (hash ^ (hash >>> 16)) >>> 0;
	}
}

function littleEndian(bytes: Buffer, at: number): number {
	return (
		bytes[at] |
		(bytes[at + 1] << 8) |
		(bytes[at + 2] << 16) |
		(bytes[at + 3] << 24)
	);
}
