import type { Int32Buffer } from "../core/buffers.js";
import type { WordSpans } from "./expression-splits.js";
import { instantiateKernel, type Kernel } from "./kernel.js";
import type { KernelTables } from "./kernel-image.js";
import { HOW_IS_LAST, HOW_IS_NEW, TEXT_MARGIN } from "./layout.js";
import { IMAGE_AT } from "./memory-image.js";

/** Bytes of text that go to the kernel at once, unless a word is longer. */
const CHUNK_BYTES = 192 * 1024;
/** Words, where JavaScript splits, that go to the kernel at once. */
const MOST_WORDS = 8192;
const SPANS_BYTES = 8 * MOST_WORDS;

/** The kernel with its memory: takes texts, or words, and gives ids. It does not look at what they mean. */
export class TextKernel {
	readonly #tables: KernelTables;
	readonly #kernel: Kernel;
	readonly #encoder = new TextEncoder();
	/**
	 * Whether there is Node's Buffer: it copies strings of 16 bits a unit, and the kernel
	 * encodes those, six times as fast as a TextEncoder does both.
	 */
	readonly #hasUnits = typeof globalThis.Buffer === "function";
	/** Whether the last text was ASCII: of 8 bits a unit, as a rule, which an encoder copies. */
	#isAscii = true;

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

	constructor(tables: KernelTables) {
		this.#tables = tables;
		this.#kernel = instantiateKernel();
		this.#kernel.memory.grow((tables.end - IMAGE_AT) >> 16);
		this.#makeBuffers(CHUNK_BYTES);
		this.#bytes.set(tables.image, IMAGE_AT);
		this.#kernel.configure(IMAGE_AT);
		this.#kernel.prepareUtf16();
	}

	/** What its memory takes: tables, cache and buffers, in bytes. */
	get memoryBytes(): number {
		return this.#kernel.memory.buffer.byteLength;
	}

	/** Special tokens that were found in texts so far. */
	get specialsMet(): number {
		return this.#kernel.specialsMet();
	}

	/**
	 * Encodes a text, a chunk after the other.
	 * @param how Bits of HOW_ in ./layout.ts, without those that tell where a text begins and ends.
	 * @returns false when the text has to be normalized first; some ids may have
	 * been written by then.
	 */
	encodeText(
		text: string | Uint8Array,
		how: number,
		out: Int32Buffer,
		checksFlags = false,
	): boolean {
		/** Bytes of a word that the last chunk did not end. */
		let carried = 0;
		let flags = how | HOW_IS_NEW;
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
				isLast ? flags | HOW_IS_LAST : flags,
			);
			this.#takeOutput(out);
			if (isLast) return true;
			flags &= ~HOW_IS_NEW;
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

	/** Encodes words whose places JavaScript has found, however many. */
	encodeWords({ text, spans }: WordSpans, out: Int32Buffer): void {
		const most = 2 * MOST_WORDS;
		if (spans.length <= most) {
			this.#encodeSomeWords(text, spans, out);
			return;
		}
		for (let at = 0; at < spans.length; at += most) {
			const some = spans.subarray(at, at + most);
			const begin = some[0];
			this.#encodeSomeWords(
				text.slice(begin, some[some.length - 1]),
				some.map((place) => place - begin),
				out,
			);
		}
	}

	#encodeSomeWords(text: string, spans: Int32Array, out: Int32Buffer): void {
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
		this.#text = align(this.#tables.end + TEXT_MARGIN);
		this.#units = align(this.#text + capacity + TEXT_MARGIN);
		const unitsBytes = this.#hasUnits ? Math.ceil(capacity / 3) * 2 : 0;
		this.#spans = align(this.#units + unitsBytes + TEXT_MARGIN);
		this.#output = this.#spans + SPANS_BYTES;
		const ids = (capacity + TEXT_MARGIN) * this.#tables.idsPerByte;
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
