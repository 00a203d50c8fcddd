/** Low and high halves of the CRC of each byte. */
const LOW = new Int32Array(256);
const HIGH = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
	let low = byte;
	let high = 0;
	for (let bit = 0; bit < 8; bit++) {
		const isOdd = low & 1;
		low = (low >>> 1) | (high << 31);
		high >>>= 1;
		if (isOdd) {
			low ^= 0xd7870f42;
			high ^= 0xc96c5795;
		}
	}
	LOW[byte] = low;
	HIGH[byte] = high;
}

/** The CRC-64 of ECMA-182 as xz has it, of bytes that come in portions. */
export class Crc64 {
	#low = -1;
	#high = -1;

	update(bytes: Uint8Array): void {
		let low = this.#low;
		let high = this.#high;
		for (let i = 0; i < bytes.length; i++) {
			const byte = (low ^ bytes[i]) & 0xff;
			low = ((low >>> 8) | (high << 24)) ^ LOW[byte];
			high = (high >>> 8) ^ HIGH[byte];
		}
		this.#low = low;
		this.#high = high;
	}

	/** Eight bytes, the lowest first. */
	digest(): Buffer {
		const digest = Buffer.alloc(8);
		digest.writeInt32LE(~this.#low, 0);
		digest.writeInt32LE(~this.#high, 4);
		return digest;
	}
}
