import type { Int32Buffer } from "../core/buffers.js";
import { AddedTokens, specialsOf } from "./added-tokens.js";
import { BaseTokenizer } from "./base-tokenizer.js";
import { LOWER_BLOCK, PREFIX } from "./bpe-shape.js";
import { bytesOfToken } from "./byte-characters.js";
import type { CompiledBpe } from "./compile-bpe.js";
import { decodeTokens } from "./decoder.js";
import { ExpressionSplitter, type WordSpans } from "./expression-splits.js";
import { idOutside } from "./id-outside.js";
import { instantiateKernel, type Kernel } from "./kernel.js";
import { IMAGE_AT } from "./memory-image.js";
import { normalizeNfc } from "./normalize-nfc.js";
import type { SpecialToken } from "./tokenizer.js";

/** Bytes of text that go to the kernel at once, unless a word is longer. */
const CHUNK_BYTES = 192 * 1024;
/** Room for words' places, where JavaScript splits. */
const SPANS_BYTES = 8 * 8192;
/** What the kernel may read after a text, and write before it. */
const MARGIN = 128;
/** Bits of how the kernel is to encode; the lower ones are those of PREFIX. */
const IS_FIRST = 8;
const IS_NEW = 16;
const IS_LAST = 32;
const FINDS_ADDED = 64;

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
	readonly #kernel: Kernel;
	readonly #encoder = new TextEncoder();
	readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	/**
	 * Whether there is Node's Buffer: it copies strings of 16 bits a unit, and the kernel
	 * encodes those, six times as fast as a TextEncoder does both.
	 */
	readonly #hasUnits = typeof globalThis.Buffer === "function";
	/** Whether the last text was ASCII: of 8 bits a unit, as a rule, which an encoder copies. */
	#isAscii = true;
	readonly #splitter: ExpressionSplitter | null;
	/** For texts that the kernel cannot take as they are. */
	#added: AddedTokens | null = null;
	#tokens: (string | undefined)[] | null = null;
	#ids: Map<string, number> | null = null;
	/** Bytes of text that each token stands for. */
	#lengths: Int32Array | null = null;

	/** Addresses of the buffers for text, words' places and ids. */
	#capacity = 0;
	#text = 0;
	#units = 0;
	#spans = 0;
	#output = 0;
	/** Views of memory; anew whenever it has grown. */
	#bytes = new Uint8Array();
	#target = new Uint8Array();
	#unitsTarget: Buffer | null = null;
	#int32 = new Int32Array();

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
		this.#kernel = instantiateKernel();
		this.#kernel.memory.grow((compiled.end - IMAGE_AT) >> 16);
		this.#makeBuffers(CHUNK_BYTES);
		this.#bytes.set(compiled.image, IMAGE_AT);
		this.#kernel.configure(IMAGE_AT);
		this.#kernel.prepareUtf16();
	}

	/** What this tokenizer's memory takes: tables, cache and buffers, in bytes. */
	get memoryBytes(): number {
		return this.#kernel.memory.buffer.byteLength;
	}

	get specialsMet(): number {
		return this.#kernel.specialsMet() + (this.#added?.specialsMet ?? 0);
	}

	encodeInto(text: string, out: Int32Buffer): void {
		if (!this.#encodeAtOnce(text, out))
			this.#encodeInSteps(text.toWellFormed(), out);
	}

	override encodeUtf8Into(text: Uint8Array, out: Int32Buffer): void {
		if (!this.#encodeAtOnce(text, out))
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
		return decodeTokens(tokens, this.#compiled.shape.decoder);
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
		const tokens = tokensOf(this.#compiled);
		for (const { id, content, normalized } of this.#compiled.addedTokens)
			if (normalized) tokens[id] = this.#normalize(content);
		return tokens;
	}

	tokenToId(token: string): number | undefined {
		if (this.#ids === null) {
			this.#ids = new Map();
			for (const [id, known] of tokensOf(this.#compiled).entries())
				if (known !== undefined) this.#ids.set(known, id);
		}
		return this.#ids.get(token);
	}

	/** Encodes a text by the kernel alone; where that cannot be, tells so and adds nothing. */
	#encodeAtOnce(text: string | Uint8Array, out: Int32Buffer): boolean {
		if (text.length === 0) return true;
		const { shape, isPlain, usesExpressions } = this.#compiled;
		if (!isPlain || usesExpressions) return false;
		const how = shape.prefix | shape.normalizerPrefix | FINDS_ADDED | IS_FIRST;
		const before = out.length;
		if (this.#encodeText(text, how, shape.normalizer !== null, out))
			return true;
		out.length = before;
		return false;
	}

	/**
	 * Encodes a text by the kernel alone, a chunk after the other.
	 * @returns false when the text has to be normalized first; some ids may have
	 * been written by then.
	 */
	#encodeText(
		text: string | Uint8Array,
		how: number,
		checksFlags: boolean,
		out: Int32Buffer,
	): boolean {
		/** Bytes of a word that the last chunk did not end. */
		let carried = 0;
		let flags = how | IS_NEW;
		for (let read = 0; ; ) {
			const end = chunkEnd(text, read, this.#capacity - carried);
			const chunk =
				read === 0 && end === text.length
					? text
					: typeof text === "string"
						? text.slice(read, end)
						: text.subarray(read, end);
			const begin = this.#text + carried;
			const stop = begin + this.#write(chunk, carried);
			if (
				checksFlags &&
				(typeof text !== "string" || stop - begin !== chunk.length) &&
				this.#kernel.hasFlagged(this.#text, begin, stop) !== 0
			)
				return false;
			const isLast = end === text.length;
			const done = this.#kernel.encode(
				this.#text,
				stop,
				this.#output,
				isLast ? flags | IS_LAST : flags,
			);
			this.#takeOutput(out);
			if (isLast) return true;
			flags &= ~IS_NEW;
			read = end;
			carried = stop - done;
			if (carried > this.#capacity / 2) {
				const kept = this.#bytes.slice(done, stop);
				this.#makeBuffers(this.#capacity * 2);
				this.#bytes.set(kept, this.#text);
			} else this.#bytes.copyWithin(this.#text, done, stop);
		}
	}

	/** Writes a text as UTF-8 to the buffer for texts; returns its length. */
	#write(text: string | Uint8Array, offset: number): number {
		if (typeof text !== "string") {
			this.#bytes.set(text, this.#text + offset);
			return text.length;
		}
		const length =
			this.#isAscii || this.#unitsTarget === null
				? this.#encodeUtf8(text, offset)
				: this.#convertUnits(text, this.#unitsTarget, offset);
		this.#isAscii = length === text.length;
		return length;
	}

	#encodeUtf8(text: string, offset: number): number {
		const target = offset === 0 ? this.#target : this.#target.subarray(offset);
		return this.#encoder.encodeInto(text, target).written;
	}

	#convertUnits(text: string, target: Buffer, offset: number): number {
		target.write(text, 0, "utf16le");
		const end = this.#units + text.length * 2;
		const begin = this.#text + offset;
		return this.#kernel.toUtf8(this.#units, end, begin) - begin;
	}

	/** Encodes a text that JavaScript searches for added tokens, and normalizes. */
	#encodeInSteps(text: string, out: Int32Buffer): void {
		this.#added ??= new AddedTokens(this.#compiled.addedTokens, (text) =>
			this.#normalize(text),
		);
		this.#added.split(
			text,
			(stretch, isFirst) => this.#encodeStretch(stretch, isFirst, out),
			(id) => out.push(id),
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
			this.#encodeText(text, prefix | (isFirst ? IS_FIRST : 0), false, out);
			return;
		}
		const isPrefixed = prefix !== PREFIX.none && !text.startsWith(" ");
		this.#splitter.split(isPrefixed ? ` ${text}` : text, (words) =>
			this.#encodeWords(words, out),
		);
	}

	/** Encodes words whose places JavaScript has found. */
	#encodeWords({ text, spans }: WordSpans, out: Int32Buffer): void {
		if (text.length * 3 > this.#capacity) this.#makeBuffers(text.length * 3);
		this.#write(text, 0);
		this.#int32.set(spans, this.#spans >> 2);
		this.#kernel.encodeSpans(
			this.#text,
			this.#spans,
			spans.length / 2,
			this.#output,
		);
		this.#takeOutput(out);
	}

	#takeOutput(out: Int32Buffer): void {
		if (this.#int32.length === 0) this.#makeViews();
		const begin = this.#output >> 2;
		const end = this.#kernel.outputEnd() >> 2;
		out.append(this.#int32.subarray(begin, end));
	}

	/** Lays out the buffers anew, for texts of this many bytes. */
	#makeBuffers(capacity: number): void {
		const align = (address: number) => (address + 15) & ~15;
		this.#capacity = capacity;
		this.#text = align(this.#compiled.end + MARGIN);
		this.#units = align(this.#text + capacity + MARGIN);
		const unitsBytes = this.#hasUnits ? Math.ceil(capacity / 3) * 2 : 0;
		this.#spans = align(this.#units + unitsBytes + MARGIN);
		this.#output = this.#spans + SPANS_BYTES;
		// A byte gives one id at most, a space that has no token three.
		const perByte = this.#compiled.shape.symbols === "bytes" ? 1 : 3;
		const ids = (capacity + MARGIN) * perByte;
		const end = this.#output + ids * 4;
		const { memory } = this.#kernel;
		const pages = Math.ceil(end / 0x10000) - memory.buffer.byteLength / 0x10000;
		if (pages > 0) memory.grow(pages);
		this.#kernel.placeBuffers(end);
		this.#makeViews();
	}

	#makeViews(): void {
		const { buffer } = this.#kernel.memory;
		this.#bytes = new Uint8Array(buffer);
		this.#target = this.#bytes.subarray(
			this.#text,
			this.#text + this.#capacity,
		);
		this.#int32 = new Int32Array(buffer);
		if (this.#hasUnits)
			this.#unitsTarget = globalThis.Buffer.from(
				buffer,
				this.#units,
				Math.ceil(this.#capacity / 3) * 2,
			);
	}
}

