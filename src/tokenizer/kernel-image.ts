import * as layout from "./layout.js";
import { ImageWriter } from "./memory-image.js";
import type { SplitAutomaton } from "./split-automaton.js";
import { isRow } from "./split-automaton.js";

/** Sets in the tables of the cache (kernel/cache.ts), of 64 bytes. */
const SINGLE_SETS = 1 << 14;
const INDEX_SETS = 1 << 16;
/** Entries of the cache. */
const RING_BYTES = 1 << 24;

/** What a kernel begins with: plain data that can be sent to another thread, where the image is shared. */
export interface KernelTables {
	/** For its memory from `IMAGE_AT` on. */
	image: Uint8Array;
	/** Where the cache ends and buffers may begin. */
	end: number;
	/** Ids that a byte of text gives at most. */
	idsPerByte: number;
}

export interface SplitLevel {
	automaton: SplitAutomaton;
	/** Whether text between two matches is dropped, and not a word as well. */
	dropsGaps: boolean;
}

/** Makes the image of a kernel: its header, and tables of which the header tells the addresses. */
export class KernelImage {
	readonly #writer = new ImageWriter();
	readonly #header: number;

	constructor() {
		this.#header = this.#writer.reserve(layout.HEADER_BYTES);
	}

	/** Sets a field of the header, an int32. */
	set(field: number, value: number): void {
		this.#writer.write(this.#header + field, Int32Array.of(value));
	}

	/** Sets a field of the header of 64 bits. */
	setFloat(field: number, value: number): void {
		this.#writer.write(this.#header + field, Float64Array.of(value));
	}

	/** Adds a table and returns its address. */
	add(table: ArrayBufferView): number {
		return this.#writer.add(table);
	}

	/** Adds a table whose address is a field of the header. */
	addAt(field: number, table: ArrayBufferView): void {
		this.set(field, this.add(table));
	}

	/** Adds splits, one after the other, at most `MOST_LEVELS`. */
	addLevels(levels: readonly SplitLevel[]): void {
		this.set(layout.HEADER_LEVELS, levels.length);
		for (const [level, { automaton, dropsGaps }] of levels.entries()) {
			const at =
				this.#header + layout.HEADER_LEVELS_AT + level * layout.LEVEL_BYTES;
			const rows = this.#writer.reserve(automaton.rows.byteLength);
			// The kernel goes by addresses in memory.
			const placed = automaton.rows.map((entry) =>
				isRow(entry) ? rows + entry : entry,
			);
			this.#writer.write(rows, placed);
			const set = (field: number, value: number) =>
				this.#writer.write(at + field, Int32Array.of(value));
			set(layout.LEVEL_FIRST, rows + automaton.first);
			set(layout.LEVEL_MATCHING, rows + automaton.matching);
			set(layout.LEVEL_LOOPING, rows + automaton.looping);
			set(layout.LEVEL_PAGES, this.add(automaton.pages));
			set(layout.LEVEL_CLASSES, this.add(automaton.classes));
			set(layout.LEVEL_STARTS, this.add(automaton.starts));
			set(layout.LEVEL_DROPS_GAPS, Number(dropsGaps));
		}
	}

	/** Ends the image: the cache and the room come after it in memory. */
	finish(idsPerByte: number): KernelTables {
		// On a page of its own: at some places within one, text seen before came out at
		// two thirds of the speed, the same every time.
		const singleWords = (this.#writer.end + 0xffff) & ~0xffff;
		const index = singleWords + SINGLE_SETS * 64;
		const ring = index + INDEX_SETS * 64;
		const wordFilter = ring + RING_BYTES + 256;
		const room = wordFilter + layout.WORD_FILTER_BYTES;
		this.set(layout.HEADER_SINGLE_WORDS, singleWords);
		this.set(layout.HEADER_SINGLE_WORDS_MASK, SINGLE_SETS - 1);
		this.set(layout.HEADER_INDEX, index);
		this.set(layout.HEADER_INDEX_MASK, INDEX_SETS - 1);
		this.set(layout.HEADER_RING, ring);
		this.set(layout.HEADER_RING_UNITS, RING_BYTES / 4);
		this.set(layout.HEADER_WORD_FILTER, wordFilter);
		this.set(layout.HEADER_ROOM, room);
		return {
			image: this.#writer.finish(),
			end: room + layout.ROOM_BYTES,
			idsPerByte,
		};
	}
}
