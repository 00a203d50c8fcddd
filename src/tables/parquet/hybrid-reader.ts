/**
 * Goes through small numbers in Parquet's RLE/bit-packing hybrid, run by run.
 * @param width Bits of a number.
 * @param onRun Told of equal numbers; of packed ones each is a run.
 * @throws Error where there are fewer than `count`
 */
export function readHybrid(
	bytes: Uint8Array,
	width: number,
	count: number,
	onRun: (value: number, count: number) => void,
): void {
	let at = 0;
	let left = count;
	while (left > 0) {
		let head = 0;
		for (let shift = 0; ; shift += 7) {
			if (at >= bytes.length || shift > 28)
				throw new Error("it has too few levels");
			const byte = bytes[at++];
			head |= (byte & 127) << shift;
			if (byte < 128) break;
		}
		const length = head >>> 1;
		if ((head & 1) === 0) {
			let value = 0;
			for (let bit = 0; bit < width; bit += 8) value |= bytes[at++] << bit;
			const run = Math.min(left, length);
			if (run === 0) throw new Error("it has an empty run");
			onRun(value, run);
			left -= run;
			continue;
		}
		if (length === 0 || length * width > bytes.length - at)
			throw new Error("it has too few levels");
		const packed = Math.min(left, 8 * length);
		const mask = 2 ** width - 1;
		let held = 0;
		let bits = 0;
		let from = at;
		for (let i = 0; i < packed; i++) {
			while (bits < width) {
				held |= bytes[from++] << bits;
				bits += 8;
			}
			onRun(held & mask, 1);
			held >>>= width;
			bits -= width;
		}
		left -= packed;
		at += length * width;
	}
}
