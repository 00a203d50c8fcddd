import { Int32Buffer } from "../core/buffers.js";

/** Sequences of a task, as they were met in its shards. */
export class MetSequences {
	readonly document = new Int32Buffer();
	readonly start = new Int32Buffer();
	readonly length = new Int32Buffer();
	readonly shard = new Int32Buffer();
	readonly row = new Int32Buffer();
	/** Length of the bucket; -1 where there are none. */
	readonly bucket = new Int32Buffer();

	/** Indices in the order of documents, then starts. */
	sorted(): Uint32Array {
		const order = new Uint32Array(this.document.length);
		for (let i = 0; i < order.length; i++) order[i] = i;
		const document = this.document.array;
		const start = this.start.array;
		return order.sort(
			(a, b) =>
				(document[a] >>> 0) - (document[b] >>> 0) || start[a] - start[b],
		);
	}
}
