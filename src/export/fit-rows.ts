import type { ExportRow } from "../dataset/exports/export-format.js";
import { type ShortRows, shortRowWays } from "../dataset/exports/short-rows.js";
import { lossMask } from "../masks/labels.js";
import { emptyRow } from "./source.js";

/** What was written, and what was not. */
export interface ExportCounts {
	/** Rows that were written, and their tokens, without padding. */
	rows: number;
	tokens: number;
	/** Rows that were padded, and the tokens added. */
	paddedRows: number;
	paddingTokens: number;
	/** Rows that were left out because they are short, and their tokens. */
	droppedRows: number;
	droppedTokens: number;
	/** Rows without tokens, which are left out. */
	emptyRows: number;
	/** Rows that were left out because shards are to have as many. */
	oddRows: number;
}

export function noCounts(): ExportCounts {
	return {
		rows: 0,
		tokens: 0,
		paddedRows: 0,
		paddingTokens: 0,
		droppedRows: 0,
		droppedTokens: 0,
		emptyRows: 0,
		oddRows: 0,
	};
}

/** Makes rows what a format takes: pads or drops short ones, and gives all a mask. */
export class RowFitter {
	readonly #counts: ExportCounts;
	readonly #way;
	readonly #padId: number;
	readonly #withMasks: boolean;
	readonly #row = emptyRow();

	constructor(
		counts: ExportCounts,
		how: { shortRows: ShortRows; padId: number; withMasks: boolean },
	) {
		this.#counts = counts;
		this.#way = shortRowWays.find(how.shortRows);
		this.#padId = how.padId;
		this.#withMasks = how.withMasks;
	}

	/** The row to write; null: none. */
	fit(row: ExportRow, room: number | null): ExportRow | null {
		const counts = this.#counts;
		const used = row.ids.length;
		if (used === 0) {
			counts.emptyRows++;
			return null;
		}
		const isShort = room !== null && used < room;
		if (isShort && this.#way.drops) {
			counts.droppedRows++;
			counts.droppedTokens += used;
			return null;
		}
		counts.rows++;
		counts.tokens += used;
		const fitted = this.#row;
		fitted.ids = row.ids;
		fitted.seqLengths = row.seqLengths;
		fitted.docIds = row.docIds;
		fitted.padding = 0;
		fitted.domain = row.domain;
		fitted.lossMask = this.#withMasks ? (row.lossMask ?? lossMask(row)) : null;
		if (isShort && this.#way.pads) this.#pad(room);
		return fitted;
	}

	/** Padding is a sequence by itself, of no document, and not trained on. */
	#pad(room: number): void {
		const counts = this.#counts;
		const row = this.#row;
		const used = row.ids.length;
		const ids = new Int32Array(room).fill(this.#padId, used);
		ids.set(row.ids);
		row.ids = ids;
		row.padding = room - used;
		const sequences = row.seqLengths.length;
		const lengths = new Int32Array(sequences + 1);
		lengths.set(row.seqLengths);
		lengths[sequences] = room - used;
		row.seqLengths = lengths;
		if (row.docIds !== null) {
			const documents = new BigInt64Array(sequences + 1).fill(-1n);
			documents.set(row.docIds);
			row.docIds = documents;
		}
		if (row.lossMask !== null) {
			const mask = new Int32Array(room);
			mask.set(row.lossMask);
			row.lossMask = mask;
		}
		counts.paddedRows++;
		counts.paddingTokens += room - used;
	}
}
