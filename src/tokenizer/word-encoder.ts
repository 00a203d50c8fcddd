import type { Int32Buffer } from "../core/buffers.js";
import type { CompiledWords } from "./compile-words.js";
import { ExpressionSplitter, type WordSpans } from "./expression-splits.js";
import { HOW_IS_FIRST } from "./layout.js";
import { noToken } from "./models/no-token.js";
import { treeOf } from "./patterns/find-matches.js";
import { LOWER_BLOCK } from "./spaces.js";
import { TextKernel } from "./text-kernel.js";

/** White space of the Rust library. */
const WORD =
	/[^\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

const CUTS = `${LOWER_BLOCK}?[^${LOWER_BLOCK}]+|${LOWER_BLOCK}`;
const cutsBeforeBlocks = {
	pattern: treeOf({ regex: CUTS }),
	source: CUTS,
	dropsGaps: false,
};

/**
 * Encodes texts that are normalized, without added tokens, by a model in the kernel: words are found there, or
 * come with their places.
 */
export class WordEncoder {
	readonly #compiled: CompiledWords;
	readonly #kernel: TextKernel;
	readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	/** Cuts before each U+2581. */
	readonly #cutter = new ExpressionSplitter([cutsBeforeBlocks]);
	constructor(compiled: CompiledWords) {
		this.#compiled = compiled;
		this.#kernel = new TextKernel(compiled.tables);
	}

	/** What its memory takes: tables, cache and buffers, in bytes. */
	get memoryBytes(): number {
		return this.#kernel.memoryBytes;
	}

	/**
	 * Appends the ids of a stretch of text, a string or UTF-8.
	 * @param isFirst Whether a document begins with it.
	 * @throws DataError `token-out-of-range` where there is no token for a word
	 */
	encodeText(
		text: string | Uint8Array,
		isFirst: boolean,
		out: Int32Buffer,
	): void {
		if (text.length === 0) return;
		const { splitting } = this.#compiled;
		const before = out.length;
		const how = isFirst ? HOW_IS_FIRST : 0;
		const hasBlocks = splitting.by !== "levels" && includesBlock(text);
		if (splitting.by === "levels") this.#kernel.encodeText(text, how, out);
		else if (splitting.by === "spaces")
			this.#kernel.encodeText(
				hasBlocks ? this.#string(text).replaceAll(LOWER_BLOCK, " ") : text,
				how | splitting.prefix,
				out,
			);
		else if (hasBlocks)
			// A space would end a word, and this does not.
			this.#cutter.split(withBlocks(this.#string(text)), (words) =>
				this.#encodeWords(words, out),
			);
		else this.#kernel.encodeText(text, how, out);
		this.#check(text, before, out);
	}

	#string(text: string | Uint8Array): string {
		return typeof text === "string" ? text : this.#decoder.decode(text);
	}

	/**
	 * Appends the ids of words, with U+2581 where the model has it.
	 * @throws DataError `token-out-of-range` where there is no token for one
	 */
	encodeWords(words: WordSpans, out: Int32Buffer): void {
		const before = out.length;
		this.#encodeWords(words, out);
		this.#check(words.text, before, out);
	}

	#encodeWords({ text, spans }: WordSpans, out: Int32Buffer): void {
		const isPlain = this.#compiled.splitting.by === "levels";
		const written = isPlain ? text : text.replaceAll(LOWER_BLOCK, " ");
		this.#kernel.encodeWords({ text: written, spans }, out);
	}

	#check(text: string | Uint8Array, before: number, out: Int32Buffer): void {
		const { missing } = this.#compiled;
		if (missing === null) return;
		if (out.array.subarray(before, out.length).includes(-1))
			throw noToken(this.#string(text), missing.unk);
	}
}

function includesBlock(text: string | Uint8Array): boolean {
	if (typeof text === "string") return text.includes(LOWER_BLOCK);
	// U+2581 in UTF-8.
	for (let at = text.indexOf(0xe2); at !== -1; at = text.indexOf(0xe2, at + 1))
		if (text[at + 1] === 0x96 && text[at + 2] === 0x81) return true;
	return false;
}

/** The words between white space, each with U+2581 before it. */
function withBlocks(text: string): string {
	let words = "";
	for (const [word] of text.matchAll(WORD))
		words += word.startsWith(LOWER_BLOCK) ? word : LOWER_BLOCK + word;
	return words;
}
