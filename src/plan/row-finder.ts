import { shuffledIndex } from "../core/shuffled-index.js";
import { BucketPlaces } from "../curriculum/bucket-places.js";
import type { StageBucket } from "../curriculum/plan-stage.js";
import { changedPlan, type RowReader } from "./row-reader.js";

/** A row of a dataset: which dataset, its number in the bucket, and how to read it. */
export interface FoundRow {
	dataset: number;
	row: number;
	rows: RowReader;
}

/** Finds the row at a place of a stage's bucket: places are computed, nothing is replayed. */
export class RowFinder {
	readonly #bucket: StageBucket;
	readonly #places: BucketPlaces;
	readonly #rows: RowReader[];
	readonly #seed: number;
	/** The number of a dataset's source among the sources. */
	readonly #sourceOf: number[] = [];
	/** The permutation that a source is in: its epoch and the function. */
	readonly #epochs: { epoch: number; at: (place: number) => number }[];
	readonly #found: FoundRow;

	/** @param rows What reads each source's rows, in the order of the bucket's sources. */
	constructor(bucket: StageBucket, rows: RowReader[], seed: number) {
		this.#bucket = bucket;
		this.#places = new BucketPlaces(bucket);
		this.#rows = rows;
		this.#seed = seed;
		bucket.sources.forEach(({ dataset }, source) => {
			this.#sourceOf[dataset] = source;
		});
		this.#epochs = rows.map(() => ({ epoch: -1, at: (place) => place }));
		this.#found = { dataset: 0, row: 0, rows: rows[0] };
	}

	/** What reads the rows of a dataset. @throws DataError `bad-plan` where the bucket has none of it */
	rowsOf(dataset: number): RowReader {
		const rows = this.#rows[this.#sourceOf[dataset]];
		if (rows === undefined) throw changedPlan();
		return rows;
	}

	/** The next call writes its answer into the same object. @throws DataError `bad-plan` */
	find(place: number): FoundRow {
		if (!(place >= 0)) throw changedPlan();
		const { sources, length } = this.#bucket;
		const mixed = this.#places.find(place);
		const { dataset } = sources[mixed.source];
		const rows = this.#rows[mixed.source];
		const epoch = Math.floor(mixed.place / rows.count);
		const known = this.#epochs[mixed.source];
		if (known.epoch !== epoch) {
			known.epoch = epoch;
			known.at = shuffledIndex(rows.count, this.#seed, dataset, length, epoch);
		}
		const found = this.#found;
		found.dataset = dataset;
		found.row = known.at(mixed.place - epoch * rows.count);
		found.rows = rows;
		return found;
	}
}
