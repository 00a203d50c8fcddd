import { instancesOf } from "../core/web-assembly.js";
import { snappyBytes } from "./snappy-bytes.js";

/** What snappy/index.ts exports; addresses are bytes in `memory`. */
interface Kernel {
	readonly memory: WebAssembly.Memory;
	heapStart(): number;
	compress(start: number, end: number, out: number): number;
}

const instantiate = instancesOf<Kernel>(snappyBytes, "the compressor");

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
	kernel ??= instantiate();
	const start = kernel.heapStart();
	const length = parts.reduce((sum, part) => sum + part.length, 0);
	const out = start + length + MARGIN;
	// Where nothing repeats, a literal takes three bytes more for each 64 KB.
	const end = out + length + (length >> 12) + MARGIN;
	const { memory } = kernel;
	const pages = Math.ceil(end / 0x10000) - memory.buffer.byteLength / 0x10000;
	if (pages > 0) memory.grow(pages);
	const bytes = new Uint8Array(memory.buffer);
	let at = start;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	const compressed = bytes.subarray(out, kernel.compress(start, at, out));
	if (bytes.length > KEPT_MEMORY) kernel = null;
	return compressed;
}
