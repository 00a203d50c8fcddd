import type { AuditRow } from "../row.js";
import { Tally } from "../tally.js";
import { PartHashes } from "./sequence-hash.js";
import { SequenceTable } from "./sequence-table.js";

/** Lengths of sequences that are tried for a part of a document, at most. */
const MOST_LENGTHS = 4096;
/** Borders of EOS within a document that are tried for one. */
const MOST_EOS = 64;

/**
 * Looks for the documents of a corpus among the sequences of a dataset, by hashes of
 * their tokens without BOS and EOS. It holds no tokens: at most 96 bytes a sequence of
 * the dataset, and 24 a token of the longest document. Of two different sequences of one length, one pair in 2^53 has one hash.
 */
export class Comparison {
	/** Of the corpus. */
	documents = 0;
	tokens = 0;
	/** Documents that are one sequence of the dataset. */
	whole = 0;
	/** Those that are several and fit into one row, or that are longer than any row. */
	readonly split = new Tally();
	cut = 0;
	/** Those of which something is nowhere. */
	readonly lost = new Tally();
	deliveredTokens = 0;
	readonly #table = new SequenceTable();
	readonly #hashes = new PartHashes();
	readonly #lengths = new Set<number>();
	#lengthsToTry: number[] | null = null;
	#longestRow = 0;

	/** @param mayCut Whether documents longer than the longest row have to be in several. */
	constructor(
		readonly bos: number | null,
		readonly eos: number | null,
		readonly mayCut: boolean,
	) {}

	/** Adds the sequences of a row; all come before the first document. */
	addRow({ ids, borders, shard, number }: AuditRow): void {
		this.#longestRow = Math.max(this.#longestRow, ids.length);
		for (let s = 0; s + 1 < borders.length; s++) {
			const [start, end] = this.#within(ids, borders[s], borders[s + 1]);
			if (start === end) continue;
			const length = end - start;
			this.#hashes.read(ids, start, end);
			this.#table.add(this.#hashes.keyOf(0, length), length, shard, number);
			this.#lengths.add(length);
		}
	}

	/** Looks for a document of the corpus. @param place Where it is, for people. */
	addDocument(all: Int32Array, place: () => string): void {
		const [start, end] = this.#within(all, 0, all.length);
		const ids = all.subarray(start, end);
		this.documents++;
		this.tokens += ids.length;
		this.#hashes.read(ids);
		const [parts, missing] = this.#find(ids);
		this.deliveredTokens += ids.length - missing;
		if (missing > 0)
			this.lost.add(
				{ place },
				1,
				missing < ids.length ? `: ${missing} of ${ids.length} tokens` : "",
			);
		else if (parts < 2) this.whole++;
		else if (this.mayCut && all.length >= this.#longestRow) this.cut++;
		else this.split.add({ place });
	}

	/** Sequences that are no part of a document that was looked for, and the rows of the first. */
	unknown(): { count: number; first: { shard: number; number: number }[] } {
		return { count: this.#table.left, first: this.#table.firstLeft(3) };
	}

	/** In how many parts a document is there, and how many of its tokens are not. */
	#find(ids: Int32Array): [number, number] {
		let start = 0;
		let parts = 0;
		while (start < ids.length) {
			const end = this.#partFrom(ids, start);
			if (end === null) break;
			parts++;
			start = end;
			// Where it parted sequences, it is not in one of them.
			if (start < ids.length && ids[start] === this.eos) start++;
		}
		let end = ids.length;
		while (end > start) {
			const begin = this.#partUntil(start, end);
			if (begin === null) break;
			parts++;
			end = begin;
		}
		return [parts, end - start];
	}

	#partFrom(ids: Int32Array, start: number): number | null {
		const isHere = (end: number) =>
			this.#table.take(this.#hashes.keyOf(start, end), end - start);
		if (isHere(ids.length)) return ids.length;
		const { eos } = this;
		let at = eos === null ? -1 : ids.indexOf(eos, start + 1);
		for (let tried = 0; at !== -1 && tried < MOST_EOS; tried++) {
			if (isHere(at)) return at;
			at = ids.indexOf(eos ?? 0, at + 1);
		}
		for (const length of this.#tried())
			if (start + length < ids.length && isHere(start + length))
				return start + length;
		return null;
	}

	#partUntil(start: number, end: number): number | null {
		for (const length of this.#tried())
			if (
				end - length >= start &&
				this.#table.take(this.#hashes.keyOf(end - length, end), length)
			)
				return end - length;
		return null;
	}

	/** Lengths of sequences, the longest first. */
	#tried(): number[] {
		this.#lengthsToTry ??= [...this.#lengths]
			.sort((a, b) => b - a)
			.slice(0, MOST_LENGTHS);
		return this.#lengthsToTry;
	}

	/** Without a BOS before and an EOS after. */
	#within(ids: Int32Array, start: number, end: number): [number, number] {
		const from = start < end && ids[start] === this.bos ? start + 1 : start;
		const to = from < end && ids[end - 1] === this.eos ? end - 1 : end;
		return [from, to];
	}
}
