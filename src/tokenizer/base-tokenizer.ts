import type { Int32Buffer } from "../core/buffers.js";
import { type TokenBatch, TokenBatchBuilder } from "../core/token-batch.js";
import type { SpecialToken, Tokenizer } from "./tokenizer.js";

/** Ids of a batch, at most, that memory is kept for. */
const MOST_KEPT = 1 << 22;
/** Ids from which on their memory is better not zeroed. */
const LARGE = 1 << 14;

/** What every engine makes from `encodeInto` in the same way. */
export abstract class BaseTokenizer implements Tokenizer {
	abstract readonly engine: string;
	abstract readonly vocabSize: number;
	abstract readonly bos: SpecialToken | null;
	abstract readonly eos: SpecialToken | null;
	abstract encodeInto(text: string, out: Int32Buffer): void;
	abstract decode(ids: ArrayLike<number>): string;
	abstract tokenToId(token: string): number | undefined;

	readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	/** Filled and copied from: to grow new memory for each batch took a tenth of the time. */
	#builder = new TokenBatchBuilder();

	encodeUtf8Into(text: Uint8Array, out: Int32Buffer): void {
		this.encodeInto(this.#decoder.decode(text), out);
	}

	tokenEnds(_text: Uint8Array, _ids: Int32Array): Int32Array | null {
		return null;
	}

	encode(text: string): Int32Array {
		return this.encodeBatch([text]).ids;
	}

	encodeBatch(texts: readonly string[]): TokenBatch {
		if (this.#builder.ids.array.length > MOST_KEPT)
			this.#builder = new TokenBatchBuilder();
		const builder = this.#builder;
		builder.clear();
		for (const text of texts) {
			this.encodeInto(text, builder.ids);
			builder.endList();
		}
		const { ids, offsets } = builder.view();
		return { ids: copyOf(ids), offsets: offsets.slice() };
	}
}

/**
 * A copy, in memory that is not filled with zeros first where there is Node's Buffer:
 * that was a twentieth of the time on text seen before.
 */
function copyOf(ids: Int32Array): Int32Array {
	if (ids.length < LARGE || typeof globalThis.Buffer !== "function")
		return ids.slice();
	const { buffer } = globalThis.Buffer.allocUnsafeSlow(ids.byteLength);
	const copy = new Int32Array(buffer);
	copy.set(ids);
	return copy;
}
