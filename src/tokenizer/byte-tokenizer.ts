import type { Int32Buffer } from "../core/buffers.js";
import { BaseTokenizer } from "./base-tokenizer.js";
import { idOutside } from "./id-outside.js";
import type { SpecialToken } from "./tokenizer.js";

const BYTES = 256;
const SPECIAL = ["<bos>", "<eos>", "<pad>"];

/**
 * A token for each byte of UTF-8. The ids 0 to 255 are the bytes, 256 is `<bos>`, 257
 * `<eos>`, 258 `<pad>`.
 */
export class ByteTokenizer extends BaseTokenizer {
	readonly engine = "bytes";
	readonly vocabSize = BYTES + SPECIAL.length;
	readonly bos: SpecialToken = { token: SPECIAL[0], id: BYTES };
	readonly eos: SpecialToken = { token: SPECIAL[1], id: BYTES + 1 };
	readonly #encoder = new TextEncoder();

	encodeInto(text: string, out: Int32Buffer): void {
		this.encodeUtf8Into(this.#encoder.encode(text), out);
	}

	override encodeUtf8Into(text: Uint8Array, out: Int32Buffer): void {
		out.append(text);
	}

	override tokenEnds(_text: Uint8Array, ids: Int32Array): Int32Array {
		return ids.map((_, i) => i + 1);
	}

	/** @throws DataError `token-out-of-range` */
	decode(ids: ArrayLike<number>): string {
		const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
		const bytes = new Uint8Array(ids.length);
		let text = "";
		let length = 0;
		for (let i = 0; i < ids.length; i++) {
			const id = ids[i];
			if (Number.isInteger(id) && id >= 0 && id < BYTES) bytes[length++] = id;
			else {
				const token = SPECIAL[id - BYTES];
				if (token === undefined) throw idOutside(id, this.vocabSize);
				text += decoder.decode(bytes.subarray(0, length)) + token;
				length = 0;
			}
		}
		return text + decoder.decode(bytes.subarray(0, length));
	}

	/** Of a byte's own string, where it is ASCII, and of the special tokens. */
	tokenToId(token: string): number | undefined {
		const special = SPECIAL.indexOf(token);
		if (special !== -1) return BYTES + special;
		const code = token.charCodeAt(0);
		return token.length === 1 && code < 128 ? code : undefined;
	}
}
