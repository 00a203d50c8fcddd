import { instancesOf } from "../core/web-assembly.js";
import { snappyBytes } from "./snappy-bytes.js";

/** What snappy/index.ts exports; addresses are bytes in `memory`. */
interface Kernel {
	readonly memory: WebAssembly.Memory;
	heapStart(): number;
	compress(start: number, end: number, out: number): number;
	uncompress(start: number, end: number, out: number, limit: number): number;
}

const instantiate = instancesOf<Kernel>(snappyBytes, "Snappy");

/** Memory that is kept, in bytes: that of a large page is let go. */
const KEPT_MEMORY = 1 << 26;
/** What the compressor reads and writes beyond its bytes. */
const MARGIN = 32;

/** One for this thread: nothing is kept in it from call to call. */
let kernel: Kernel | null = null;

/**
 * Compresses bytes that are given in parts to one Snappy block.
 * @returns A view, valid until the next call in this thread.
 */
export function compressSnappy(parts: readonly Uint8Array[]): Uint8Array {
	const length = parts.reduce((sum, part) => sum + part.length, 0);
	// Where nothing repeats, a literal takes three bytes more for each 64 KB.
	return run(parts, length, length + (length >> 12), (kernel, start, out) =>
		kernel.compress(start, start + length, out),
	);
}

/**
 * What a Snappy block says.
 * @param length Bytes of what it says.
 * @returns A view, valid until the next call in this thread.
 * @throws Error where it says something else
 */
export function uncompressSnappy(
	block: Uint8Array,
	length: number,
): Uint8Array {
	return run([block], block.length, length, (kernel, start, out) => {
		const end = kernel.uncompress(
			...([start, start + block.length, out, out + length] as const),
		);
		if (end === 0 && length > 0)
			throw new Error(`a Snappy block of it does not say ${length} bytes`);
		return out + length;
	});
}

/** Gives the kernel bytes in parts, and room for what it makes of them. */
function run(
	parts: readonly Uint8Array[],
	length: number,
	room: number,
	action: (kernel: Kernel, start: number, out: number) => number,
): Uint8Array {
	kernel ??= instantiate();
	const start = kernel.heapStart();
	const out = start + length + MARGIN;
	const end = out + room + MARGIN;
	const { memory } = kernel;
	const pages = Math.ceil(end / 0x10000) - memory.buffer.byteLength / 0x10000;
	if (pages > 0) memory.grow(pages);
	const bytes = new Uint8Array(memory.buffer);
	let at = start;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	const made = bytes.subarray(out, action(kernel, start, out));
	if (bytes.length > KEPT_MEMORY) kernel = null;
	return made;
}
