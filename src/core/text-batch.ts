import { Int32Buffer } from "./buffers.js";
import { type FloatLists, selectFloats } from "./float-lists.js";
import { type IntLists, selectLists } from "./int-lists.js";

/**
 * A batch of texts, held as in an Arrow string array:
 * text i is `bytes[offsets[i] .. offsets[i + 1])`, in UTF-8.
 */
export interface TextBatch {
	bytes: Uint8Array;
	/** Borders of the texts in `bytes`: one more than there are texts. */
	offsets: Int32Array;
}

/** What is known of the parts of each text of a batch; places are in bytes, from the text's first. */
export interface TextMarks {
	/** What is to be trained on: pairs of a begin and an end, in order. Null: all is. */
	trained: IntLists | null;
	/** Whether `trained` are numbers of tokens, those of BOS and EOS aside. */
	trainedAreTokens?: boolean;
	/** The weight of each token, those of BOS and EOS aside; left out: none is given. */
	weights?: FloatLists;
	/**
	 * Where its turns begin, or its units, in ascending order: a text may be cut before each but
	 * the first. What is before the first is its head. Null: a text may be cut anywhere.
	 */
	turns: IntLists | null;
	/** Whether `turns` are numbers of tokens, those of BOS and EOS aside. */
	turnsAreTokens?: boolean;
	/**
	 * Where its sides but the first begin, of a text that is several: they are tokenized apart,
	 * and are sequences of one row, such as a chosen and a rejected answer. Null: each is one.
	 */
	sides: IntLists | null;
	/**
	 * Pairs of a begin and an end: what a record says among what a template writes, where special tokens
	 * could be made of it. Null: it is not told.
	 */
	said: IntLists | null;
}

/** The marks of some texts, in the order that they are named in: a copy. */
export function selectMarks(
	{ trained, weights, turns, sides, said, ...marks }: TextMarks,
	wanted: readonly number[],
): TextMarks {
	return {
		...marks,
		trained: trained && selectLists(trained, wanted),
		...(weights && { weights: selectFloats(weights, wanted) }),
		turns: turns && selectLists(turns, wanted),
		sides: sides && selectLists(sides, wanted),
		said: said && selectLists(said, wanted),
	};
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text of a batch as a string. */
export function textAt({ bytes, offsets }: TextBatch, text: number): string {
	return decoder.decode(bytes.subarray(offsets[text], offsets[text + 1]));
}

/** Texts as UTF-8; a surrogate without its other half becomes U+FFFD. */
export function textBatchOf(texts: readonly string[]): TextBatch {
	const builder = new TextBatchBuilder();
	for (const text of texts) builder.add(text);
	return builder.view();
}

/** Some texts of a batch, in the order that they are named in: a copy. */
export function selectTexts(
	{ bytes, offsets }: TextBatch,
	wanted: readonly number[],
): TextBatch {
	const builder = new TextBatchBuilder();
	for (const text of wanted)
		builder.addBytes(bytes.subarray(offsets[text], offsets[text + 1]));
	return builder.view();
}

/** Builds a TextBatch text by text. */
export class TextBatchBuilder {
	#bytes: Uint8Array;
	#length = 0;
	readonly #offsets = new Int32Buffer(64);

	/** @param room Bytes that there is room for before memory must grow. */
	constructor(room = 1024) {
		this.#bytes = new Uint8Array(room);
		this.#offsets.push(0);
	}

	/** How many texts there are. */
	get texts(): number {
		return this.#offsets.length - 1;
	}

	/** Bytes of all texts. */
	get length(): number {
		return this.#length;
	}

	/** Adds a text; a surrogate without its other half becomes U+FFFD. */
	add(text: string): void {
		// A unit of UTF-16 is three bytes of UTF-8 at most; a long text is mostly ASCII.
		if (text.length < 4096) {
			this.#reserve(3 * text.length);
			this.#length += encoder.encodeInto(
				text,
				this.#bytes.subarray(this.#length),
			).written;
			this.#offsets.push(this.#length);
		} else this.addBytes(encoder.encode(text));
	}

	/** Adds a text that is UTF-8 already: a copy. */
	addBytes(bytes: Uint8Array): void {
		this.#reserve(bytes.length);
		this.#bytes.set(bytes, this.#length);
		this.#length += bytes.length;
		this.#offsets.push(this.#length);
	}

	/** The texts so far: views, valid until the builder is written to again. */
	view(): TextBatch {
		return {
			bytes: this.#bytes.subarray(0, this.#length),
			offsets: this.#offsets.view(),
		};
	}

	#reserve(count: number): void {
		const needed = this.#length + count;
		if (needed <= this.#bytes.length) return;
		const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
		grown.set(this.#bytes.subarray(0, this.#length));
		this.#bytes = grown;
	}
}
