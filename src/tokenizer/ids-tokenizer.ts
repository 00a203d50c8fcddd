import type { Int32Buffer } from "../core/buffers.js";
import { BaseTokenizer } from "./base-tokenizer.js";
import { idOutside } from "./id-outside.js";

const WIDTH = 4;

/**
 * For documents that are ids of tokens already: what stands for a document's UTF-8 is
 * its ids, as int32 with the least significant byte first. As strings, ids are written in digits, with
 * blanks between.
 */
export class IdsTokenizer extends BaseTokenizer {
	readonly engine = "ids";
	readonly takesIds = true;
	readonly bos = null;
	readonly eos = null;
	readonly vocabSize: number;

	constructor(vocabSize: number) {
		super();
		this.vocabSize = vocabSize;
	}

	/** @throws DataError `token-out-of-range` */
	encodeInto(text: string, out: Int32Buffer): void {
		for (const word of text.split(/\s+/).filter(Boolean)) {
			const id = this.tokenToId(word);
			if (id === undefined) throw idOutside(Number(word), this.vocabSize);
			out.push(id);
		}
	}

	/** Whoever reads the ids has compared them with the vocabulary. */
	override encodeUtf8Into(text: Uint8Array, out: Int32Buffer): void {
		out.append(idsIn(text));
	}

	override tokenEnds(_text: Uint8Array, ids: Int32Array): Int32Array {
		return ids.map((_, i) => WIDTH * (i + 1));
	}

	/** @throws DataError `token-out-of-range` */
	decode(ids: ArrayLike<number>): string {
		return Array.from(ids, (id) => {
			if (!this.#has(id)) throw idOutside(id, this.vocabSize);
			return String(id);
		}).join(" ");
	}

	/** An id is called by its digits. */
	tokenToId(token: string): number | undefined {
		const id = /^\d+$/.test(token) ? Number(token) : -1;
		return this.#has(id) ? id : undefined;
	}

	#has(id: number): boolean {
		return Number.isInteger(id) && id >= 0 && id < this.vocabSize;
	}
}

/** The ids that bytes hold, in the form that the documents of an `IdsTokenizer` have. */
export function idsIn(bytes: Uint8Array): Int32Array {
	const { buffer, byteOffset, length } =
		bytes.byteOffset % WIDTH === 0 ? bytes : new Uint8Array(bytes);
	return new Int32Array(buffer, byteOffset, length / WIDTH);
}
