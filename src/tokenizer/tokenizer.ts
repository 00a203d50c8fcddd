import type { Int32Buffer } from "../core/buffers.js";
import type { TokenBatch } from "../core/token-batch.js";

/** A special token that the tokenizer names for a purpose. */
export interface SpecialToken {
	token: string;
	id: number;
	/** Whether tokenizer_config.json wants it added to texts; left out: it does not say. */
	added?: boolean;
}

/**
 * Text to token ids and back. Special tokens (BOS, EOS) are never added here:
 * what comes out is the tokens of the text, and nothing else.
 */
export interface Tokenizer {
	/** Which implementation does the work. */
	readonly engine: string;
	/** Whether documents are ids already, as int32 with the least significant byte first where others have UTF-8; left out: they are texts. */
	readonly takesIds?: boolean;
	/** One more than the largest token id, added tokens included. */
	readonly vocabSize: number;
	/** The token that begins a document, where the tokenizer has one. */
	readonly bos: SpecialToken | null;
	/** The token that ends a document, where the tokenizer has one. */
	readonly eos: SpecialToken | null;
	/** Tokens that mean more than a text says, by id; left out: there is none that a text can hold. */
	readonly specials?: ReadonlyMap<number, string>;
	/** A number that changes with each text that holds one of `specials`; left out: look at the ids. */
	readonly specialsMet?: number;
	/**
	 * Appends the text's tokens to `out`, each an id below `vocabSize`: the others are
	 * made from this one.
	 * @throws DataError `token-out-of-range` where there is no token for a part of the text
	 */
	encodeInto(text: string, out: Int32Buffer): void;
	/**
	 * The same for a text in UTF-8, which must be valid.
	 * @param said Where special tokens are plain text: pairs of a beginning and an end, in bytes and in order.
	 * One of which a part lies in them is none, all others are. Left out: all are what the tokenizer takes them for.
	 */
	encodeUtf8Into(text: Uint8Array, out: Int32Buffer, said?: Int32Array): void;
	encode(text: string): Int32Array;
	encodeBatch(texts: readonly string[]): TokenBatch;
	decode(ids: ArrayLike<number>): string;
	/**
	 * Where each token of a text ends, in bytes from its first; null where that is not known.
	 * @param ids What `encodeUtf8Into` gives for the text.
	 */
	tokenEnds(text: Uint8Array, ids: Int32Array): Int32Array | null;
	/** The id of a token's exact string, added tokens included. */
	tokenToId(token: string): number | undefined;
}
