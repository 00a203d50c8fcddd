// Large memory is used again: V8 answers every 64 MB of new array buffers with a
// collection of the whole heap, and the system fills each new page with zeros
// (docs/decisions/0014-memory-and-parquet.md has the numbers).

/** Bytes of what is worth keeping, at least, and of all that is kept in a thread, at most. */
const LEAST = 1 << 16;
const MOST = 1 << 26;

/**
 * Of a thread's young objects, where what it works on is in array buffers: V8 would let them grow to
 * 48 MB before it looks which are dead.
 */
export const YOUNG_MEGABYTES = 3;

/** Memory that nobody uses, in ascending order of size. */
const kept: ArrayBuffer[] = [];
let keptBytes = 0;

/** Memory of at least so many bytes, a multiple of eight, which may hold anything. */
export function takeMemory(bytes: number): ArrayBuffer {
	const at =
		bytes < LEAST ? -1 : kept.findIndex((each) => each.byteLength >= bytes);
	if (at === -1) return new ArrayBuffer(Math.ceil(bytes / 8) * 8);
	const [taken] = kept.splice(at, 1);
	keptBytes -= taken.byteLength;
	return taken;
}

/** Takes back what `takeMemory` gave: the caller must have no view of it left. */
export function giveMemory(memory: ArrayBuffer): void {
	const bytes = memory.byteLength;
	if (bytes < LEAST || keptBytes + bytes > MOST) return;
	const at = kept.findIndex((each) => each.byteLength >= bytes);
	kept.splice(at === -1 ? kept.length : at, 0, memory);
	keptBytes += bytes;
}

/**
 * Gives memory back to the system at once: else it is there until V8 next looks for what nobody has.
 * No view of it can be used any more.
 */
export function dropMemory(memory: ArrayBuffer): void {
	const { port1, port2 } = new MessageChannel();
	port2.close();
	port1.close();
	// Nobody gets the message, nor has what went with it.
	port1.postMessage(null, [memory]);
}
