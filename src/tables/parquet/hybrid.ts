import { varint } from "./thrift.js";

/**
 * Small numbers in Parquet's RLE/bit-packing hybrid, of which this writes one kind or
 * the other: runs of equal numbers, or all of them by their bits, whichever is smaller.
 */
export class HybridEncoder {
	readonly #width: number;
	/** Values and counts of runs, in turn. */
	readonly #runs: number[] = [];
	#count = 0;

	/** @param width Bits of the largest number. */
	constructor(width: number) {
		this.#width = width;
	}

	add(value: number, count: number): void {
		if (count === 0) return;
		const runs = this.#runs;
		if (runs.length > 0 && runs[runs.length - 2] === value)
			runs[runs.length - 1] += count;
		else runs.push(value, count);
		this.#count += count;
	}

	bytes(): Uint8Array {
		const runBytes = (this.#runs.length / 2) * (1 + Math.ceil(this.#width / 8));
		return runBytes <= (this.#count * this.#width) / 8 + 3
			? this.#asRuns()
			: this.#packed();
	}

	#asRuns(): Uint8Array {
		const bytes: number[] = [];
		for (let i = 0; i < this.#runs.length; i += 2) {
			for (const byte of varint(this.#runs[i + 1] * 2)) bytes.push(byte);
			for (let bit = 0; bit < this.#width; bit += 8)
				bytes.push((this.#runs[i] >>> bit) & 255);
		}
		return Uint8Array.from(bytes);
	}

	/** Eight numbers take as many bytes as one has bits, the lowest bits first. */
	#packed(): Uint8Array {
		const groups = Math.ceil(this.#count / 8);
		const head = varint(groups * 2 + 1);
		const bytes = new Uint8Array(head.length + groups * this.#width);
		bytes.set(head);
		let bit = head.length * 8;
		for (let i = 0; i < this.#runs.length; i += 2) {
			const value = this.#runs[i];
			for (let n = this.#runs[i + 1]; n > 0; n--)
				for (let b = 0; b < this.#width; b++, bit++)
					bytes[bit >>> 3] |= ((value >>> b) & 1) << (bit & 7);
		}
		return bytes;
	}
}
