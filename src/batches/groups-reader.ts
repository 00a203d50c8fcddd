import { DataError } from "../core/errors.js";
import { openListedAtRandom } from "../dataset/listed-file.js";
import {
	type GroupsOfStep,
	groupsSchema,
	type PlanGroups,
	type StepGroup,
} from "../plan/groups-file.js";
import type { RandomAccessFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { allOf, eachOf } from "../storage/when-read.js";
import { ArrowRows, newRowPlace } from "../tables/arrow-rows.js";

/** Reads the groups of ranks of a plan's steps: any step, in any order. */
export class GroupsReader {
	readonly #file: RandomAccessFile;
	readonly #rows: ArrowRows;
	readonly #path: string;

	/**
	 * @param directory Of the plan.
	 * @throws NotYetRead
	 */
	constructor(directory: string, { path, rows }: PlanGroups) {
		this.#path = `${directory}/${path}`;
		this.#file = openListedAtRandom(
			storageAt(this.#path),
			this.#path,
			"The plan",
			"make it again with seqpack curriculum",
		);
		this.#rows = new ArrowRows(this.#file, groupsSchema, rows, 0, (why) =>
			this.#refused(why),
		);
		this.#rows.open();
	}

	/**
	 * The groups of a step, by micro-batch and first rank.
	 * @throws NotYetRead; DataError `bad-plan`
	 */
	of({ first, count }: GroupsOfStep): StepGroup[] {
		const parts: { row: number; count: number }[] = [];
		for (let done = 0; done < count; ) {
			const place = this.#rows.find(first + done, newRowPlace());
			const rows = Math.min(count - done, place.batch.rows - place.row);
			if (rows < 1) throw this.#refused("it has fewer groups than steps have");
			parts.push({ row: first + done, count: rows });
			done += rows;
		}
		const groups: StepGroup[][] = [];
		eachOf(parts.length, (i) => {
			groups[i] = this.#read(parts[i].row, parts[i].count);
		});
		return groups.flat();
	}

	close(): void {
		this.#file.close?.();
	}

	/** Groups of one record batch. */
	#read(row: number, count: number): StepGroup[] {
		const place = this.#rows.find(row, newRowPlace());
		const numbers = {
			micro_batch: new Int32Array(count),
			first_rank: new Int32Array(count),
			degree: new Int32Array(count),
			labels: new Int32Array(count),
			cost: new Float64Array(count),
		};
		const columns = Object.entries(numbers);
		/** Where the items of each begin, and the end. */
		const starts = new Int32Array(count + 1);
		let items = new Int32Array(0);
		allOf(
			() =>
				eachOf(columns.length, (i) =>
					this.#rows.readNumbers(columns[i][0], place, columns[i][1]),
				),
			() => {
				this.#rows.readNumbers("items", place, starts);
				const size = starts[count] - starts[0];
				if (!(size >= 0) || size * 4 > place.batch.bytes)
					throw this.#refused("a row of it is damaged");
				items = new Int32Array(size);
				const bytes = new Uint8Array(items.buffer);
				this.#rows.readValues("items", place, starts[0], bytes, 0, size);
			},
		);
		return Array.from({ length: count }, (_, i) => ({
			microBatch: numbers.micro_batch[i],
			firstRank: numbers.first_rank[i],
			degree: numbers.degree[i],
			labels: numbers.labels[i],
			cost: numbers.cost[i],
			items: items.subarray(starts[i] - starts[0], starts[i + 1] - starts[0]),
		}));
	}

	#refused(why: string): DataError {
		return new DataError(
			"bad-plan",
			`${this.#path} cannot be read: ${why}. Make the plan again with seqpack curriculum.`,
		);
	}
}
