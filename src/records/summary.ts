import type { Packed } from "../core/progress.js";
import { imbalance } from "../pack/imbalance.js";
import { lowerBoundOfCounts } from "../pack/lower-bound.js";
import type { Items } from "./items.js";
import type { PackedItems } from "./pack-items.js";

/** Why records are in no row. */
export type DropReason = "empty" | "too-long";

/** What records and rows come to. */
export interface RecordsSummary {
	/** Records read. */
	records: number;
	/** Those in no row, and their tokens, by reason. */
	dropped: Partial<Record<DropReason, { records: number; tokens: number }>>;
	rows: number;
	/** Tokens in rows. */
	tokens: number;
	recordsPerRow: number;
	/** Tokens in rows over tokens that the rows could hold. */
	fill: number;
	/** Tokens that the rows could hold and do not; those of them that rounding lengths up takes. */
	padding: number;
	alignmentTokens: number;
	/** No packing of these records needs fewer rows: see `lowerBound`. */
	lowerBoundRows: number;
	/** Rows over that bound, less 1. */
	gap: number;
	/** What all rows cost; null where nothing says it. */
	cost: number | null;
	/** Of an order that balances: the largest cost of a step's rows over their mean, averaged. */
	imbalance: number | null;
	/** The share of a full shuffle's randomness, in bits, that the order keeps. */
	randomnessKept: number | null;
}

/** Counts records, and rows in the order in which they are written. */
export class Counting {
	/** Records read. */
	records = 0;
	/** Tokens in rows. */
	tokens = 0;
	readonly #capacity: number;
	readonly #ranks: number | undefined;
	readonly #maxSequences: number | undefined;
	readonly #dropped: RecordsSummary["dropped"] = {};
	/** How many records take the room of how many tokens. */
	readonly #rooms: Float64Array;
	#inRows = 0;
	#rows = 0;
	#room = 0;
	#cost = 0;
	/** Costs of the rows of a step that is not whole yet. */
	#step: number[] = [];
	#steps = 0;
	#imbalance = 0;
	#bits = 0;
	#bitsKept = 0;

	/** @param options.ranks Rows of a step, of an order that knows steps. */
	constructor(options: {
		seqLen: number;
		ranks: number | undefined;
		maxSequences: number | undefined;
	}) {
		this.#capacity = options.seqLen;
		this.#ranks = options.ranks;
		this.#maxSequences = options.maxSequences;
		this.#rooms = new Float64Array(options.seqLen + 1);
	}

	drop(reason: DropReason, tokens: number): void {
		this.#dropped[reason] ??= { records: 0, tokens: 0 };
		this.#dropped[reason].records++;
		this.#dropped[reason].tokens += tokens;
	}

	/** The rows so far. */
	packed(): Packed | null {
		const { tokens } = this;
		const rows = this.#rows;
		return rows === 0 ? null : { rows, tokens, room: rows * this.#capacity };
	}

	/** Counts the next rows, and what is in them. */
	add(
		{ lengths }: Items,
		{ packing, rooms, costs, rows, steps }: PackedItems,
	): void {
		const { order, packOffsets } = packing;
		for (const pack of rows) {
			this.#addRow(costs[pack]);
			for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++) {
				const room = rooms[order[at]];
				this.#inRows++;
				this.tokens += lengths[order[at]];
				this.#room += room;
				this.#rooms[room]++;
			}
		}
		this.#bits += steps.bits;
		this.#bitsKept += steps.bitsKept;
	}

	#addRow(cost: number): void {
		this.#rows++;
		this.#cost += cost;
		if (this.#ranks === undefined || this.#step.push(cost) < this.#ranks)
			return;
		this.#steps++;
		this.#imbalance += imbalance(this.#step);
		this.#step = [];
	}

	/** @param hasCosts Whether records say what they cost. */
	summary(hasCosts: boolean): RecordsSummary {
		const rows = this.#rows;
		const room = rows * this.#capacity;
		const lowerBoundRows = lowerBoundOfCounts(this.#rooms, {
			maxSequences: this.#maxSequences,
		});
		return {
			records: this.records,
			dropped: this.#dropped,
			rows,
			tokens: this.tokens,
			recordsPerRow: rows === 0 ? 0 : this.#inRows / rows,
			fill: rows === 0 ? 0 : this.tokens / room,
			padding: room - this.tokens,
			alignmentTokens: this.#room - this.tokens,
			lowerBoundRows,
			gap: rows === 0 ? 0 : rows / lowerBoundRows - 1,
			cost: hasCosts ? this.#cost : null,
			imbalance: this.#steps === 0 ? null : this.#imbalance / this.#steps,
			randomnessKept: this.#bits === 0 ? null : this.#bitsKept / this.#bits,
		};
	}
}
