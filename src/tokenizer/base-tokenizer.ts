import {
	Int32Buffer,
	type TokenBatch,
	TokenBatchBuilder,
} from "../core/token-batch.js";
import type { SpecialToken, Tokenizer } from "./tokenizer.js";

/** What every engine makes from `encodeInto` in the same way. */
export abstract class BaseTokenizer implements Tokenizer {
	abstract readonly engine: string;
	abstract readonly vocabSize: number;
	abstract readonly bos: SpecialToken | null;
	abstract readonly eos: SpecialToken | null;
	abstract encodeInto(text: string, out: Int32Buffer): void;
	abstract decode(ids: ArrayLike<number>): string;
	abstract tokenToId(token: string): number | undefined;

	encode(text: string): Int32Array {
		const out = new Int32Buffer();
		this.encodeInto(text, out);
		return out.array.slice(0, out.length);
	}

	encodeBatch(texts: readonly string[]): TokenBatch {
		const out = new TokenBatchBuilder();
		for (const text of texts) {
			this.encodeInto(text, out.ids);
			out.endList();
		}
		return out.view();
	}
}
