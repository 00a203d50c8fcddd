import type { Int32Buffer } from "../core/buffers.js";
import { AddedTokens, specialsOf } from "./added-tokens.js";
import { BaseTokenizer } from "./base-tokenizer.js";
import { bytesOfToken } from "./byte-characters.js";
import type { CompiledBpe } from "./compile-bpe.js";
import { type Decoder, joinTokens } from "./decoders/decoder.js";
import { ExpressionSplitter } from "./expression-splits.js";
import { idOutside } from "./id-outside.js";
import { HOW_FINDS_ADDED, HOW_IS_FIRST } from "./layout.js";
import { normalizeNfc } from "./normalize-nfc.js";
import { readComponents } from "./pipeline.js";
import { LOWER_BLOCK, PREFIX } from "./spaces.js";
import { TextKernel } from "./text-kernel.js";
import { splitStrings } from "./token-strings.js";
import type { SpecialToken } from "./tokenizer.js";
import { unitPlaces } from "./unit-places.js";

/**
 * Byte-pair encoding, of bytes (GPT-2, Llama 3, Qwen and their like) and of
 * characters (SentencePiece: Llama 2, Mistral, Gemma): a text is cut at added
 * tokens, normalized, split into words, and each word's symbols are merged;
 * words seen before come from a cache. The work is done by a kernel in
 * WebAssembly, in ./kernel.
 */
export class BpeTokenizer extends BaseTokenizer {
	readonly engine: string;
	readonly vocabSize: number;
	readonly bos: SpecialToken | null;
	readonly eos: SpecialToken | null;
	readonly specials: ReadonlyMap<number, string>;

	readonly #compiled: CompiledBpe;
	readonly #kernel: TextKernel;
	readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	readonly #splitter: ExpressionSplitter | null;
	/** For texts that the kernel cannot take as they are. */
	#added: AddedTokens | null = null;
	#tokens: (string | undefined)[] | null = null;
	#ids: Map<string, number> | null = null;
	/** Null: the file has none. */
	#tokenDecoder: Decoder | null | undefined;
	/** Bytes of text that each token stands for. */
	#lengths: Int32Array | null = null;

	constructor(compiled: CompiledBpe) {
		super();
		this.#compiled = compiled;
		const { shape } = compiled;
		this.engine =
			shape.symbols === "bytes" ? "byte-level-bpe" : "sentencepiece-bpe";
		this.vocabSize = compiled.vocabSize;
		this.bos = compiled.bos;
		this.eos = compiled.eos;
		this.specials = specialsOf(compiled.addedTokens);
		this.#splitter = compiled.usesExpressions
			? new ExpressionSplitter(shape.splits)
			: null;
		this.#kernel = new TextKernel(compiled.tables);
	}

	/** What this tokenizer's memory takes: tables, cache and buffers, in bytes. */
	get memoryBytes(): number {
		return this.#kernel.memoryBytes;
	}

	get specialsMet(): number {
		return this.#kernel.specialsMet + (this.#added?.specialsMet ?? 0);
	}

