/** Bytes of some buffers, in pieces of at most `size`. */
export function* inPieces(
	buffers: readonly Buffer[],
	size: number,
): Generator<Buffer> {
	const total = buffers.reduce((sum, { length }) => sum + length, 0);
	if (total === 0) return;
	if (total <= size) {
		yield buffers.length === 1 ? buffers[0] : Buffer.concat(buffers, total);
		return;
	}
	for (const buffer of buffers)
		for (let at = 0; at < buffer.length; at += size)
			yield buffer.subarray(at, at + size);
}
