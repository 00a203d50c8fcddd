import { EnvironmentError, optionName } from "../../core/errors.js";
import type { FieldPath } from "../records/fields.js";
import { fieldTree } from "./field-tree.js";
import { instantiate } from "./kernel.js";

/** Why a scan stopped, in the order of their numbers in kernel/lines.ts. */
const STOPS = ["at-end", "rows-are-full", "not-json", "not-an-object"] as const;

/** What a scan came to; places are counted from the first byte of the lines. */
export interface Scan {
	stop: (typeof STOPS)[number];
	/** Where the line begins that it stopped at, and how many lines before that it scanned. */
	stopLine: number;
	lines: number;
	/** `not-json`: where; what comes before may still become JSON. */
	failure: number;
	/** How many records there are, and how many numbers in the row of each. */
	records: number;
	rowLength: number;
	/**
	 * Of each record: where it begins, how many lines of this scan are before its own, where its
	 * text ends among the texts; then of each field where its value begins and ends,
	 * 0 and 0 where the record has none. Valid until the next scan.
	 */
	rows: Uint32Array;
}

/** Numbers in a row before those of the fields. */
export const ROW_HEADER = 3;
const ROWS = 2048;
/** How far the texts are written before the lines. */
const BEHIND = 32;
const NEWLINE = 10;

/** Scans JSON Lines for some fields. */
export class JsonScanner {
	/** The numbers that the fields have in rows, in the order in which they were asked for. */
	fields: readonly number[] = [];
	readonly #kernel = instantiate();
	#rowsAt = 0;
	#rowLength = 0;
	#linesAt = 0;
	#end = 0;

	/**
	 * Asks for fields, from the next lines on.
	 * @param text Which of them is wanted as UTF-8; -1: none.
	 */
	want(paths: readonly FieldPath[], text: number): void {
		const kernel = this.#kernel;
		const treeAt = align(kernel.heapStart());
		const tree = fieldTree(paths, treeAt);
		this.fields = tree.numbers;
		this.#rowLength = ROW_HEADER + 2 * tree.count;
		this.#rowsAt = align(treeAt + tree.image.length);
		const rowBytes = 4 * this.#rowLength;
		this.#linesAt = align(this.#rowsAt + ROWS * rowBytes) + BEHIND;
		kernel.placeLines(this.#linesAt, this.#linesAt);
		kernel.setRows(this.#rowsAt, ROWS, rowBytes);
		kernel.setFields(treeAt, text === -1 ? 0 : tree.addresses[text]);
		new Uint8Array(kernel.memory.buffer).set(tree.image, treeAt);
	}

	/** What its memory takes, in bytes. */
	get memoryBytes(): number {
		return this.#kernel.memory.buffer.byteLength;
	}

	/**
	 * Takes whole lines, in valid UTF-8; of the last the newline may be missing.
	 * @throws EnvironmentError `out-of-memory`
	 */
	load(lines: Uint8Array): void {
		const kernel = this.#kernel;
		this.#end = this.#linesAt + lines.length;
		try {
			kernel.placeLines(this.#linesAt, this.#end + 1);
		} catch (error) {
			if (!(error instanceof WebAssembly.RuntimeError)) throw error;
			throw new EnvironmentError(
				"out-of-memory",
				`there is no memory for lines of ${lines.length} bytes: give fewer ${optionName("workers")}, or shorter documents.`,
			);
		}
		kernel.beginTexts();
		const memory = new Uint8Array(kernel.memory.buffer);
		memory.set(lines, this.#linesAt);
		if (lines.at(-1) !== NEWLINE) memory[this.#end++] = NEWLINE;
	}

	/** Scans the lines from a place on, which comes after what was scanned before. */
	scan(from: number): Scan {
		const kernel = this.#kernel;
		const stop = STOPS[kernel.scan(this.#linesAt + from, this.#end)];
		const records = kernel.rowCount();
		const rowLength = this.#rowLength;
		return {
			stop,
			stopLine: kernel.stopLine() - this.#linesAt,
			lines: kernel.linesScanned(),
			failure: kernel.failurePlace() - this.#linesAt,
			records,
			rowLength,
			rows: new Uint32Array(
				kernel.memory.buffer,
				this.#rowsAt,
				records * rowLength,
			),
		};
	}

	/** The texts of all records since the lines were taken, back to back: a view, valid until the next are. */
	texts(): Uint8Array {
		const { memory, textLength } = this.#kernel;
		return new Uint8Array(memory.buffer, this.#linesAt - BEHIND, textLength());
	}
}

function align(address: number): number {
	return (address + 15) & ~15;
}