	encodeInto(text: string, out: Int32Buffer): void {
		if (!this.#encodeAtOnce(text, out))
			this.#encodeInSteps(text.toWellFormed(), out);
	}

	override encodeUtf8Into(
		text: Uint8Array,
		out: Int32Buffer,
		said?: Int32Array,
	): void {
		if (said !== undefined)
			this.#encodeInSteps(
				this.#decoder.decode(text),
				out,
				unitPlaces(text, said),
			);
		else if (!this.#encodeAtOnce(text, out))
			this.#encodeInSteps(this.#decoder.decode(text), out);
	}

	/** @throws DataError `token-out-of-range` for an id outside the vocabulary. */
	decode(ids: ArrayLike<number>): string {
		this.#tokens ??= this.#decodedTokens();
		const tokens: string[] = [];
		for (let i = 0; i < ids.length; i++) {
			const token = this.#tokens[ids[i]];
			if (token === undefined) throw idOutside(ids[i], this.vocabSize);
			tokens.push(token);
		}
		if (this.#tokenDecoder === undefined) {
			const { decoder, name } = this.#compiled;
			this.#tokenDecoder = readComponents({ decoder }, name).decoder;
		}
		return joinTokens(tokens, this.#tokenDecoder);
	}

	override tokenEnds(text: Uint8Array, ids: Int32Array): Int32Array | null {
		this.#lengths ??= tokenLengths(this.#compiled);
		const ends = new Int32Array(ids.length);
		let end = 0;
		for (let i = 0; i < ids.length; i++) {
			end += this.#lengths[ids[i]];
			ends[i] = end;
		}
		// White space that went with an added token, or a prefix, makes other sums.
		if (end !== text.length) return null;
		return this.#compiled.shape.normalizer === "NFC" && !this.#isNfc(text)
			? null
			: ends;
	}

	#isNfc(text: Uint8Array): boolean {
		let bits = 0;
		for (let i = 0; i < text.length; i++) bits |= text[i];
		if (bits < 0x80) return true;
		const string = this.#decoder.decode(text);
		return normalizeNfc(string) === string;
	}

	/** The tokens' strings; of those found after normalizing, what was found. */
	#decodedTokens(): (string | undefined)[] {
		const tokens = splitStrings(this.#compiled.tokens);
		for (const { id, content, normalized } of this.#compiled.addedTokens)
			if (normalized) tokens[id] = this.#normalize(content);
		return tokens;
	}

	tokenToId(token: string): number | undefined {
		if (this.#ids === null) {
			this.#ids = new Map();
			for (const [id, known] of splitStrings(this.#compiled.tokens).entries())
				if (known !== undefined) this.#ids.set(known, id);
		}
		return this.#ids.get(token);
	}

	/** Encodes a text by the kernel alone; where that cannot be, tells so and adds nothing. */
	#encodeAtOnce(text: string | Uint8Array, out: Int32Buffer): boolean {
		if (text.length === 0) return true;
		const { shape, isPlain, usesExpressions } = this.#compiled;
		if (!isPlain || usesExpressions) return false;
		const how =
			shape.prefix | shape.normalizerPrefix | HOW_FINDS_ADDED | HOW_IS_FIRST;
		const before = out.length;
		if (this.#kernel.encodeText(text, how, out, shape.normalizer !== null))
			return true;
		out.length = before;
		return false;
	}

	/** Encodes a text that JavaScript searches for added tokens, and normalizes. */
	#encodeInSteps(
		text: string,
		out: Int32Buffer,
		said: Int32Array | null = null,
	): void {
		this.#added ??= new AddedTokens(this.#compiled.addedTokens, (text) =>
			this.#normalize(text),
		);
		this.#added.split(
			text,
			(stretch, first) => this.#encodeStretch(stretch, first === 0, out),
			(id) => out.push(id),
			said,
		);
	}

	#normalize(text: string): string {
		const { normalizer, normalizerPrefix, symbols } = this.#compiled.shape;
		if (normalizer === "NFC") return normalizeNfc(text);
		if (symbols === "bytes" || text === "") return text;
		const prefix = normalizerPrefix === PREFIX.none ? "" : LOWER_BLOCK;
		return prefix + text.replaceAll(" ", LOWER_BLOCK);
	}

	#encodeStretch(text: string, isFirst: boolean, out: Int32Buffer): void {
		const { prefix } = this.#compiled.shape;
		if (this.#splitter === null) {
			this.#kernel.encodeText(text, prefix | (isFirst ? HOW_IS_FIRST : 0), out);
			return;
		}
		const isPrefixed = prefix !== PREFIX.none && !text.startsWith(" ");
		this.#splitter.split(isPrefixed ? ` ${text}` : text, (words) =>
			this.#kernel.encodeWords(words, out),
		);
	}
}

function tokenLengths(compiled: CompiledBpe): Int32Array {
	const { symbols } = compiled.shape;
	const encoder = new TextEncoder();
	const lengths = Int32Array.from(
		splitStrings(compiled.tokens),
		(token = "") => {
			if (symbols === "bytes") return bytesOfToken(token).length;
			if (/^<0x[0-9A-F]{2}>$/i.test(token)) return 1;
			return encoder.encode(token.replaceAll(LOWER_BLOCK, " ")).length;
		},
	);
	for (const { id, content } of compiled.addedTokens)
		lengths[id] = encoder.encode(content).length;
	return lengths;
}