/**
 * Where a chunk ends that begins at `from` and has so many bytes of UTF-8 at most:
 * never within a character.
 */
function chunkEnd(
	text: string | Uint8Array,
	from: number,
	bytes: number,
): number {
	if (typeof text !== "string") {
		let end = Math.min(text.length, from + bytes);
		while (end < text.length && (text[end] & 0xc0) === 0x80) end--;
		return end;
	}
	const most = Math.floor(bytes / 3);
	if (text.length - from <= most) return text.length;
	const last = text.charCodeAt(from + most - 1);
	return (last & 0xfc00) === 0xd800 ? from + most - 1 : from + most;
}

function tokenLengths(compiled: CompiledBpe): Int32Array {
	const { symbols } = compiled.shape;
	const encoder = new TextEncoder();
	const lengths = Int32Array.from(tokensOf(compiled), (token = "") => {
		if (symbols === "bytes") return bytesOfToken(token).length;
		if (/^<0x[0-9A-F]{2}>$/i.test(token)) return 1;
		return encoder.encode(token.replaceAll(LOWER_BLOCK, " ")).length;
	});
	for (const { id, content } of compiled.addedTokens)
		lengths[id] = encoder.encode(content).length;
	return lengths;
}

function tokensOf({ tokens }: CompiledBpe): (string | undefined)[] {
	const strings: (string | undefined)[] = [];
	let start = 0;
	for (const end of tokens.ends) {
		strings.push(end === -1 ? undefined : tokens.text.slice(start, end));
		if (end !== -1) start = end;
	}
	return strings;
}
